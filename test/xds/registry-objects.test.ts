import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDocument } from '../../src/xds/document-entry.ts';
import type { DocumentEntry } from '../../src/xds/model.ts';
import { ASSOCIATION, submitObjectsRequest } from '../../src/xds/registry-objects.ts';
import { submissionSetOf } from '../../src/xds/submission-set.ts';
import { childrenNamed, descend, find, findAll, readXml, type XmlElement } from '../../src/xds/xml-reader.ts';
import { bareCda } from '../fixtures/xds/cda.ts';

function entry(): DocumentEntry {
  const described = describeDocument(bareCda(), { confidentiality: ['MASQUE_PS'] });
  if ('cause' in described) throw new Error(described.code);
  return described;
}

function submit(documentEntry = entry(), uri?: string): string {
  return submitObjectsRequest({
    submissionSet: submissionSetOf(documentEntry, {
      uniqueId: '1.2.250.1.999.6.1.5',
      sourceId: '1.2.250.1.999.6',
      submissionTime: '20260302091600',
    }),
    documents: [{ id: 'Doc01', entry: documentEntry, ...(uri === undefined ? {} : { uri }) }],
    associations: [{ type: ASSOCIATION.replaces, source: 'Doc01', target: 'urn:uuid:0000' }],
  });
}

function parse(xml: string): XmlElement {
  const root = readXml(xml, 1_000_000);
  if ('fault' in root) throw new Error(root.fault);
  return root;
}

const slotOf = (object: XmlElement, name: string) =>
  childrenNamed(object, 'Slot')
    .filter(({ attributes }) => attributes.name === name)
    .flatMap((slot) => findAll(slot, 'Value').map(({ text }) => text));

const codeOf = (object: XmlElement, scheme: string) =>
  childrenNamed(object, 'Classification')
    .filter(({ attributes }) => attributes.classificationScheme === `urn:uuid:${scheme}`)
    .map((one) => `${one.attributes.nodeRepresentation}|${slotOf(one, 'codingScheme')[0]}`);

describe('submitObjectsRequest', () => {
  it('writes each attribute of the entry under its scheme', () => {
    const object = find(parse(submit()), 'ExtrinsicObject');
    if (!object) throw new Error('no ExtrinsicObject');
    expect(object.attributes).toMatchObject({
      id: 'Doc01',
      mimeType: 'text/xml',
      objectType: 'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
    });
    expect(codeOf(object, '41a5887f-8865-4c09-adf7-e362475b143a')).toEqual(['10|1.2.250.1.213.1.1.4.1']);
    expect(codeOf(object, 'f0306f51-975f-434e-a61c-c59651d33983')).toEqual(['11502-2|2.16.840.1.113883.6.1']);
    expect(codeOf(object, 'f4f85eac-e6cb-4883-b524-f2705394840f')).toEqual([
      'N|2.16.840.1.113883.5.25',
      'MASQUE_PS|1.2.250.1.213.1.1.4.13',
    ]);
    expect(codeOf(object, '2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4')).toHaveLength(2);
    expect(codeOf(object, 'f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1')).toEqual(['SA25|1.2.250.1.71.4.2.4']);
    expect(codeOf(object, 'cccf5598-8b07-4b77-a05e-ae952c785ead')).toEqual([
      'AMBULATOIRE|1.2.250.1.213.1.1.4.9',
    ]);
    expect(slotOf(object, 'creationTime')).toEqual(['20260302081530']);
    expect(slotOf(object, 'size')).toEqual([String(bareCda().byteLength)]);
    expect(slotOf(object, 'URI')).toEqual([]);
    const identifiers = childrenNamed(object, 'ExternalIdentifier').map(({ attributes }) => [
      attributes.identificationScheme,
      attributes.value,
    ]);
    expect(identifiers).toEqual([
      ['urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427', '279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH'],
      ['urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab', '1.2.250.1.999.7.1.1'],
    ]);
  });

  it('keeps the child order of ebRIM: slots, name, description, classifications, identifiers', () => {
    const order = ['Slot', 'Name', 'Description', 'Classification', 'ExternalIdentifier'];
    const root = parse(submit());
    for (const object of [...findAll(root, 'ExtrinsicObject'), ...findAll(root, 'RegistryPackage')]) {
      const ranks = object.children.map(({ name }) => order.indexOf(name));
      expect(ranks).not.toContain(-1);
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    }
  });

  it('has unique ids, and every reference leads to an object of the message or to the registry', () => {
    const root = parse(submit());
    const all =
      descend(root, 'RegistryObjectList')?.children.flatMap((child) => [child, ...child.children]) ?? [];
    const ids = all.flatMap(({ attributes }) => attributes.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = all.flatMap(({ attributes }) =>
      [
        attributes.classifiedObject,
        attributes.registryObject,
        attributes.sourceObject,
        attributes.targetObject,
      ].filter((target) => target !== undefined),
    );
    expect(targets.filter((target) => !ids.includes(target))).toEqual(['urn:uuid:0000']);
  });

  it('makes each document a member of the set, then adds what the caller asks', () => {
    const associations = findAll(parse(submit()), 'Association');
    expect(associations.map(({ attributes }) => attributes.associationType)).toEqual([
      ASSOCIATION.hasMember,
      'urn:ihe:iti:2007:AssociationType:RPLC',
    ]);
    expect(associations.map((one) => slotOf(one, 'SubmissionSetStatus'))).toEqual([['Original'], []]);
  });

  it('writes a URI in an XDM', () => {
    const object = find(parse(submit(entry(), 'DOC0001.XML')), 'ExtrinsicObject');
    expect(object && slotOf(object, 'URI')).toEqual(['DOC0001.XML']);
  });

  it('gives any title back, and libxml2 reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (title) => {
        const written = submit({ ...entry(), title });
        const read = descend(find(parse(written), 'ExtrinsicObject'), 'Name', 'LocalizedString');
        // A title is one line: white space of any kind is a blank before anything is dropped.
        const possible = title
          .replace(/\s+/g, ' ')
          .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
        const tidy = (value: string) => value.replace(/\s+/g, ' ').trim();
        expect(tidy(read?.attributes.value ?? '')).toBe(tidy(possible));
      }),
    );
    const nasty = submit({ ...entry(), title: 'a\u0000<b> & "c"\n\uD800\'' });
    expect(() => execFileSync('xmllint', ['--noout', '-'], { input: nasty })).not.toThrow();
  });
});
