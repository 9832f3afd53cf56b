import { describe, expect, it } from 'vitest';
import { mergeDossiers } from '../../src/report/merge.ts';
import { bytes, msh, obr, obx, oru, pid } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, dossierOf, faultsOf, resultOf } from './parts.ts';

const codes = (input: Uint8Array) => faultsOf(input).map(({ code }) => code);
const row = (status: string, value = '1') => obx('NM', 'A', value, { 11: status });

const png = (content: string) => Buffer.from(`\x89PNG\r\n\x1a\n ${content}`, 'latin1').toString('base64');
const picture = (content: string) => obx('ED', 'IMG', `^Image^PNG^Base64^${png(content)}`);

describe('status of a row (OBX-11)', () => {
  it.each([
    ['F', 'final', 'complete'],
    ['C', 'corrected', 'complete'],
    ['U', 'final', 'complete'],
    ['I', 'pending', 'partial'],
    ['O', 'pending', 'partial'],
    ['S', 'pending', 'partial'],
  ])('%s is %s, the report %s', (sent, status, completeness) => {
    const dossier = dossierOf(oru(row(sent)));
    expect(dossier.completeness).toBe(completeness);
    expect(dossier.exams[0]?.results[0]?.status).toBe(status);
  });

  it('R is withheld, and the report partial', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(row('R'), obx('NM', 'B', '2')));
    expect(dossier.completeness).toBe('partial');
    expect(dossier.exams[0]?.results.map(({ local }) => local.code)).toEqual(['B']);
    expect(JSON.stringify(dossier)).not.toContain('"code":"A"');
    expect(warnings).toEqual(['ROWS_WITHHELD']);
  });

  it('P is withheld unless the source validates its preliminary results', () => {
    expect(mergeDossiers([dossierOf(oru(row('P')))]).exams).toEqual([]);
    const validated = dossierOf(oru(row('P')), { preliminaryIsValidated: true });
    expect(validated.completeness).toBe('partial');
    expect(validated.exams[0]?.results[0]?.status).toBe('preliminary');
  });

  it('X is not done, says why, and shows no number', () => {
    const input = [
      msh(),
      pid(),
      'ORC|RE|||D1',
      obr('A'),
      obx('ST', 'A', 'Hémolysé', { 11: 'X' }),
      obx('NM', 'B', '2'),
    ];
    const [cancelled] = dossierOf(bytes(...input)).exams[0]?.results ?? [];
    expect(cancelled).toMatchObject({ status: 'cancelled', comments: ['Hémolysé'] });
    expect(cancelled?.value).toBeUndefined();
  });

  it.each([
    ['OBX-11 X', 'RE', 'X'],
    ['ORC-1 CA', 'CA', 'F'],
  ])('of what is cancelled neither flag nor S, I, R is shown (%s)', (_, order, status) => {
    const { exams } = dossierOf(
      bytes(
        ...[msh(), pid(), `ORC|${order}|||D1`, obr('A')],
        ...[obx('NM', 'A', '12', { 8: 'H', 11: status }), obx('ST', 'AMX', 'R', { 8: 'R', 11: status })],
        obx('ST', 'CTX', 'R', { 11: status }),
      ),
    );
    for (const one of exams.flatMap(({ results }) => results))
      expect(one).toMatchObject({ status: 'cancelled', interpretations: [], comments: [] });
  });

  it('what a row said is no reason why its order is cancelled', () => {
    const { exams } = dossierOf(bytes(msh(), pid(), 'ORC|CA|||D1', obr('A'), obx('ST', 'VIH', 'Positif')));
    expect(exams[0]?.results).toMatchObject([{ status: 'cancelled', comments: [] }]);
  });

  it('D deletes the row, N ignores it', () => {
    const [exam] = dossierOf(oru(row('D'), obx('NM', 'B', '2', { 11: 'N' }), obx('NM', 'C', '3'))).exams;
    const kept = dossierOf(oru(row('F'))).exams[0]?.results[0]?.key;
    expect(exam?.results.map(({ local }) => local.code)).toEqual(['C']);
    expect(exam?.deleted).toEqual([kept]);
  });

  it.each(['', 'f', 'Y', 'Z', 'Résultat validé par le biologiste'])('%j is refused', (status) => {
    expect(codes(oru(row(status)))).toEqual(['OBX_STATUS']);
  });

  it('U without a value confirms what was said before, which a culture cannot', () => {
    expect(resultOf([row('U', '')])).toMatchObject({ status: 'final', confirms: true });
    const culture = bytes(
      ...[msh(), pid(), 'ORC|RE|||D1', obr('HC'), obx('CE', 'GERME', '', { 4: '1', 11: 'U' })],
      ...[obr('ATB', { 3: 'D1-2', 26: 'GERME^1' }), obx('ST', 'AMX', 'R')],
    );
    expect(codes(culture)).toEqual(['OBX_CONFIRMS_CULTURE']);
  });

  it('an S, I or R in OBX-8 alone is the result of its row', () => {
    expect(resultOf([obx('ST', 'AMX', '', { 8: 'R', 11: 'F' }), 'NTE|1||À surveiller'])).toMatchObject({
      value: { kind: 'text', text: 'R' },
      interpretations: ['R'],
      comments: ['À surveiller'],
    });
  });

  it('a final row without value is refused, unless its note is the result', () => {
    expect(codes(oru(row('F', '')))).toEqual(['OBX_NO_VALUE']);
    expect(resultOf([row('F', ''), 'NTE|1||Absence de cellule anormale'])).toMatchObject({
      value: { kind: 'text', text: 'Absence de cellule anormale' },
      comments: [],
    });
  });
});

