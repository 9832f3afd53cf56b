import { describe, expect, it } from 'vitest';
import { msh, obr, obx, pid } from '../fixtures/hl7/messages.ts';
import { dossierOf, resultsOf } from './parts.ts';

const line = (number: number, text: string, status = 'F', code = 'CR^Compte rendu^L') =>
  obx('TX', code, text, { 4: String(number), 11: status });
const shown = (rows: readonly string[]) =>
  resultsOf(rows).map(({ key, status, value }) => [
    key.split('|').at(-1),
    status,
    value && 'text' in value && value.text,
  ]);

describe('a text whose lines are numbered in OBX-4', () => {
  it('is one result, its blank lines refusing nothing', () => {
    expect(shown([line(1, 'FROTTIS'), line(2, ''), line(3, 'Absence de lésion')])).toEqual([
      ['1', 'final', 'FROTTIS\nAbsence de lésion'],
    ]);
  });

  it('is corrected whole, under one key, were it shorter', () => {
    expect(shown([line(1, 'FROTTIS'), line(2, 'Absence de lésion', 'C')])).toEqual([
      ['1', 'corrected', 'FROTTIS\nAbsence de lésion'],
    ]);
    expect(shown([line(1, 'FROTTIS', 'C')])).toEqual([['1', 'corrected', 'FROTTIS']]);
  });

  it('is told from another one beside it', () => {
    const conclusion = line(1, 'Normal', 'F', 'CONCL^Conclusion^L');
    expect(shown([line(1, 'un'), line(2, 'deux'), conclusion, obx('NM', 'A', '1')])).toHaveLength(3);
  });

  it.each([
    [
      'numbers of isolates',
      [line(1, 'E. coli', 'F', 'GERME^Germe^L'), line(2, 'K. pneumoniae', 'F', 'GERME^Germe^L')],
    ],
    ['a number beside', [line(1, 'Rares'), line(2, 'Nombreux'), obx('NM', 'NUM', '1000', { 4: '1' })]],
    ['a number that is missing', [line(1, 'un'), line(3, 'trois')]],
    ['a line not validated', [line(1, 'un'), line(2, 'deux', 'X')]],
  ])('is none where there are %s', (_, rows) => {
    expect(resultsOf(rows)).toHaveLength(rows.length);
  });

  it('is none where antibiogrammes refer to its rows', () => {
    const child = obr('ATB', { 3: 'D1-2', 11: 'G', 26: 'IDENT^2^K. pneumoniae', 29: '^D1-1' });
    const rows = [line(1, 'E. coli', 'F', 'IDENT^Nom^L'), line(2, 'K. pneumoniae', 'F', 'IDENT^Nom^L')];
    const message = [msh(), pid(), 'ORC|RE|||D1', obr('ECBU', { 3: 'D1-1' }), ...rows, child];
    const sent = Buffer.from(`${[...message, obx('ST', 'AMX', 'R', { 8: 'R' })].join('\r')}\r`);
    expect(dossierOf(sent).exams[0]?.isolates.map(({ id }) => id)).toEqual(['1', '2']);
  });
});
