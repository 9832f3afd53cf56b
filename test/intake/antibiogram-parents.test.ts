import { expect, it } from 'vitest';
import { bytes, msh, obr, obx, pid } from '../fixtures/hl7/messages.ts';
import { dossierOf } from './parts.ts';

const exam = (code: string, number: string, ...rows: string[]) => [
  `ORC|RE|P1|${number}|D1`,
  obr(code, { 3: number }),
  ...rows,
];
const antibiogram = (number: string, parent: string) => [
  `ORC|RE|P1|${number}|D1`,
  obr('ATB', { 3: number, 26: 'GERME^1', 29: parent }),
  obx('NM', 'AMX', '32', { 8: 'R' }),
];
const exams = (...segments: string[][]) => dossierOf(bytes(msh(), pid(), ...segments.flat())).exams;
const chemistry = obx('NM', 'K', '4');
const germ = obx('CE', 'GERME', 'ECO^E. coli^L', { 4: '1' });

it('an antibiogramme whose culture is not there is given to no exam that shares the number of its prescription', () => {
  const [first, second] = exams(exam('BIO', 'D1-1', chemistry), antibiogram('D1-4', 'P1^D1-3'));
  expect(first?.results.map(({ local }) => local.code)).toEqual(['K']);
  expect(second?.local.code).toBe('ATB');
});

it('nor to the first of those that share one number', () => {
  const shared = exams(
    exam('BIO', 'D1-1', chemistry),
    exam('HC', 'D1-1', germ),
    antibiogram('D1-4', 'P1^D1-1'),
  );
  expect(shared.map(({ local, isolates }) => [local.code, isolates[0]?.antibiogram.length])).toEqual([
    ['BIO', undefined],
    ['HC', 1],
  ]);
});
