import { describe, expect, test } from 'vitest';
import type { Dossier } from '../../src/report/dossier.ts';
import { clinicalHash, nextVersion, weightiestCause } from '../../src/report/versions.ts';
import { at, BIOLOGIST, COPY_RECIPIENT, DIRECTOR, statedPatient } from '../fixtures/people.ts';
import { aDossier, anExam, aRow } from '../store/store-fixtures.ts';

const base = aDossier({
  exams: [
    anExam('BIO', [
      aRow('NA', '140', { validator: DIRECTOR, comments: ['contrôlé'] }),
      aRow('K', undefined, { status: 'pending' }),
    ]),
  ],
  completeness: 'partial',
});

const withRows = (...rows: ReturnType<typeof aRow>[]): Dossier => ({
  ...base,
  exams: [anExam('BIO', rows)],
  completeness: rows.some(({ status }) => status === 'pending') ? 'partial' : 'complete',
});
const NA = aRow('NA', '140', { validator: DIRECTOR, comments: ['contrôlé'] });
const K = aRow('K', undefined, { status: 'pending' });

const cause = (current: Dossier, incoming: Dossier) => {
  const next = nextVersion(current, incoming);
  return next.kind === 'new' ? next.cause : next.kind;
};

describe('what makes no new version', () => {
  test.each<[string, Dossier]>([
    ['the same content', { ...base }],
    [
      'a later message and a later issue',
      { ...base, messageAt: at('20260302200000'), issuedAt: at('20260302200000') },
    ],
    ['another MSH-11', { ...base, processing: 'T' }],
    [
      'another phone, address, ward',
      {
        ...base,
        patient: statedPatient({ phone: '+33600000009', address: { lines: [] } }),
        location: 'CARDIO',
      },
    ],
    ['rows in another order', withRows(K, NA)],
    ['the same value sent as a correction', withRows({ ...NA, status: 'corrected' }, K)],
    ['another time of analysis', withRows({ ...NA, analysedAt: at('20260302111111') }, K)],
    ['flags that restrict no more than silence', { ...base, flags: { masquePs: false, destDmp: true } }],
  ])('%s', (_name, incoming) => {
    expect(clinicalHash(incoming)).toBe(clinicalHash(base));
    expect(cause(base, incoming)).toBe('unchanged');
  });
});

describe('why a new version is made', () => {
  test('the first', () => {
    expect(nextVersion(undefined, base)).toEqual({ kind: 'new', dossier: base, cause: 'first' });
  });

  test.each<[string, Dossier]>([
    ['a pending row has its result', withRows(NA, aRow('K', '4.2'))],
    ['a pending row was cancelled', withRows(NA, aRow('K', undefined, { status: 'cancelled' }))],
    ['a row more', withRows(NA, K, aRow('CL', '102'))],
    ['an exam more', { ...base, exams: [...base.exams, anExam('CRP', [aRow('CRP', '3')])] }],
    ['a comment more', withRows({ ...NA, comments: ['contrôlé', 'hémolyse'] }, K)],
    ['a validator where there was none', withRows({ ...NA }, K)],
    ['a recipient more', { ...base, recipients: [{ role: 'copy', professional: COPY_RECIPIENT }] }],
    ['new flags along with new results', { ...withRows(NA, aRow('K', '4.2')), flags: { masquePs: true } }],
  ])('completion: %s', (name, incoming) => {
    const { validator: _none, ...bare } = NA;
    expect(cause(name.startsWith('a validator') ? withRows(bare, K) : base, incoming)).toBe('completion');
  });

  test.each<[string, Dossier]>([
    ['another value', withRows({ ...NA, value: { kind: 'quantity', lexical: '141' } }, K)],
    ['another unit', withRows({ ...NA, unit: 'g/L' }, K)],
    ['a row gone', withRows(K)],
    ['a final row cancelled', withRows({ ...NA, status: 'cancelled' }, K)],
    ['a final row open again', withRows({ ...NA, status: 'preliminary' }, K)],
    ['a comment gone', withRows({ ...NA, comments: [] }, K)],
    ['another validator', withRows({ ...NA, validator: BIOLOGIST }, K)],
    ['another prescriber', { ...base, prescriber: COPY_RECIPIENT }],
    [
      'another identity with another value',
      { ...withRows({ ...NA, unit: 'g/L' }, K), patient: statedPatient({ statuses: ['PROV'] }) },
    ],
  ])('correction: %s', (_name, incoming) => {
    expect(cause(base, incoming)).toBe('correction');
  });

  test('identity: traits, INS or statuses changed', () => {
    const { ins: _ins, ...withoutIns } = statedPatient();
    expect(cause(base, { ...base, patient: withoutIns })).toBe('identity');
    expect(cause(base, { ...base, patient: statedPatient({ statuses: ['VALI', 'DOUT'] }) })).toBe('identity');
  });

  test('masking: flags alone, either way', () => {
    const masked = { ...base, flags: { invisiblePatient: true } };
    expect(cause(base, masked)).toBe('masking');
    expect(cause(masked, base)).toBe('masking');
  });

  test('withdrawal, and nothing else as long as it lasts', () => {
    const withdrawn: Dossier = { ...base, withdrawn: 'wrong-patient' };
    expect(cause(base, withdrawn)).toBe('withdrawal');
    expect(nextVersion(undefined, withdrawn)).toMatchObject({ cause: 'withdrawal' });
    expect(cause(withdrawn, { ...withdrawn, flags: { masquePs: true } })).toBe('withdrawal');
    expect(cause(withdrawn, base)).toBe('correction');
  });
});

test('who missed several versions is told the weightiest cause', () => {
  expect(weightiestCause(['masking', 'correction', 'completion'])).toBe('correction');
  expect(weightiestCause(['masking', 'identity'])).toBe('identity');
  expect(weightiestCause([])).toBe('first');
});
