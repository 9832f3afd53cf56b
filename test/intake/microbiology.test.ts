import { describe, expect, it } from 'vitest';
import { bytes, msh, obr, obx, pid } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, dossierOf, present } from './parts.ts';

const culture = [
  'ORC|RE|P1|D1-1|D1',
  obr('ECBU^ECBU^L'),
  obx('NM', 'LEUCO', '240000'),
  obx('CWE', 'GERME', '112283007^Escherichia coli^SCT^ECOLI^E. coli^L', { 4: '1' }),
  obx('SN', 'NUM', '>=^1000000', { 4: '1', 6: '/mL' }),
  obx('CWE', 'GERME', 'EFAE^Enterococcus faecalis^L', { 4: '2' }),
];
/** An antibiogramme; `links` sets OBR-26 and OBR-29. */
const antibiogram = (number: string, links: Readonly<Record<number, string>>, ...rows: string[]) => [
  `ORC|RE|P1|${number}|D1`,
  obr('ATB^Antibiogramme^L', { 3: number, 11: 'G', ...links }),
  ...rows,
];
const amoxicillin = obx('SN', 'AMX', '>^32', { 6: 'mg/L', 8: 'R' });
const message = (...lines: readonly string[]) => bytes(msh(), pid(), ...lines);
const shape = (input: Uint8Array, given = {}) =>
  dossierOf(input, given).exams.map(({ local, results, isolates }) => ({
    exam: local.code,
    results: results.map((result) => result.local.code),
    isolates: isolates.map(({ id, organism, antibiogram: rows }) => [
      id,
      organism.code,
      rows.map((r) => r.local.code),
    ]),
  }));

