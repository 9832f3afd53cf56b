import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadAssets } from '../../src/assets.ts';
import { pdfCopyOf } from '../../src/cda/pdf-copy.ts';
import { SAMPLE_CONFIG } from '../../src/commands/render.ts';
import { readConfig } from '../../src/config.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import type { FinishedDocuments } from '../../src/report/finished.ts';
import { identifyReport } from '../../src/report/identifiers.ts';
import { nextVersion } from '../../src/report/versions.ts';
import { laboratoryOf, profilesOf } from '../../src/settings.ts';
import { type DocumentAssets, type RenderedDocument, renderDocument } from '../../src/stages/document.ts';
import { itemsOf } from '../../src/stages/items.ts';
import { renderVersion } from '../../src/stages/version.ts';
import type { RenderTask } from '../../src/store/records.ts';

/** A report that our own renderer wrote, given back as another system would send it. */

const config = readConfig(SAMPLE_CONFIG);
if (Array.isArray(config)) throw new Error('the sample configuration is wrong');
const loaded = loadAssets(config);
if (Array.isArray(loaded)) throw new Error('the sample assets are wrong');
const assets: DocumentAssets = { ...(loaded as DocumentAssets), withN1: true };

let dossier: Dossier;
let written: RenderedDocument;
let task: RenderTask;

beforeAll(async () => {
  const bytes = readFileSync(join(config.base, 'inputs', '02-hemogramme.hl7'));
  const [profile] = profilesOf(config).values();
  const root = laboratoryOf(config).oids.documents;
  const item = itemsOf(bytes, profile, { correspondents: [], root })[0];
  if (item?.kind !== 'dossier') throw new Error('the demo input is no dossier');
  dossier = item.dossier;
  const next = nextVersion(undefined, dossier);
  if (next.kind !== 'new') throw new Error('no version');
  task = {
    ...identifyReport('sgl', 'any', root),
    version: 1,
    dossier,
    cause: 'first',
    flags: {},
  };
  const result = await renderDocument(task, assets);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  written = result;
});

const base64 = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64');
const changed = (from: string | RegExp, to: string) => {
  const text = Buffer.from(written.cda).toString('utf8');
  const other = text.replace(from, to);
  if (other === text) throw new Error(`the document does not hold ${from}`);
  return Buffer.from(other, 'utf8').toString('base64');
};

function check(
  finished: Partial<FinishedDocuments>,
  { more = {}, earlier = [] }: { more?: Partial<Dossier>; earlier?: RenderTask['earlier'] } = {},
) {
  const documents: FinishedDocuments = {
    ...(finished.n1 ? {} : { n3: base64(written.cda) }),
    request: 'create',
    onlyMasking: false,
    mail: {},
    ...finished,
  };
  const whole: Dossier = { ...dossier, exams: [], ...more, finished: documents };
  return renderVersion({ ...task, dossier: whole, earlier }, assets);
}
const accepted = async (...given: Parameters<typeof check>) => {
  const result = await check(...given);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result;
};
const refusal = async (...given: Parameters<typeof check>) => {
  const result = await check(...given);
  return 'faults' in result ? result.faults.map(({ code }) => code) : [];
};

describe('a document that came written', () => {
  it('leaves byte for byte, under its own identifier, with its own PDF', async () => {
    const result = await accepted({});
    expect(Buffer.from(result.cda).equals(Buffer.from(written.cda))).toBe(true);
    expect(result.documentOid).toBe(written.documentOid);
    expect(Buffer.from(result.pdf).equals(Buffer.from(written.pdf))).toBe(true);
    expect(result.facts).toMatchObject({
      identity: { kind: 'qualified' },
      finished: { bearsIns: true, hasN1: false },
    });
    expect(result.warnings).toEqual([]);
  });

  it('is an N1 as well, or both forms, each under its own identifier', async () => {
    const n1 = base64(written.n1);
    const alone = await accepted({ n1 });
    expect(alone.n1).toBeUndefined();
    expect(Buffer.from(alone.pdf).equals(Buffer.from(written.pdf))).toBe(true);
    const both = await accepted({ n3: base64(written.cda), n1 });
    const withoutIns = changed(/<id [^>]*extension="\d{15}"[^>]*\/>/, '');
    expect((await accepted({ n3: withoutIns, n1 })).facts.finished).toMatchObject({ bearsIns: true });
    expect(both.documentOid).toBe(written.documentOid);
    expect(both.n1DocumentOid).toBe(alone.documentOid);
  });

  it('gets a PDF made of its results where it has none', async () => {
    const withoutCopy = changed(
      /<component>\s*<section>(?:(?!<section>)[\s\S])*?code="55108-5"[\s\S]*?<\/section>\s*<\/component>/,
      '',
    );
    expect(pdfCopyOf(Buffer.from(withoutCopy, 'base64'))).toBeUndefined();
    const result = await accepted({ n3: withoutCopy });
    expect(Buffer.from(result.pdf).subarray(0, 5).toString()).toBe('%PDF-');
    expect(result.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CDA_PDF_MADE', 'BODY-PDF-COPY']),
    );
  });

  it('has no way to the DMP without an INS of its own, and says so when the identity is not qualified', async () => {
    const result = await accepted({}, { more: { patient: { ...dossier.patient, statuses: ['PROV'] } } });
    expect(result.facts).toMatchObject({
      identity: { kind: 'unqualified', cause: 'status-not-validated' },
      finished: { bearsIns: true },
    });
  });
});

