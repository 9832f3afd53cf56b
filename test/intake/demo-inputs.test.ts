import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorrespondents } from '../../src/intake/correspondents.ts';
import { interpret } from '../../src/intake/interpret.ts';
import { qualify } from '../../src/report/identity.ts';
import { profile } from '../fixtures/hl7/messages.ts';
import { read } from './parts.ts';

const DEMO = join(import.meta.dirname, '../../config/demo');
const inputs = readdirSync(join(DEMO, 'inputs')).sort();
const story = (name: string) => {
  const parts = read(readFileSync(join(DEMO, 'inputs', name)), { preliminaryIsValidated: true });
  return parts.map((part) => {
    if (part.kind === 'rejected') return part.fault.code;
    if (part.kind !== 'dossier') return part.kind;
    const { dossier, warnings } = part;
    return [
      dossier.number,
      dossier.completeness,
      qualify(dossier.patient).kind,
      `${dossier.exams.flatMap(({ results }) => results).length} results`,
      ...warnings.map(({ code }) => code),
    ].join(' ');
  });
};

describe('inputs of the demo', () => {
  it('tell the demo’s story', () => {
    expect(Object.fromEntries(inputs.map((name) => [name, story(name).join()]))).toEqual({
      '01-bilan-lipidique-glycemie.hl7': '26-110001 complete qualified 7 results',
      '02-hemogramme.hl7': '26-110002 complete qualified 13 results',
      '03-tsh-avec-anteriorite.hl7': '26-110003 complete qualified 2 results',
      '04-ecbu-antibiogramme.hl7': '26-110004 complete qualified 5 results',
      '05-examen-sous-traite.hl7': '26-110005 complete qualified 2 results',
      '06-partiel.hl7': '26-110006 partial qualified 3 results',
      '07-complet.hl7': '26-110006 complete qualified 4 results',
      '08-correction-du-01.hl7': '26-110001 complete qualified 7 results',
      '09-consultation-d-annonce.hl7': '26-110009 complete qualified 2 results',
      '10a-opposition-au-dmp.hl7': 'patient',
      '10b-patient-oppose.hl7': '26-110010 complete qualified 3 results',
      '11-ins-non-qualifiee.hl7': '26-110011 complete unqualified 2 results',
      '12-fichier-illisible.hl7': 'INPUT_UNREADABLE',
      '13-code-non-transcode.hl7': '26-110013 complete qualified 2 results',
    });
  });

  it('have readable correspondents', () => {
    const table = readCorrespondents(join(DEMO, 'correspondents.csv'));
    expect(table.map((line) => 'localCode' in line && line.localCode)).toEqual([
      'D042',
      'D057',
      'D063',
      'H010',
      'D099',
    ]);
  });
});

const SAMPLES = process.env.CRBIO_SAMPLES;
if (!SAMPLES) console.log('CRBIO_SAMPLES is not set: the published samples are not read.');

describe.skipIf(!SAMPLES)('published samples', () => {
  const sample = (path: string) =>
    read(readFileSync(join(SAMPLES ?? '', path)), { finalTerminator: 'optional', decimalMark: 'point' });
  const isolates = (path: string) =>
    sample(path).flatMap((part) =>
      part.kind === 'dossier'
        ? part.dossier.exams.flatMap((exam) => exam.isolates.map(({ antibiogram }) => antibiogram.length))
        : [],
    );

  it.each([
    ['oru-discrete/cdc_batch_FHS_BHS_2msg.hl7', ['dossier', 'dossier']],
    // Its FIC row names a PDF that does not lie beside it.
    ['oru-discrete/fhirmap_french_lab_hybrid.hl7', ['rejected']],
    ['oru-discrete/ms_LRI_2.0-NG_CBC_Typ_Message.hl7', ['dossier']],
    ['oru-discrete/nist_elr_SampleTestCase3.hl7', ['dossier']],
    ['adt/NonConsentementConsultation_OppositionAlimentation.er7', ['patient']],
    ['adt/admission.er7', ['patient']],
    ['adt/sortie.er7', ['patient']],
    ['oru-cda/ans_v2.1_segur2_oru_crbio_init.hl7', ['dossier']],
    ['oru-cda/ans_v2.1_zam_reception_mss.er7', ['rejected']],
    ['hprim/sante_libHprim_Test1_H2.1C.hpr', ['rejected']],
  ])('%s', (path, kinds) => {
    expect(sample(path).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('the hybrid is a report once its PDF lies beside it, each row under its exam', () => {
    const bytes = readFileSync(join(SAMPLES ?? '', 'oru-discrete/fhirmap_french_lab_hybrid.hl7'));
    const source = profile({ finalTerminator: 'optional' });
    const [part] = interpret(bytes, source, () => Buffer.from('%PDF-1.4 document'));
    const exams = part?.kind === 'dossier' ? part.dossier.exams : [];
    expect(exams.map(({ local, results }) => [local.code, results.map((row) => row.local.code)])).toEqual([
      ['CRP', ['CRP']],
      ['I3', ['NA', 'K']],
      ['CR', ['CR', 'CR_PDF']],
    ]);
  });

  it('the NIST culture has three isolates of three antibiotics each', () => {
    expect(isolates('oru-discrete/nist_LRI_4.1-GU_Parent_Child.hl7')).toEqual([3, 3, 3]);
  });
});