describe('cultures', () => {
  it('take the antibiogramme that names their organism by code and sub-id, wherever it stands', () => {
    const child = antibiogram('D1-2', { 26: 'GERME&Germe&L^2', 29: 'P1^D1-1' }, amoxicillin);
    const expected = [
      {
        exam: 'ECBU',
        results: ['LEUCO', 'GERME', 'GERME'],
        isolates: [
          ['1', 'ECOLI', []],
          ['2', 'EFAE', ['AMX']],
        ],
      },
    ];
    expect(shape(message(...culture, ...child))).toEqual(expected);
    expect(shape(message(...child, ...culture))).toEqual(expected);
  });

  it('carry SNOMED CT, counts, MIC, S-I-R and the remarks of the antibiogramme', () => {
    const child = antibiogram('D1-2', { 26: 'GERME^1' }, 'NTE|1||BLSE absente', amoxicillin);
    const ciprofloxacin = obx('CE', 'CIP', 'S^Sensible^L');
    const [exam] = dossierOf(message(...culture, ...child, ciprofloxacin)).exams;
    expect(exam?.isolates[0]).toMatchObject({
      organism: { code: 'ECOLI', label: 'Escherichia coli' },
      snomed: '112283007',
      count: { value: { kind: 'quantity', lexical: '1000000', comparator: '>=' }, unit: '/mL' },
      comments: ['BLSE absente'],
      antibiogram: [
        { value: { kind: 'quantity', lexical: '32', comparator: '>' }, interpretations: ['R'] },
        { value: { kind: 'coded', text: 'Sensible' }, interpretations: ['S'] },
      ],
    });
  });

  it.each([
    ['the organism’s text', { 26: '^^Enterococcus faecalis' }],
    ['the parent order and the rows’ own sub-id', { 29: 'P1^D1-1' }],
  ])('are found by %s', (_, links) => {
    const child = antibiogram('D1-2', links, obx('SN', 'AMX', '<^1', { 4: '2', 8: 'S' }));
    expect(shape(message(...culture, ...child))[0]?.isolates).toEqual([
      ['1', 'ECOLI', []],
      ['2', 'EFAE', ['AMX']],
    ]);
  });

  it('keep the rows of an antibiogramme whose organism is not found', () => {
    const child = antibiogram('D1-2', { 26: 'GERME^9', 29: 'P1^D1-1' }, amoxicillin);
    const { dossier, warnings } = dossierAndWarnings(message(...culture, ...child), {
      isolateCodes: ['GERME'],
    });
    expect(warnings).toEqual(['ISOLATE_UNLINKED']);
    expect(dossier.exams).toHaveLength(1);
    expect(dossier.exams[0]?.results.map(({ local }) => local.code)).toContain('AMX');
  });

  it('sent as one exam are told apart by OBX-4', () => {
    const one = message(
      ...culture,
      obx('SN', 'AMX', '>^32', { 4: '1', 8: 'R' }),
      obx('CE', 'VAN', 'S', { 4: '2' }),
    );
    expect(shape(one)).toEqual([
      {
        exam: 'ECBU',
        results: ['LEUCO', 'GERME', 'GERME'],
        isolates: [
          ['1', 'ECOLI', ['AMX']],
          ['2', 'EFAE', ['VAN']],
        ],
      },
    ]);
  });

  it.each([
    ['the isolate’s number, then the row’s', ['1', '2'], ['1.1', '1.2', '2.1']],
    ['a number of the isolate, shared by its rows', ['1.1', '2.1'], ['1.2', '1.3', '2.2']],
    ['isolates below the culture', ['1.1', '1.2'], ['1.1.1', '1.1.2', '1.2.1']],
    ['isolates told apart by a letter', ['a', 'b'], ['a.1', 'a.2', 'b.1']],
  ])('sent as one exam are told apart by the parts of OBX-4: %s', (_, [first, second], [one, two, three]) => {
    const exam = message(
      'ORC|RE|P1|D1-1|D1',
      obr('ECBU^ECBU^L'),
      obx('CE', 'GERME1', 'ECOLI^Escherichia coli^L', { 4: present(first) }),
      obx('SN', 'AMX', '>^32', { 4: present(one), 8: 'R' }),
      obx('SN', 'CTX', '<^1', { 4: present(two), 8: 'S' }),
      obx('CE', 'GERME2', 'EFAE^Enterococcus faecalis^L', { 4: present(second) }),
      obx('SN', 'AMX', '^2', { 4: present(three), 8: 'S' }),
    );
    expect(shape(exam)).toEqual([
      {
        exam: 'ECBU',
        results: ['GERME1', 'GERME2'],
        isolates: [
          [first, 'ECOLI', ['AMX', 'CTX']],
          [second, 'EFAE', ['AMX']],
        ],
      },
    ]);
  });

  it('take as their count no antibiotic that has a MIC alone', () => {
    const [exam] = dossierOf(
      message(
        'ORC|RE|P1|D1-1|D1',
        obr('ECBU^ECBU^L'),
        obx('CE', 'GERME', 'ECOLI^Escherichia coli^L', { 4: '1' }),
        obx('SN', 'AMX', '>^32', { 4: '1', 6: 'mg/L', 8: 'R' }),
        obx('SN', 'COL', '<=^0.5', { 4: '1', 6: 'mg/L' }),
        obx('SN', 'NUM', '>=^1000000', { 4: '1', 6: 'UFC/mL' }),
      ),
    ).exams;
    const [isolate] = present(exam).isolates;
    expect(isolate?.count?.local.code).toBe('NUM');
    expect(isolate?.antibiogram.map(({ local }) => local.code)).toEqual(['AMX', 'COL']);
  });

  it('have isolates without antibiogramme when the source declares its code', () => {
    expect(shape(message(...culture), { isolateCodes: ['GERME'] })[0]?.isolates).toEqual([
      ['1', 'ECOLI', []],
      ['2', 'EFAE', []],
    ]);
    expect(shape(message(...culture))[0]?.isolates).toEqual([]);
  });

  it('without growth have no isolate', () => {
    const sterile = message('ORC|RE|||D1', obr('ECBU'), obx('CE', 'GERME', 'STE^Culture stérile^L'));
    expect(shape(sterile, { isolateCodes: ['GERME'] })[0]).toMatchObject({
      results: ['GERME'],
      isolates: [],
    });
  });

  it('withhold the antibiogramme of an organism that is not validated', () => {
    const unvalidated = culture.map((line) => line.replace(/(ECOLI.*\|\|\|\|\|\|)F/, '$1R'));
    const child = antibiogram('D1-2', { 26: 'GERME^1', 29: 'P1^D1-1' }, amoxicillin);
    const dossier = dossierOf(message(...unvalidated, ...child));
    expect(dossier.completeness).toBe('partial');
    expect(JSON.stringify(dossier)).not.toMatch(/AMX|ECOLI/);
  });

  it('leave reflex tests alone: a parent does not make an antibiogramme', () => {
    const reflex = [
      'ORC|RE|||D1',
      obr('T4L', { 3: 'D1-2', 11: 'G', 26: 'LEUCO', 29: 'P1^D1-1' }),
      obx('NM', 'T4L', '12'),
    ];
    expect(shape(message(...culture, ...reflex)).map(({ exam }) => exam)).toEqual(['ECBU', 'T4L']);
  });

  it('go with their antibiogrammes to one dossier when each order has its own number', () => {
    const noGroup = culture.map((line) => line.replace('ORC|RE|P1|D1-1|D1', 'ORC|RE'));
    const child = antibiogram('D9', { 26: 'GERME^1', 29: 'P1^D1-1' }, amoxicillin).slice(1);
    const dossier = dossierOf(message(...noGroup, ...child));
    expect(dossier.number).toBe('D1-1');
    expect(present(dossier.exams[0]).isolates[0]?.antibiogram).toHaveLength(1);
  });
});
