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

  describe('sent as one exam give a germ nothing by guess', () => {
    /** The rows that stay results, and each isolate with its count and its antibiotics. */
    const read = (rows: readonly string[], given = {}) => {
      const { dossier, warnings } = dossierAndWarnings(
        message('ORC|RE|P1|D1-1|D1', obr('ECBU^ECBU^L'), ...rows),
        given,
      );
      const exam = present(dossier.exams[0]);
      return {
        results: exam.results.map(({ local }) => local.code),
        isolates: exam.isolates.map(({ id, organism, count, antibiogram: drugs }) =>
          [id, organism.code, count?.local.code ?? '-', ...drugs.map(({ local }) => local.code)].join(' '),
        ),
        warned: warnings.includes('ISOLATE_UNLINKED'),
      };
    };
    const germ = (number: string, value = 'ECOLI^Escherichia coli^L', code = 'GERME') =>
      obx('CE', code, value, { 4: number });
    const enterococcus = 'EFAE^Enterococcus faecalis^L';
    const amount = (code: string, value: string, number: string, unit = '') =>
      obx(value.includes('^') ? 'SN' : 'NM', code, value, { 4: number, 6: unit });
    const drug = (code: string, letter: string, number: string, value = '') =>
      value === ''
        ? obx('CE', code, letter, { 4: number })
        : obx('SN', code, value, { 4: number, 8: letter });

    it.each([
      [
        'two germs that have the numbers of their antibiotics, in one list',
        [
          germ('1.1'),
          drug('AMX', 'R', '1.1', '>^32'),
          germ('1.2', enterococcus),
          drug('VAN', 'S', '1.2', '^1'),
        ],
        { results: ['GERME', 'GERME'], isolates: ['1.1 ECOLI - AMX', '1.2 EFAE - VAN'], warned: false },
      ],
      [
        'an antibiotic beside a germ that has its own at its number',
        [germ('1.1'), drug('AMX', 'R', '1.1'), drug('VAN', 'S', '1.2')],
        { results: ['GERME', 'VAN'], isolates: ['1.1 ECOLI - AMX'], warned: true },
      ],
      [
        'an antibiotic beside two germs, one of them without antibiogramme',
        [germ('1.1'), drug('AMX', 'R', '1.1.1'), germ('1.2', enterococcus), drug('VAN', 'S', '1.3')],
        { results: ['GERME', 'GERME', 'VAN'], isolates: ['1.1 ECOLI - AMX', '1.2 EFAE -'], warned: true },
      ],
      [
        'two germs of one number',
        [germ('1', undefined, 'GERME1'), germ('1', enterococcus, 'GERME2'), drug('AMX', 'R', '1')],
        { results: ['GERME1', 'GERME2', 'AMX'], isolates: [], warned: true },
      ],
      [
        'a germ beside which a second is still awaited',
        [germ('1.1'), obx('CE', 'GERME', '', { 4: '1.2', 11: 'I' }), drug('VAN', 'S', '1.3')],
        { results: ['GERME', 'GERME', 'VAN'], isolates: [], warned: true },
      ],
      [
        'an antibiotic beside a germ and a row that may be another',
        [
          germ('1.1'),
          drug('AMX', 'R', '1.3'),
          germ('1.2', 'CALB^Candida albicans^L', 'MYCO'),
          drug('AMB', 'S', '1.4'),
        ],
        { results: ['GERME', 'AMX', 'MYCO', 'AMB'], isolates: [], warned: true },
      ],
      [
        'a bacterium and a yeast of one number, under two codes',
        [germ('1'), germ('1', 'CALB^Candida albicans^L', 'MYCO'), drug('AMB', 'S', '1')],
        { results: ['GERME', 'MYCO', 'AMB'], isolates: [], warned: true },
      ],
      [
        'what the microscope showed, and the germ',
        [
          germ('1', 'BGN^Bacilles à Gram négatif^L', 'EXD^Germes au direct^L'),
          germ('1'),
          drug('AMX', 'R', '1'),
        ],
        { results: ['EXD', 'GERME'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'words that answer, beside words that name',
        [
          germ('1', 'NEG^Négatif^L', 'BLSE'),
          germ('1', undefined, 'CULT'),
          obx('ST', 'AMX-L', 'Résistant', { 4: '1' }),
          drug('AMX', 'R', '1'),
        ],
        { results: ['BLSE', 'CULT', 'AMX-L'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'two rows of words, neither of which says that it names a germ',
        [germ('1', 'TR^Trouble^L', 'ASPECT'), germ('1', undefined, 'CULT'), drug('AMX', 'R', '1')],
        { results: ['ASPECT', 'CULT', 'AMX'], isolates: [], warned: true },
      ],
      [
        'rows of words, one of which says that it names a germ',
        [germ('1', 'TR^Trouble^L', 'ASPECT'), germ('1'), drug('AMX', 'R', '1')],
        { results: ['ASPECT', 'GERME'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'leucocytes numbered in the list of a germ',
        [
          amount('LEUCO', '250000', '1.1', '/mL'),
          amount('HEMA', '8000', '1.2', '/mL'),
          germ('1.3'),
          amount('NUM', '>=^1000000', '1.4', 'UFC/mL'),
          drug('AMX', 'R', '1.5'),
        ],
        { results: ['LEUCO', 'HEMA', 'GERME'], isolates: ['1.3 ECOLI NUM AMX'], warned: false },
      ],
      [
        'leucocytes numbered below a germ',
        [
          germ('1'),
          amount('LEUCO', '250000', '1.1', '/mL'),
          amount('NUM', '1000000', '1.2', 'u.f.c./ml'),
          drug('AMX', 'R', '1.3'),
        ],
        { results: ['GERME', 'LEUCO'], isolates: ['1 ECOLI NUM AMX'], warned: false },
      ],
      [
        'a count of what it does not say, below a germ',
        [germ('1'), amount('LEUCO', '250000', '1.1', '/mL'), drug('AMX', 'R', '1.3')],
        { results: ['GERME', 'LEUCO'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'two counts of the germ’s number',
        [
          amount('LEUCO', '250000', '1', '/mL'),
          germ('1'),
          amount('NUM', '1000000', '1', '/mL'),
          drug('AMX', 'R', '1'),
        ],
        { results: ['LEUCO', 'GERME', 'NUM'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'leucocytes alone of the germ’s number, before it',
        [amount('LEUCO', '250000', '1', '/mL'), germ('1'), drug('AMX', 'R', '1')],
        { results: ['LEUCO', 'GERME'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'whole thousands of the germ’s number, without unit',
        [germ('1'), amount('NUM', '>=^1000000', '1'), amount('PH', '6.5', '1'), drug('AMX', 'R', '1')],
        { results: ['GERME', 'PH'], isolates: ['1 ECOLI NUM AMX'], warned: false },
      ],
      [
        'proteins in mg/L, before the germ and after it',
        [
          amount('PROT', '150', '1', 'mg/L'),
          germ('1'),
          drug('AMX', 'R', '1'),
          amount('CRP', '12', '1', 'mg/L'),
        ],
        { results: ['PROT', 'GERME', 'CRP'], isolates: ['1 ECOLI - AMX'], warned: false },
      ],
      [
        'a MIC without S, I or R of an antibiotic told by its name',
        [germ('1'), drug('AMX', 'R', '1'), amount('A12^Colistine (CMI)^L', '<=^0.5', '1', 'mg/L')],
        { results: ['GERME'], isolates: ['1 ECOLI - AMX A12'], warned: false },
      ],
      [
        'MICs sent as text',
        [
          germ('1'),
          obx('ST', 'AMX-C', '>32', { 4: '1.1' }),
          drug('AMX', 'R', '1.1'),
          obx('ST', 'CTX-C', '<1', { 4: '1.2' }),
          drug('CTX', 'S', '1.2'),
        ],
        { results: ['GERME'], isolates: ['1 ECOLI - AMX-C AMX CTX-C CTX'], warned: false },
      ],
      [
        'MICs sent as text or code, and no germ',
        [
          obx('ST', 'X1', '>32', { 4: '1' }),
          drug('AMX', 'R', '1'),
          obx('CE', 'X2', '<1^<1^L', { 4: '2' }),
          drug('CTX', 'S', '2'),
          obx('ST', 'X3', '12 mg/L', { 4: '3' }),
          drug('VAN', 'S', '3'),
        ],
        { results: ['X1', 'AMX', 'X2', 'CTX', 'X3', 'VAN'], isolates: [], warned: true },
      ],
    ] as const)('%s', (_, rows, expected) => {
      expect(read(rows)).toEqual(expected);
    });

    it('name organisms by the codes that the source declares, and by no other', () => {
      const rows = [germ('1'), drug('AMX', 'R', '1'), germ('2', enterococcus, 'CULT'), drug('VAN', 'S', '2')];
      expect(read(rows, { isolateCodes: ['GERME'] })).toEqual({
        results: ['GERME', 'CULT', 'VAN'],
        isolates: ['1 ECOLI - AMX'],
        warned: true,
      });
    });

    it('leave an antibiotic to the row of its own number, were that one not declared', () => {
      const rows = [germ('1.1'), germ('1.2', 'CALB^Candida albicans^L', 'MYCO'), drug('AMB', 'S', '1.2')];
      expect(read(rows, { isolateCodes: ['GERME'] })).toEqual({
        results: ['GERME', 'MYCO', 'AMB'],
        isolates: ['1.1 ECOLI -'],
        warned: true,
      });
    });

    it('keep two organisms that a source declares under one number', () => {
      const rows = [germ('1'), germ('1', enterococcus, 'GERME2'), drug('AMX', 'R', '1')];
      expect(read(rows, { isolateCodes: ['GERME', 'GERME2'] })).toEqual({
        results: ['GERME', 'GERME2', 'AMX'],
        isolates: ['1 ECOLI -', '1 (GERME2) EFAE -'],
        warned: true,
      });
    });

    it('read no isolate in numbers of more levels than any has', () => {
      const deep = Array.from({ length: 200 }, () => '1').join('.');
      const rows = [germ('1'), drug('AMX', 'R', '1.1'), drug('VAN', 'S', deep)];
      expect(read(rows)).toEqual({ results: ['GERME', 'VAN'], isolates: ['1 ECOLI - AMX'], warned: true });
    });

    it('leave a letter that no culture numbers without remark', () => {
      expect(read([obx('ST', 'HB', 'S')]).warned).toBe(false);
    });
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