describe('status of an exam (OBR-25, ORC-1)', () => {
  const exams = (status: string, ...rows: string[]) =>
    bytes(
      msh(),
      pid(),
      'ORC|RE|||D1',
      obr('A', { 25: status }),
      ...rows,
      obr('B', { 3: 'D1-2' }),
      obx('NM', 'B', '2'),
    );

  it('F with a preliminary row is partial, and so is P with final rows', () => {
    expect(dossierOf(exams('F', row('I'))).completeness).toBe('partial');
    expect(dossierOf(exams('P', row('F'))).completeness).toBe('partial');
  });

  it('an awaited exam without rows is a pending line, a cancelled one is not done', () => {
    expect(dossierOf(exams('I')).exams[0]?.results).toMatchObject([
      { local: { code: 'A' }, status: 'pending' },
    ]);
    const cancelled = dossierOf(exams('X'));
    expect(cancelled.exams[0]?.results).toMatchObject([{ status: 'cancelled' }]);
    expect(cancelled).toMatchObject({ completeness: 'complete' });
    expect(cancelled.withdrawn).toBeUndefined();
  });

  it.each(['Y', 'Z', 'fini'])('%s is refused', (status) => {
    expect(codes(exams(status, row('F')))).toEqual(['OBR_STATUS']);
  });
});

