import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dossier } from '../../src/report/dossier.ts';
import { mergeDossiers } from '../../src/report/merge.ts';
import { rowsOf } from '../../src/report/merge-exam.ts';
import type { Result } from '../../src/report/result.ts';
import { clinicalHash } from '../../src/report/versions.ts';
import { dossierOf } from '../intake/parts.ts';
import {
  EXAMS,
  hl7,
  isAwaited,
  isCancelled,
  lineOf,
  messagesAbout,
  pdf,
  png,
  type Sent,
  type SentOrder,
  shownOf,
  statementsOf,
  withdrawalOf,
} from './merge-model.ts';

/** Thousands were run once (`RUNS=5000`); these keep what they found. */
const RUNS = { numRuns: Number(process.env.RUNS ?? 25) };

const read = new WeakMap<Sent, Dossier>();
function dossier(sent: Sent): Dossier {
  const known = read.get(sent) ?? dossierOf(hl7(sent));
  read.set(sent, known);
  return known;
}
const merged = (messages: readonly Sent[]) => mergeDossiers(messages.map(dossier));
const CHEMISTRY = ['BIO', 'TSH'];

const text = ({ value }: Pick<Result, 'value'>) =>
  value?.kind === 'quantity'
    ? value.lexical
    : value?.kind === 'text' || value?.kind === 'coded'
      ? value.text
      : undefined;
const rowNamed = ({ exams }: Dossier, exam: string, code: string) => {
  const found = exams
    .filter(({ local }) => local.code === exam)
    .flatMap(rowsOf)
    .filter(({ local }) => local.code === code);
  expect(found.length, `${exam} ${code} twice`).toBeLessThan(2);
  return found[0];
};

test('what a row comes to', () => {
  fc.assert(
    fc.property(messagesAbout(CHEMISTRY), (messages) => {
      const report = merged(messages);
      for (const [exam, code] of [
        ['BIO', 'NA'],
        ['BIO', 'K'],
        ['TSH', 'T'],
      ] as const) {
        const expected = shownOf(code, statementsOf(exam, messages));
        const row = rowNamed(report, exam, code);
        const state = row && (row.status === 'final' || row.status === 'corrected' ? 'value' : row.status);
        expect(
          row && { state, value: text(row), corrects: row.corrects && text(row.corrects) },
          `${exam} ${code}`,
        ).toEqual(expected && { value: undefined, corrects: undefined, ...expected });
        if (row?.corrects && state === 'value') expect(row.status).toBe('corrected');
        if (row && state !== 'value') expect(row.interpretations).toEqual([]);
      }
    }),
    RUNS,
  );
});

test('documents', () => {
  fc.assert(
    fc.property(messagesAbout(CHEMISTRY), (messages) => {
      const report = merged(messages);
      const statements = statementsOf('BIO', messages);
      const document = shownOf('CR', statements);
      expect(report.attachments.map(({ base64 }) => base64)).toEqual(
        document?.state === 'value' ? [pdf(lastValue('CR', messages))] : [],
      );
      const image = shownOf('IMG', statements);
      expect(report.exams.flatMap(({ images = [] }) => images.map(({ base64 }) => base64))).toEqual(
        image?.state === 'value' ? [png(lastValue('IMG', messages))] : [],
      );
    }),
    RUNS,
  );
});
const lastValue = (code: string, messages: readonly Sent[]) =>
  statementsOf('BIO', messages)
    .flatMap(({ order }) => order.rows)
    .findLast((one) => one.code === code && (one.status === 'F' || one.status === 'C'))?.value ?? '';

test('withdrawal and completeness', () => {
  fc.assert(
    fc.property(messagesAbout(CHEMISTRY), (messages) => {
      const report = merged(messages);
      expect(report.withdrawn).toBe(withdrawalOf(CHEMISTRY, messages));
      const isPartial = CHEMISTRY.some((exam) => {
        const statements = statementsOf(exam, messages);
        const rows = ['NA', 'K', 'CR', 'IMG', 'T'].map((code) => shownOf(code, statements)?.state);
        return [...rows, lineOf(exam, statements)].includes('pending') || isAwaited(exam, statements);
      });
      expect(report.completeness).toBe(isPartial ? 'partial' : 'complete');
    }),
    RUNS,
  );
});

