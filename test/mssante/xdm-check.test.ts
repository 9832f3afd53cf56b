import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offlineXdm } from '../../src/mssante/xdm.ts';
import { readArchive } from '../../src/mssante/xdm-archive.ts';
import { checkXdm } from '../../src/mssante/xdm-check.ts';
import { bareCda, selfPresentingCda } from '../fixtures/xds/cda.ts';
import { zipOf } from './zip.ts';

const CONTEXT = {
  time: '20260302091530',
  sourceId: '1.2.250.1.999.6',
  sender: 'LBM',
  contact: '01 00 00 00 01',
};
const METADATA = 'IHE_XDM/SUBSET01/METADATA.XML';
const DOCUMENT = 'IHE_XDM/SUBSET01/DOC0001.XML';

type Files = Map<string, Buffer>;

/** The archive of a report, unpacked, changed, and packed again. */
async function changed(change: (files: Files) => void, cda = bareCda()): Promise<Uint8Array> {
  const files = await readArchive(await offlineXdm(cda, CONTEXT));
  if ('problem' in files) throw new Error(files.problem);
  const copy: Files = new Map(files);
  change(copy);
  return zipOf(copy);
}

const edit = (path: string, from: string | RegExp, to: string) => (files: Files) => {
  const before = files.get(path)?.toString('utf8') ?? '';
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing to change in ${path}`);
  files.set(path, Buffer.from(after, 'utf8'));
};
const rules = async (bytes: Uint8Array) => [
  ...new Set((await checkXdm(bytes)).findings.map(({ rule }) => rule)),
];

describe('an archive of ours', () => {
  it.each([
    ['a bare document', bareCda()],
    ['a self-presenting one', selfPresentingCda()],
    ['an identity that is not qualified', bareCda({ ins: false })],
  ])('passes: %s', async (_, cda) => {
    const { findings, documents } = await checkXdm(await offlineXdm(cda, CONTEXT));
    expect(findings).toEqual([]);
    expect(documents.map(({ name }) => name)).toEqual([DOCUMENT]);
    expect(Buffer.compare(documents[0]?.bytes ?? Buffer.alloc(0), Buffer.from(cda))).toBe(0);
  });
});

describe('an archive in which one thing is wrong', () => {
  it.each<[string, (files: Files) => void, readonly string[]]>([
    ['a page is missing', (files) => files.delete('README.TXT'), ['xdm-tree']],
    [
      'a long name',
      (files) => files.set('IHE_XDM/SUBSET01/Feuille.xsl', Buffer.from('x')),
      ['xdm-names', 'xdm-uri'],
    ],
    ['no metadata', (files) => files.delete(METADATA), ['xdm-tree']],
    ['metadata that are no XML', (files) => files.set(METADATA, Buffer.from('<a><b></a>')), ['xdm-metadata']],
    ['another URI', edit(METADATA, 'DOC0001.XML', 'DOC0002.XML'), ['xdm-uri']],
    ['another size', edit(METADATA, /(name="size">.*?<rim:Value>)/, '$19'), ['xdm-size']],
    ['another hash', edit(METADATA, /(name="hash">.*?<rim:Value>)./, '$1g'), ['xdm-hash']],
    ['one byte of the document', edit(DOCUMENT, 'ZOÉ', 'ZOË'), ['xdm-hash']],
    ['an id used twice', edit(METADATA, 'id="Document01-c2"', 'id="Document01-c1"'), ['xdm-ids']],
    [
      'a loose end',
      edit(METADATA, 'registryObject="Document01"', 'registryObject="Document09"'),
      ['xdm-ids'],
    ],
    ['no member', edit(METADATA, 'AssociationType:HasMember', 'AssociationType:signs'), ['xdm-ids']],
    [
      'another document id',
      edit(METADATA, 'value="1.2.250.1.999.7.1.1"', 'value="1.2.250.1.999.7.1.2"'),
      ['xdm-unique-id'],
    ],
    [
      'another patient, everywhere',
      edit(METADATA, /279035121518989\^/g, '279035121518988^'),
      ['xdm-patient'],
    ],
    [
      'another patient in the set',
      edit(METADATA, /value="279035121518989\^/, 'value="279035121518988^'),
      ['xdm-patient'],
    ],
    [
      'another type',
      edit(METADATA, 'nodeRepresentation="11502-2"', 'nodeRepresentation="11502-3"'),
      ['xdm-type'],
    ],
  ])('is found out: %s', async (_, change, expected) => {
    expect(await rules(await changed(change))).toEqual(expected);
  });

  it('is found out: bytes that are no zip, or a damaged one', async () => {
    expect(await rules(Buffer.from('PK\x03\x04'))).toEqual(['xdm-archive']);
    const damaged = Buffer.from(await offlineXdm(bareCda(), CONTEXT));
    damaged.writeUInt8(damaged.readUInt8(60) ^ 0xff, 60);
    expect(await rules(damaged)).toEqual(['xdm-archive']);
  });

  it('never throws, whatever byte is changed or wherever it is cut', async () => {
    const sound = Buffer.from(await offlineXdm(bareCda(), CONTEXT));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sound.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, mask, cut) => {
          const bytes = Buffer.from(cut ? sound.subarray(0, at) : sound);
          if (!cut) bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
          await expect(checkXdm(bytes)).resolves.toHaveProperty('findings');
        },
      ),
      { numRuns: 200 },
    );
  });
});
