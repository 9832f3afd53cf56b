import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import xpath from 'xpath';
import { buildXdm, submissionSetOid, type XdmInput } from '../../src/mssante/xdm.ts';
import { describeDocument } from '../../src/xds/document-entry.ts';
import { bareCda, selfPresentingCda } from '../fixtures/xds/cda.ts';

const folder = mkdtempSync(join(tmpdir(), 'crbio-xdm-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function input(cda: Uint8Array = bareCda(), overrides: Partial<XdmInput> = {}): XdmInput {
  const entry = describeDocument(cda, { confidentiality: ['MASQUE_PS'] });
  if ('cause' in entry) throw new Error(entry.cause);
  return {
    cda,
    entry,
    submission: { uniqueId: submissionSetOid('seed'), sourceId: '1.2.250.1.999.6', time: '20260329013000' },
    sender: { name: 'LBM <Canal> & Fils', contact: '01 00 00 00 01' },
    software: { name: 'crbio', version: '0.1.0', vendor: 'Exemple' },
    ...overrides,
  };
}

/** Unpacks with the system's unzip, after its own check of the archive. */
async function unpack(xdm: XdmInput, name: string): Promise<string> {
  const file = join(folder, `${name}.zip`);
  const target = join(folder, name);
  writeFileSync(file, await buildXdm(xdm));
  execFileSync('unzip', ['-tqq', file]);
  execFileSync('unzip', ['-qq', file, '-d', target]);
  return target;
}

const select = xpath.useNamespaces({
  lcm: 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0',
  rim: 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0',
});

describe('the XDM archive', () => {
  it('is well-formed, and its metadata fit the document', async () => {
    const xdm = input(selfPresentingCda());
    const target = await unpack(xdm, 'fits');
    const subset = join(target, 'IHE_XDM', 'SUBSET01');
    execFileSync('xmllint', [
      '--noout',
      '--nonet',
      join(target, 'INDEX.HTM'),
      join(subset, 'METADATA.XML'),
      join(subset, 'DOC0001.XML'),
    ]);
    const document = readFileSync(join(subset, 'DOC0001.XML'));
    expect(document.equals(xdm.cda)).toBe(true);

    const metadata = new DOMParser().parseFromString(
      readFileSync(join(subset, 'METADATA.XML'), 'utf8'),
      'text/xml',
    );
    const value = (path: string) => select(`string(${path})`, metadata as unknown as Node);
    const slot = (name: string) =>
      value(
        `/lcm:SubmitObjectsRequest//rim:ExtrinsicObject/rim:Slot[@name="${name}"]/rim:ValueList/rim:Value`,
      );
    expect(slot('URI')).toBe('DOC0001.XML');
    expect(slot('hash')).toBe(createHash('sha1').update(document).digest('hex'));
    expect(slot('size')).toBe(String(document.byteLength));
    const identifier = (name: string) =>
      value(`//rim:ExternalIdentifier[rim:Name/rim:LocalizedString/@value="${name}"]/@value`);
    expect(identifier('XDSDocumentEntry.uniqueId')).toBe('1.2.250.1.999.7.1.1');
    expect(identifier('XDSDocumentEntry.patientId')).toBe('279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH');
    expect(identifier('XDSSubmissionSet.patientId')).toBe(identifier('XDSDocumentEntry.patientId'));
    expect(identifier('XDSSubmissionSet.uniqueId')).toBe(submissionSetOid('seed'));
    // Every end of every association, classification and identifier resolves, and ids are unique.
    const attributes = (path: string) =>
      (select(path, metadata as unknown as Node) as Attr[]).map((one) => one.value);
    const ids = attributes('//@id');
    expect(new Set(ids).size).toBe(ids.length);
    const ends = attributes('//@sourceObject|//@targetObject|//@classifiedObject|//@registryObject');
    expect(ends.length).toBeGreaterThan(10);
    for (const end of ends) expect(ids).toContain(end);
  });

  it('has file names of ISO 9660 level 1 and nothing of the patient in its two pages', async () => {
    const target = await unpack(input(), 'names');
    const listing = execFileSync('unzip', ['-Z1', join(folder, 'names.zip')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const path of listing) {
      for (const part of path.split('/')) expect(part).toMatch(/^[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?$/);
    }
    const pages = ['INDEX.HTM', 'README.TXT'].map((page) => readFileSync(join(target, page), 'utf8')).join();
    expect(pages).not.toMatch(/MARTIN|ZOÉ|279035121518989|1979/);
    expect(pages).toContain('LBM &lt;Canal&gt; &amp; Fils');
  });

  describe('bytes', () => {
    const zone = process.env.TZ;
    afterEach(() => {
      process.env.TZ = zone;
    });

    // 29 March 2026, 02:30 in Paris does not exist.
    it.each(['UTC', 'Europe/Paris', 'Pacific/Auckland', 'America/St_Johns'])(
      'are the same in %s',
      async (tz) => {
        process.env.TZ = 'Europe/Paris';
        const here = await buildXdm(input());
        process.env.TZ = tz;
        expect(Buffer.compare(await buildXdm(input()), here)).toBe(0);
      },
    );

    it('change with the document', async () => {
      const one = await buildXdm(input());
      const other = await buildXdm(input(bareCda({ family: 'AUTRE' })));
      expect(Buffer.compare(one, other)).not.toBe(0);
    });
  });
});

describe('the identifier of a submission', () => {
  it('is an OID that XDS can carry, fixed by its seed', () => {
    const oids = ['a', 'b', 'c'].map(submissionSetOid);
    for (const oid of oids) expect(oid).toMatch(/^2\.25\.[1-9]\d{20,38}$/);
    expect(new Set(oids).size).toBe(3);
    expect(submissionSetOid('a')).toBe(oids[0]);
  });
});