const ALL = ['BIO', 'TSH', 'HC', 'ATB', 'ATB2'];
test('order of arrival, repeats', () => {
  fc.assert(
    fc.property(
      messagesAbout(ALL).chain((sent) =>
        fc.tuple(fc.constant(sent), fc.shuffledSubarray(sent, { minLength: sent.length }), fc.nat(5)),
      ),
      ([sent, arrived, again]) => {
        const report = merged(sent);
        expect(merged(arrived)).toEqual(report);
        const repeated = sent[again % sent.length];
        if (repeated) expect(clinicalHash(merged([...arrived, repeated]))).toBe(clinicalHash(report));
      },
    ),
    RUNS,
  );
});

const shownRows = ({ exams }: Dossier) => exams.flatMap(rowsOf);
const valuesOf = (report: Dossier) =>
  report.exams
    .flatMap((exam) => rowsOf(exam).map((row) => [row.key, text(row), row.interpretations]))
    .toSorted();

/** A last message that says something of everything. */
const about = (messages: readonly Sent[], each: (exam: string) => Partial<Sent['orders'][number]>): Sent => ({
  at: 30,
  ...(messages[0]?.reported === undefined ? {} : { reported: 30 }),
  orders: ALL.map((exam) => ({ exam, control: 'RE', progress: 'F', rows: [], ...each(exam) })),
});

test('a last message that lists all there is, final', () => {
  fc.assert(
    fc.property(messagesAbout(ALL), (messages) => {
      const last = about(messages, (exam) => ({
        rows: (EXAMS[exam]?.rows ?? []).map((code) => ({ code, status: 'F' as const, value: '2' as const })),
      }));
      const report = merged([...messages, last]);
      expect(valuesOf(report)).toEqual(valuesOf(merged([last])));
      expect(report.exams.map(({ local }) => local.code).toSorted()).toEqual(['BIO', 'HC', 'TSH']);
      expect(report.attachments).toHaveLength(1);
      expect(report).toMatchObject({ completeness: 'complete' });
      expect(report.withdrawn).toBeUndefined();
    }),
    RUNS,
  );
});

test('a last message that cancels all', () => {
  fc.assert(
    fc.property(messagesAbout(ALL), fc.constantFrom(undefined, 5), (messages, reported) => {
      const { reported: _now, ...last } = about(messages, () => ({ control: 'CA' }));
      const report = merged([...messages, { ...last, ...(reported ? { reported } : {}) }]);
      expect(shownRows(report).filter(({ status, value }) => status !== 'cancelled' || value)).toEqual([]);
      expect(shownRows(report).flatMap(({ interpretations }) => interpretations)).toEqual([]);
      expect(report).toMatchObject({ attachments: [], withdrawn: 'cancelled', completeness: 'complete' });
      expect(
        report.exams.flatMap(({ isolates }) => isolates.flatMap(({ antibiogram }) => antibiogram)),
      ).toEqual([]);
    }),
    RUNS,
  );
});

test('no antibiotic stands twice, nor one that was taken back; the last final word stands while its germ does', () => {
  fc.assert(
    fc.property(messagesAbout(['HC', 'ATB', 'ATB2']), (messages) => {
      // What is taken back beside a culture makes all its statement as new as its message.
      const isPlain = ({ control, rows }: SentOrder) =>
        control === 'RE' && rows.every(({ status }) => status !== 'W');
      fc.pre(messages.every(({ at, reported = at, orders }) => reported === at || orders.every(isPlain)));
      const report = merged(messages);
      const cultures = statementsOf('HC', messages);
      for (const [exam, number, germ] of [
        ['ATB', 'D1-4', '1'],
        ['ATB2', 'D1-5', '2'],
      ] as const)
        for (const code of ['AMX', 'CTX']) {
          const found = shownRows(report).filter(
            ({ key, local }) => key.startsWith(`${number}|`) && local.code === code,
          );
          expect(found.length, `${exam} ${code} twice`).toBeLessThan(2);
          const expected = shownOf(code, statementsOf(exam, messages));
          const [row] = found;
          if (row?.value) expect(expected, `${exam} ${code} taken back`).toMatchObject({ state: 'value' });
          if (!row?.value) expect(row?.interpretations ?? []).toEqual([]);
          const isSteady = cultures.every(
            ({ order }) =>
              !isCancelled(order) &&
              order.rows.every(
                (one) => one.code !== `GERME^${germ}` || (one.status === 'F' && one.value === '1'),
              ),
          );
          if (isSteady && expected?.state === 'value')
            expect(row && text(row), `${exam} ${code} lost`).toBe(expected.value);
        }
    }),
    RUNS,
  );
});
