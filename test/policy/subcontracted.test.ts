import { expect, it } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import { factsOf } from '../../src/policy/facts.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import { documentOid } from '../../src/report/identifiers.ts';
import { mergeReport } from '../../src/report/subcontracting.ts';
import { composeReport } from '../../src/terminology/compose.ts';
import { text } from '../fixtures/build.ts';
import { aContribution } from '../fixtures/contributions.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';
import { at, BIOLOGIST, DIRECTOR, LABORATORY, QUALIFIED_PATIENT, SUBCONTRACTOR } from '../fixtures/people.ts';
import { shippedCatalogue } from '../fixtures/terminology/loinc.ts';
import { aDossier, anExam, aRow } from '../store/store-fixtures.ts';

/** A request that another laboratory did from end to end: who validates it for ours (CSP D.6211-3). */

const catalogue = shippedCatalogue();
const awaited = aDossier({
  exams: [anExam('ZN', [aRow('ZN', undefined, { status: 'pending' })], { performer: SUBCONTRACTOR })],
  completeness: 'partial',
});
const theirs = aContribution({
  exams: [anExam('ZN', [aRow('ZN', '12', { validator: BIOLOGIST })], { order: 'S1' })],
});

/** The rule that decides on the patient's mail, and its reason. */
function fate(dossier: Dossier): string {
  const setOid = `${LABORATORY.oids.documents}.1`;
  const { report } = composeReport(dossier, {
    catalogue,
    laboratory: LABORATORY,
    patient: QUALIFIED_PATIENT,
    flags: {},
    version: {
      ...{ reportId: 'sgl-1', number: 1, setOid, documentOid: documentOid(setOid, 1) },
      ...{ completeness: dossier.completeness, cause: 'first', effectiveTime: dossier.issuedAt },
    },
  });
  const [decision] = decide(
    factsOf(report),
    { flags: {}, maskUntil: null, lifted: [], opposition: {}, alreadyHave: [], today: '20260305' },
    dispatchSettings({ environment: 'production', channels: ['mssante-patient'], mailDomains: [] }),
  );
  return `${decision?.rule} ${decision?.reason}`;
}

it('is held until a biologist of ours validates it, and its reason says what to do', () => {
  const whole = mergeReport([awaited], [theirs]);
  expect(fate(whole)).toMatch(
    /^biologiste-absent tout vient de laboratoires sous-traitants.* dans le SGL .*OBX-16/,
  );
  const pdf = { id: 'pdf', title: 'CR', mediaType: 'application/pdf', base64: 'JVBERi0=' } as const;
  const document = mergeReport([awaited], [aContribution({ attachments: [pdf] })]);
  expect(fate(document)).toMatch(/^biologiste-absent tout vient de laboratoires sous-traitants/);
});

it.each([
  ['a result of theirs taken over', aRow('ZN', '12', { validator: DIRECTOR }), { performer: SUBCONTRACTOR }],
  ['a conclusion', aRow('CONCL', undefined, { validator: DIRECTOR, value: text('Zinc normal') }), {}],
])('leaves once our laboratory has validated %s', (_, row, exam) => {
  const validated = aDossier({
    exams: [anExam(row.local.code, [row], exam)],
    messageAt: at('20260304100000'),
  });
  expect(fate(mergeReport([awaited, validated], [theirs]))).toMatch(/^envoi /);
});

it('nobody of ours having validated our own results either, the reason is the plain one', () => {
  const own = aDossier({ exams: [...awaited.exams, anExam('GLY', [aRow('GLY', '5.10')])] });
  expect(fate(mergeReport([own], [theirs]))).toBe(
    'biologiste-absent aucun biologiste valideur n’est nommé (CSP D.6211-3)',
  );
});
