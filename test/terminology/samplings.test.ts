import { expect, it } from 'vitest';
import { Samplings } from '../../src/terminology/samplings.ts';
import { aSpecimen, quantity } from '../fixtures/build.ts';
import { at } from '../fixtures/people.ts';
import { anExam, sent } from '../fixtures/terminology/dossier.ts';

/** An exam of one analysis, of a sampling at this hour. */
const sampledAt = (code: string, hour: string) =>
  anExam('E', [sent(code, quantity('12'), 'ng/L', { observedAt: at(`2026030${hour}`) })]);
const saidOf = (...exams: ReturnType<typeof anExam>[]) => {
  const samplings = new Samplings(exams);
  return exams.flatMap((exam) => exam.results.map((result) => samplings.said(result, exam)));
};

it('says when each was taken, of one analysis at several times', () => {
  expect(saidOf(sampledAt('TNT', '21005'), sampledAt('TNT', '21305'), sampledAt('NA', '21005'))).toEqual([
    'Prélevé le 02/03/2026 à 10:05',
    'Prélevé le 02/03/2026 à 13:05',
    undefined,
  ]);
});

it('says nothing of one time', () => {
  expect(saidOf(sampledAt('TNT', '21005'), sampledAt('TNT', '21005'))).toEqual([undefined, undefined]);
});

it('takes the time of the only specimen where the result has none', () => {
  const exam = (hour: string) =>
    anExam('E', [sent('TNT', quantity('12'))], {
      specimens: [aSpecimen({ collectedAt: at(`2026030${hour}`) })],
    });
  const [early, late] = [exam('20815'), exam('21315')];
  const withoutTime = [early, late].map((one) => ({
    ...one,
    results: one.results.map(({ observedAt: _, ...result }) => result),
  }));
  expect(saidOf(...withoutTime)).toEqual(['Prélevé le 02/03/2026 à 08:15', 'Prélevé le 02/03/2026 à 13:15']);
});