describe('withdrawal', () => {
  it('W: the results belong to somebody else, and none is kept', () => {
    const dossier = dossierOf(oru(row('W'), obx('NM', 'B', '2')));
    expect(dossier.withdrawn).toBe('wrong-patient');
    expect(dossier.exams[0]?.results.map(({ local }) => local.code)).toEqual(['B']);
  });

  it('W and D take back the rows that earlier messages gave, antibiogrammes included', () => {
    const culture = (status: string) =>
      dossierOf(
        bytes(
          ...[msh(), pid(), 'ORC|RE|||D1', obr('HC'), obx('CE', 'GERME', 'ECO^E. coli^L', { 4: '1' })],
          ...[obr('ATB', { 3: 'D1-2', 26: 'GERME^1' }), obx('ST', 'AMX', 'R', { 11: status })],
        ),
      ).exams[0];
    const given = culture('F')?.isolates[0]?.antibiogram.map(({ key }) => key);
    expect(given).toHaveLength(1);
    expect(culture('D')?.deleted).toEqual(given);
    expect(culture('W')?.deleted).toEqual(given);
  });

  it('W on an older value of a row', () => {
    const rows = [obx('NM', 'A', '1', { 11: 'W', 14: '20260101' }), obx('NM', 'A', '2', { 14: '20260201' })];
    expect(dossierOf(oru(...rows)).withdrawn).toBe('wrong-patient');
  });

  it('all rows D: what was published is withdrawn, and nothing is when nothing was', () => {
    const deleted = (at: string) =>
      dossierOf(
        bytes(
          msh({ at }),
          pid(),
          'ORC|RE|P1|D1-1|D1',
          obr('BIO^Biochimie^L'),
          row('D', ''),
          obx('NM', 'B', '', { 11: 'D' }),
        ),
      );
    const said = dossierOf(oru(row('F'), obx('NM', 'B', '2')));
    expect(mergeDossiers([said, deleted('20261116150000')]).withdrawn).toBe('cancelled');
    expect(mergeDossiers([deleted('20261116150000')]).withdrawn).toBeUndefined();
    const other = dossierOf(
      bytes(msh(), pid(), 'ORC|RE|P1|D1-2|D1', obr('NFS^NFS^L', { 3: 'D1-2' }), obx('NM', 'HB', '13')),
    );
    expect(mergeDossiers([said, other, deleted('20261116150000')]).withdrawn).toBeUndefined();
  });

  describe('of the rows of one exam', () => {
    const head = (at: string) => [msh({ at }), pid()];
    const exam = (code: string, ...rows: string[]) => [
      `ORC|RE|P1|D1-${code}|D1`,
      obr(`${code}^${code}^L`, { 3: `D1-${code}` }),
      ...rows,
    ];
    const [morning, noon] = ['20261116093000', '20261116120000'];

    it.each(['D', 'X'])('is none while a picture of another stands: %s', (status) => {
      const said = bytes(...head(morning), ...exam('BIO', row('F')), ...exam('EPS', picture('1')));
      const back = bytes(...head(noon), ...exam('BIO', row(status, '')));
      const merged = mergeDossiers([dossierOf(said), dossierOf(back)]);
      expect(merged.withdrawn).toBeUndefined();
      expect(merged.exams.flatMap(({ images = [] }) => images)).toHaveLength(1);
    });

    it('is none when a picture comes in their place', () => {
      const said = bytes(...head(morning), ...exam('BIO', row('F')));
      const back = bytes(...head(noon), ...exam('BIO', row('D', ''), picture('1')));
      expect(mergeDossiers([dossierOf(said), dossierOf(back)])).not.toHaveProperty('withdrawn');
    });

    it('is none while rows of another are awaited, of which the report tells', () => {
      const said = bytes(...head(morning), ...exam('BIO', row('F')), ...exam('TSH', row('R')));
      const back = bytes(...head(noon), ...exam('BIO', row('X', '')));
      expect(mergeDossiers([dossierOf(said), dossierOf(back)]).withdrawn).toBeUndefined();
      const answered = bytes(...head(morning), ...exam('TSH', row('X', '')));
      const all = [said, answered, back].map((input) => dossierOf(input));
      expect(mergeDossiers(all).withdrawn).toBe('cancelled');
    });

    it('is one when nothing is left that a report could show', () => {
      const said = bytes(...head(morning), ...exam('BIO', row('F')), ...exam('TSH', row('R')));
      const back = bytes(...head(noon), ...exam('BIO', row('D', '')));
      expect(mergeDossiers([dossierOf(said), dossierOf(back)]).withdrawn).toBe('cancelled');
      // Sent twice, as interfaces do.
      const again = [said, back, back].map((input) => dossierOf(input));
      expect(mergeDossiers(again).withdrawn).toBe('cancelled');
      const withheld = bytes(...head(noon), ...exam('BIO', row('D', ''), obx('NM', 'B', '2', { 11: 'R' })));
      expect(mergeDossiers([dossierOf(said), dossierOf(withheld)]).withdrawn).toBe('cancelled');
    });

    it('takes the pictures that a cancelled order lists', () => {
      const said = bytes(...head(morning), ...exam('EPS', row('F'), picture('1')));
      const back = bytes(...head(noon), ...exam('EPS', row('F'), picture('1'))).toString();
      const cancelled = Buffer.from(back.replace('ORC|RE', 'ORC|CA'));
      const merged = mergeDossiers([dossierOf(said), dossierOf(cancelled)]);
      expect(merged.withdrawn).toBe('cancelled');
      expect(merged.exams.flatMap(({ images = [] }) => images)).toEqual([]);
    });
  });

  describe('of a picture', () => {
    const sent = (at: string, reported: string, ...rows: string[]) =>
      dossierOf(bytes(msh({ at }), pid(), 'ORC|RE|P1|D1-1|D1', obr('EPS^EPS^L', { 22: reported }), ...rows));
    const shown = (...messages: Parameters<typeof mergeDossiers>[0]) =>
      mergeDossiers(messages).exams.flatMap(({ images = [] }) => images.map(({ base64 }) => base64));
    const [morning, noon, evening] = ['20261116093000', '20261116120000', '20261116180000'];
    const deleted = obx('ED', 'IMG', '', { 11: 'D' });
    const first = sent(morning, morning, row('F'), picture('1'));

    it('leaves the one that the same message sends in its place', () => {
      expect(shown(first, sent(noon, noon, row('F'), deleted, picture('2')))).toEqual([png('2')]);
      expect(shown(first, sent(noon, noon, deleted, picture('2')))).toEqual([png('2')]);
    });

    it('leaves the others that the newer message does not list', () => {
      const other = obx('ED', 'GEL', `^Image^PNG^Base64^${png('3')}`);
      const both = sent(morning, morning, row('F'), picture('1'), other);
      expect(shown(both, sent(noon, noon, row('F'), picture('2')))).toEqual([png('2'), png('3')]);
    });

    it('leaves a newer one, when its message comes late', () => {
      const newer = sent(noon, noon, row('F'), picture('2'));
      expect(shown(newer, sent(evening, morning, row('F'), deleted))).toEqual([png('2')]);
    });

    it('holds against the original, when that comes late', () => {
      const back = sent(noon, noon, row('F'), deleted);
      expect(shown(back, sent(evening, morning, row('F'), picture('1')))).toEqual([]);
    });
  });

  it.each(['D', 'W', 'X'])('a document goes with its row: %s', (status) => {
    const pdf = (file: string, more = {}) =>
      obx('ED', 'CR', file && `^APPLICATION^PDF^Base64^${Buffer.from(file).toString('base64')}`, more);
    const image = (data: string, more = {}) => obx('ED', 'IMG', data && `^Image^PNG^Base64^${data}`, more);
    const said = dossierOf(oru(row('F'), pdf('%PDF-1.4 corps'), image(png('corps'))));
    const back = (at: string) => [msh({ at }), pid(), 'ORC|RE|P1|D1-1|D1', obr('BIO^Biochimie^L')];
    const later = dossierOf(
      bytes(...back('20261116150000'), row('F'), pdf('', { 11: status }), image('', { 11: status })),
    );
    expect(said.attachments).toHaveLength(1);
    const merged = mergeDossiers([said, later]);
    expect(merged.attachments).toEqual([]);
    expect(merged.exams[0]?.images).toBeUndefined();
    // Sent again, it is there again.
    const again = dossierOf(bytes(...back('20261116160000'), row('F'), pdf('%PDF-1.4 autre')));
    expect(mergeDossiers([said, later, again]).attachments).toHaveLength(1);
  });

  it('a correction tells the earlier value in its own unit', () => {
    const at = '20261116150000';
    const corrected = bytes(
      ...[msh({ at }), pid(), 'ORC|RE|P1|D1-1|D1', obr('BIO^Biochimie^L')],
      obx('NM', 'A', '0.92', { 6: 'g/L', 11: 'C' }),
    );
    const said = dossierOf(oru(obx('NM', 'A', '5.1', { 6: 'mmol/L' })));
    const [result] = mergeDossiers([said, dossierOf(corrected)]).exams[0]?.results ?? [];
    expect(result?.corrects).toMatchObject({ value: { lexical: '5.1' }, unit: 'mmol/L' });
  });

  it('all rows X, or the order cancelled', () => {
    expect(dossierOf(oru(row('X'))).withdrawn).toBe('not-performed');
    const cancelled = bytes(msh(), pid(), 'ORC|CA|||D1', obr('A'), row('F'));
    expect(dossierOf(cancelled)).toMatchObject({
      withdrawn: 'cancelled',
      exams: [{ results: [{ status: 'cancelled' }] }],
    });
    expect(dossierOf(oru(row('X'), obx('NM', 'B', '2'))).withdrawn).toBeUndefined();
  });

  describe('an exam cancelled without a row (ORC-1 CA, OBR-25 X)', () => {
    const exam = (order: string, obrFields: Parameters<typeof obr>[1], ...rows: string[]) => [
      `ORC|${order}|P1|D1-1|D1`,
      obr('BIO^Biochimie^L', obrFields),
      ...rows,
    ];
    const at = '20261116150000';
    const said = dossierOf(bytes(msh(), pid(), ...exam('RE', {}, row('F', '5.1'), picture('a'))));

    it.each([
      ['ORC-1 CA', exam('CA', {})],
      ['OBR-25 X', exam('RE', { 25: 'X' })],
    ])('cancels all that was said of it: %s', (_, segments) => {
      const merged = mergeDossiers([said, dossierOf(bytes(msh({ at }), pid(), ...segments))]);
      expect(merged.withdrawn).toBe('cancelled');
      const [one] = merged.exams;
      expect(one?.images).toBeUndefined();
      expect(one?.results).toMatchObject([{ status: 'cancelled', corrects: { value: { lexical: '5.1' } } }]);
      expect(one?.results[0]?.value).toBeUndefined();
    });

    it('leaves the reason of what could not be done before', () => {
      const why = obx('ST', 'C', 'Hémolysé', { 11: 'X' });
      const merged = mergeDossiers([
        dossierOf(bytes(msh(), pid(), ...exam('RE', {}, row('F', '5.1'), why))),
        dossierOf(bytes(msh({ at }), pid(), ...exam('CA', {}))),
      ]);
      expect(merged.exams[0]?.results).toMatchObject([
        { status: 'cancelled', comments: [] },
        { status: 'cancelled', comments: ['Hémolysé'] },
      ]);
    });

    it('cancels the rows too that it does not list', () => {
      const more = obx('NM', 'C', '3');
      const merged = mergeDossiers([
        dossierOf(bytes(msh(), pid(), ...exam('RE', {}, row('F', '5.1'), more))),
        dossierOf(bytes(msh({ at }), pid(), ...exam('CA', {}, row('F', '5.1')))),
      ]);
      expect(merged.withdrawn).toBe('cancelled');
      expect(merged.exams[0]?.results.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    });

    it('leaves the other exams of the request, and what comes again for it', () => {
      const other = ['ORC|RE|P1|D1-2|D1', obr('NF^Numération^L', { 3: 'D1-2' }), obx('NM', 'B', '2')];
      const both = dossierOf(bytes(msh(), pid(), ...exam('RE', {}, row('F', '5.1')), ...other));
      const cancelled = dossierOf(bytes(msh({ at }), pid(), ...exam('CA', {})));
      const merged = mergeDossiers([both, cancelled]);
      expect(merged.withdrawn).toBeUndefined();
      expect(merged.exams.map(({ results }) => results.map(({ status }) => status))).toEqual([
        ['cancelled'],
        ['final'],
      ]);
      const again = dossierOf(
        bytes(msh({ at: '20261116160000' }), pid(), ...exam('RE', {}, row('F', '5.1'))),
      );
      const [back] = mergeDossiers([both, cancelled, again]).exams;
      expect(back?.results).toMatchObject([{ status: 'final', value: { lexical: '5.1' } }]);
    });
  });
});

describe('an antibiogramme that comes again without its culture', () => {
  const germs = ['ECO^E. coli^L', 'KLE^K. pneumoniae^L'].map((germ, index) =>
    obx('CE', 'GERME', germ, { 4: String(index + 1) }),
  );
  const antibiogram = (rank: 1 | 2, order: string, ...rows: string[]) => [
    `ORC|${order}|P1|D1-${rank + 1}|D1`,
    obr('ATB', { 3: `D1-${rank + 1}`, 11: 'G', 26: `GERME^${rank}`, 29: 'P1^D1-1' }),
    ...rows,
  ];
  const amoxicillin = (mic: string, said: string, status = 'F') =>
    obx('NM', 'AMX', mic, { 6: 'mg/L', 8: said, 11: status });
  const sent = (at: string, ...segments: string[]) => dossierOf(bytes(msh({ at }), pid(), ...segments));
  const whole = sent(
    '20261116140000',
    ...['ORC|RE|P1|D1-1|D1', obr('HC'), ...germs],
    ...antibiogram(1, 'RE', amoxicillin('32', 'R')),
    ...antibiogram(2, 'RE', amoxicillin('16', 'R')),
  );
  const withLater = (...segments: string[]) => mergeDossiers([whole, sent('20261116160000', ...segments)]);
  const rowsOf = ({ exams }: ReturnType<typeof withLater>) =>
    exams.map(({ local, isolates }) => [local.code, ...isolates.map(({ antibiogram: rows }) => rows)]);

  it('corrects the rows that its organism has', () => {
    const corrected = withLater(...antibiogram(1, 'RE', amoxicillin('2', 'S', 'C')));
    expect(rowsOf(corrected)).toMatchObject([
      [
        'HC',
        [{ status: 'corrected', interpretations: ['S'], corrects: { value: { lexical: '32' } } }],
        [{ status: 'final', value: { lexical: '16' } }],
      ],
    ]);
  });

  it('takes them back: deleted, posted on the wrong patient, cancelled', () => {
    expect(rowsOf(withLater(...antibiogram(2, 'RE', amoxicillin('16', 'R', 'D'))))).toMatchObject([
      ['HC', [{ value: { lexical: '32' } }], []],
    ]);
    const wrong = withLater(...antibiogram(2, 'RE', amoxicillin('16', 'R', 'W')));
    expect(wrong.withdrawn).toBe('wrong-patient');
    expect(rowsOf(wrong)).toMatchObject([['HC', [{ value: { lexical: '32' } }], []]]);
    for (const rows of [[], [amoxicillin('16', 'R')], [obx('NM', 'CTX', '1', { 8: 'S' })]]) {
      const cancelled = withLater(...antibiogram(2, 'CA', ...rows));
      expect(cancelled.withdrawn).toBeUndefined();
      expect(rowsOf(cancelled)).toMatchObject([
        [
          'HC',
          [{ status: 'final' }],
          expect.arrayContaining([
            expect.objectContaining({
              status: 'cancelled',
              corrects: expect.objectContaining({ value: { kind: 'quantity', lexical: '16' } }),
            }),
          ]),
        ],
      ]);
    }
  });

  it('is cancelled alone beside its culture too', () => {
    for (const [order, status] of [
      ['CA', 'F'],
      ['RE', 'X'],
    ] as const) {
      const { exams } = sent(
        '20261116140000',
        ...['ORC|RE|P1|D1-1|D1', obr('HC'), ...germs, `ORC|${order}|P1|D1-2|D1`],
        ...[obr('ATB', { 3: 'D1-2', 25: status, 26: 'GERME^1' }), amoxicillin('32', 'R')],
      );
      expect(exams[0]?.results.map((one) => one.status)).toEqual(['final', 'final']);
      expect(exams[0]?.isolates[0]?.antibiogram.map((one) => one.status)).toEqual(['cancelled']);
    }
  });

  it('leaves what its culture awaits', () => {
    const pending = obx('NM', 'UFC', '', { 11: 'I' });
    const cultured = sent(
      '20261116140000',
      ...['ORC|RE|P1|D1-1|D1', obr('HC'), ...germs, pending],
      ...antibiogram(1, 'RE', amoxicillin('32', 'R')),
    );
    const merged = mergeDossiers([
      cultured,
      sent('20261116160000', ...antibiogram(1, 'RE', amoxicillin('2', 'S', 'C'))),
    ]);
    expect(merged.exams[0]?.results.map(({ status }) => status)).toEqual(['final', 'final', 'pending']);
    expect(merged.completeness).toBe('partial');
  });

  it('is another exam where no culture has any of its rows', () => {
    const other = withLater(
      ...antibiogram(1, 'RE').slice(0, 1),
      obr('XDR', { 3: 'D1-9', 26: 'GERME^1' }),
      amoxicillin('2', 'S'),
    );
    expect(other.exams.map(({ local }) => local.code)).toEqual(['HC', 'XDR']);
  });
});

describe('keys', () => {
  it('stay the same from one version to the next', () => {
    const keys = (...rows: string[]) => dossierOf(oru(...rows)).exams[0]?.results.map(({ key }) => key);
    expect(keys(row('C', '2'), obx('NM', 'B', '3'))).toEqual(keys(row('F', '1'), obx('NM', 'B', '9')));
  });
});