describe('a withdrawal of one', () => {
  const other = () => ({ ...dossier.patient, traits: { ...dossier.patient.traits, birthName: 'AUTRE' } });
  const earlier = () => [{ documentOid: written.documentOid, sha256: 'other' }];

  it('by the laboratory is kept by nothing: that the document is another patient’s may be the reason', async () => {
    const withdrawn = { patient: other(), withdrawn: 'by-laboratory' } as const;
    expect(await refusal({}, { more: withdrawn, earlier: earlier() })).toEqual([]);
    expect(await refusal({}, { more: { patient: other() }, earlier: earlier() })).toContain(
      'CDA_PATIENT_DIFFERS',
    );
  });

  it('by its sender neither', async () => {
    const withdrawn = { patient: other(), withdrawn: 'cancelled' } as const;
    expect(await refusal({ request: 'delete' }, { more: withdrawn, earlier: earlier() })).toEqual([]);
  });
});

describe('kept here', () => {
  const born = () => dossier.patient.traits;

  it.each([
    ['name', () => ({ birthName: 'AUTRE' })],
    ['sex', () => ({ sex: born().sex === 'F' ? ('M' as const) : ('F' as const) })],
    ['birth date', () => ({ birthDate: { local: '19010203' } as never })],
    ['first name', () => ({ firstGiven: 'ZOE' })],
  ])('a document of another %s than PID', async (_what, traits) => {
    const patient = { ...dossier.patient, traits: { ...born(), ...traits() } };
    expect(await refusal({}, { more: { patient } })).toEqual(['CDA_PATIENT_DIFFERS']);
  });

  it('a document of another INS than PID', async () => {
    const matricule = dossier.patient.ins?.matricule ?? '';
    expect(matricule).toHaveLength(15);
    const n3 = changed(`extension="${matricule}"`, 'extension="279035121518989"');
    expect(await refusal({ n3 })).toContain('CDA_PATIENT_DIFFERS');
  });

  it('a document of an INS space that is not this instance’s', async () => {
    const oid = dossier.patient.ins?.oid ?? '';
    const n3 = changed(`root="${oid}"`, 'root="1.2.250.1.213.1.4.8"');
    expect(await refusal({ n3 })).toContain('CDA_INS_SPACE');
  });

  it('another kind of document, or one that breaks the schema', async () => {
    expect(await refusal({ n3: changed('code="11502-2"', 'code="34112-3"') })).toContain('CDA_NOT_CR_BIO');
    expect(await refusal({ n3: changed(/<languageCode[^>]*\/>/, '') })).not.toEqual([]);
  });

  it('a version that does not follow the latest one', async () => {
    const oid = written.documentOid;
    const earlier = (...oids: string[]) => ({
      earlier: oids.map((documentOid) => ({ documentOid, sha256: 'other' })),
    });
    expect(await refusal({}, earlier(oid))).toEqual(['CDA_OTHER_BYTES']);
    expect(await refusal({ request: 'replace' }, earlier('1.2.3'))).toEqual(['CDA_VERSIONS_DIFFER']);
    const n3 = changed(
      '<componentOf>',
      '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.3.1"/></parentDocument></relatedDocument><componentOf>',
    );
    expect(await refusal({ n3, request: 'replace' }, earlier('1.2.3.2', '1.2.3.1'))).toContain(
      'CDA_REPLACES_OLD',
    );
    const deleted = (...oids: string[]) =>
      refusal({ request: 'delete' }, { ...earlier(...oids), more: { withdrawn: 'cancelled' } });
    expect(await deleted('1.2.3.2', oid)).toEqual(['CDA_DELETES_ANOTHER']);
    expect(await deleted(oid)).toEqual([]);
  });
});
