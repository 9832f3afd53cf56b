import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dossier } from '../../src/report/dossier.ts';
import { mergeDossiers } from '../../src/report/merge.ts';
import type { Result } from '../../src/report/result.ts';
import { clinicalHash } from '../../src/report/versions.ts';
import { quantity } from '../fixtures/build.ts';
import { at, COPY_RECIPIENT, SUBCONTRACTOR } from '../fixtures/people.ts';
import { aDossier, anExam, aRow } from '../store/store-fixtures.ts';

const MORNING = at('20260302093000');
const NOON = at('20260302120000');
const EVENING = at('20260302180000');

/** A message at a time that lists one exam of these rows. */
const message = (messageAt: typeof NOON, rows: readonly Result[], more: Partial<Dossier> = {}) =>
  aDossier({ messageAt, exams: [anExam('BIO', rows)], ...more });

const rows = (dossier: Dossier) =>
  dossier.exams.flatMap((exam) =>
    exam.results.map(({ key, status, value }) => [key, status, lexical(value)]),
  );
const lexical = (value: Result['value']) => (value?.kind === 'quantity' ? value.lexical : undefined);
const onlyRow = (dossier: Dossier): Result => {
  const [row, ...others] = dossier.exams.flatMap((exam) => exam.results);
  if (!row || others.length > 0) throw new Error('not one row');
  return row;
};

describe('what a newer message does to the rows of an earlier one', () => {
  test('a result that it does not list is kept, one that it lists is replaced in place, one that is new is added', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('NA', '140'), aRow('K', undefined, { status: 'pending' })]),
      message(NOON, [aRow('K', '4.2'), aRow('CL', '102')]),
    ]);
    expect(rows(merged)).toEqual([
      ['NA', 'final', '140'],
      ['K', 'final', '4.2'],
      ['CL', 'final', '102'],
    ]);
  });

  test('an exam that it does not list is kept', () => {
    const merged = mergeDossiers([
      aDossier({ messageAt: MORNING, exams: [anExam('GLY', [aRow('GLY', '5')])] }),
      aDossier({ messageAt: NOON, exams: [anExam('TSH', [aRow('TSH', '2')])] }),
    ]);
    expect(merged.exams.map(({ local }) => local.code)).toEqual(['GLY', 'TSH']);
  });

  test.each(['pending', 'preliminary'] as const)('a %s row does not replace a final one', (status) => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('K', '4.2')]),
      message(NOON, [aRow('K', status === 'pending' ? undefined : '9.9', { status })]),
    ]);
    expect(rows(merged)).toEqual([['K', 'final', '4.2']]);
    expect(merged.completeness).toBe('complete');
  });

  test('unless its exam carries a correction; the value that it takes back stays told', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('NA', '130'), aRow('K', '6.2')]),
      message(NOON, [
        aRow('NA', '140', { status: 'corrected' }),
        aRow('K', undefined, { status: 'pending' }),
      ]),
    ]);
    expect(rows(merged)).toEqual([
      ['NA', 'corrected', '140'],
      ['K', 'pending', undefined],
    ]);
    expect(merged.exams[0]?.results[1]?.corrects?.value).toEqual(quantity('6.2'));
    expect(merged.completeness).toBe('partial');
  });

  test('a corrected value keeps what it replaces, and when that was analysed', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('K', '6.2', { analysedAt: at('20260302091500') })]),
      message(NOON, [aRow('K', '4.2', { status: 'corrected' })]),
    ]);
    expect(onlyRow(merged)).toMatchObject({
      status: 'corrected',
      value: quantity('4.2'),
      corrects: { value: quantity('6.2'), at: at('20260302091500') },
    });
  });

  test('a final value that changes is corrected, even when the source does not say C', () => {
    const merged = mergeDossiers([message(MORNING, [aRow('K', '6.2')]), message(NOON, [aRow('K', '4.2')])]);
    expect(onlyRow(merged)).toMatchObject({
      status: 'corrected',
      corrects: { value: quantity('6.2'), at: MORNING },
    });
  });

  test('so is a number that stays in a unit that changes', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('GLY', '5', { unit: 'mmol/L' })]),
      message(NOON, [aRow('GLY', '5', { unit: 'g/L' })]),
    ]);
    expect(onlyRow(merged).status).toBe('corrected');
  });

  test('a correction sent again as F stays a correction of the same value', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('K', '6.2')]),
      message(NOON, [aRow('K', '4.2', { status: 'corrected' })]),
      message(EVENING, [aRow('K', '4.2')]),
    ]);
    expect(onlyRow(merged)).toMatchObject({ status: 'corrected', corrects: { value: quantity('6.2') } });
  });

  test('a preliminary value that its final differs from is no correction', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('K', '6.2', { status: 'preliminary' })], { completeness: 'partial' }),
      message(NOON, [aRow('K', '4.2')]),
    ]);
    expect(onlyRow(merged)).toMatchObject({ status: 'final' });
    expect(onlyRow(merged).corrects).toBeUndefined();
  });

  test('a cancelled row keeps the value that was final', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('K', '6.2')]),
      message(NOON, [aRow('K', undefined, { status: 'cancelled' })]),
    ]);
    expect(onlyRow(merged)).toMatchObject({ status: 'cancelled', corrects: { value: quantity('6.2') } });
  });

  test('OBX-11 D removes rows, and an exam whose rows are all removed', () => {
    const first = aDossier({
      messageAt: MORNING,
      exams: [anExam('BIO', [aRow('NA', '140'), aRow('K', '4')]), anExam('CRP', [aRow('CRP', '3')])],
    });
    const second = aDossier({
      messageAt: NOON,
      exams: [anExam('BIO', [], { deleted: ['K'] }), anExam('CRP', [], { deleted: ['CRP'] })],
    });
    expect(rows(mergeDossiers([first, second]))).toEqual([['NA', 'final', '140']]);
  });

  test('a pending line that a complete message no longer lists is not waited for', () => {
    const merged = mergeDossiers([
      message(MORNING, [aRow('NA', '140'), aRow('K', undefined, { status: 'pending' })], {
        completeness: 'partial',
      }),
      message(NOON, [aRow('NA', '140')]),
    ]);
    expect(rows(merged)).toEqual([['NA', 'final', '140']]);
    expect(merged.completeness).toBe('complete');
  });
});

describe('a message older than those already there', () => {
  test('fills the gaps and overwrites nothing', () => {
    const late = message(MORNING, [aRow('NA', '1'), aRow('CL', '102')], { clinicalInformation: 'fièvre' });
    const merged = mergeDossiers([message(NOON, [aRow('NA', '140')]), late]);
    expect(rows(merged)).toEqual([
      ['NA', 'corrected', '140'],
      ['CL', 'final', '102'],
    ]);
    expect(merged.clinicalInformation).toBe('fièvre');
    expect(merged.messageAt).toEqual(NOON);
  });

  test('does not bring back what a newer one removed', () => {
    const merged = mergeDossiers([
      message(NOON, [aRow('NA', '140')], { exams: [anExam('BIO', [aRow('NA', '140')], { deleted: ['K'] })] }),
      message(MORNING, [aRow('K', '4')]),
    ]);
    expect(rows(merged)).toEqual([['NA', 'final', '140']]);
  });
});

describe('the rest of the request', () => {
  test('each flag keeps its latest order, silence changes none', () => {
    const merged = mergeDossiers([
      aDossier({ messageAt: MORNING, flags: { invisiblePatient: true, masquePs: true } }),
      aDossier({ messageAt: NOON, flags: { masquePs: false } }),
    ]);
    expect(merged.flags).toEqual({ invisiblePatient: true, masquePs: false });
  });

  test('recipients, comments: the latest list that is not empty; attachments by their identifier', () => {
    const attachment = (title: string) => ({
      id: 'A1',
      title,
      mediaType: 'application/pdf' as const,
      base64: 'JVBERg==',
      from: SUBCONTRACTOR,
    });
    const merged = mergeDossiers([
      aDossier({
        messageAt: MORNING,
        recipients: [{ role: 'copy', professional: COPY_RECIPIENT }],
        comments: ['à jeun'],
        attachments: [attachment('v1')],
      }),
      aDossier({ messageAt: NOON, attachments: [attachment('v2')] }),
    ]);
    expect(merged.recipients).toHaveLength(1);
    expect(merged.comments).toEqual(['à jeun']);
    expect(merged.attachments.map(({ title }) => title)).toEqual(['v2']);
  });

  test('the PDF of the source is outdated by results, not by rows that nobody verified', () => {
    const sourcePdf = { id: 'P', title: 'CR', mediaType: 'application/pdf', base64: 'JVBERg==' } as const;
    const printed = message(MORNING, [aRow('K', '4')], { sourcePdf });
    const withheld = anExam('TSH', [], { withheld: [{ key: 'TSH' }] });
    const waiting = aDossier({ messageAt: NOON, exams: [withheld], completeness: 'partial' });
    expect(mergeDossiers([printed, waiting]).sourcePdf).toEqual(sourcePdf);
    expect(mergeDossiers([printed, message(NOON, [aRow('K', '5')])])).not.toHaveProperty('sourcePdf');
  });

  test('a withdrawal holds until a newer message comes without it', () => {
    const said = (messageAt: typeof NOON, withdrawn?: 'wrong-patient') =>
      aDossier({ messageAt, ...(withdrawn ? { withdrawn } : {}) });
    expect(mergeDossiers([said(NOON, 'wrong-patient'), said(MORNING)]).withdrawn).toBe('wrong-patient');
    expect(mergeDossiers([said(MORNING, 'wrong-patient'), said(NOON)]).withdrawn).toBeUndefined();
  });

  test('partial while the last message that listed an exam says that more of it is to come', () => {
    const withholding = aDossier({
      messageAt: MORNING,
      exams: [anExam('BIO', [aRow('NA', '140')], { unfinished: ['1|BIO|'] })],
      completeness: 'partial',
    });
    const other = aDossier({ messageAt: NOON, exams: [anExam('CRP', [aRow('CRP', '3')])] });
    const rest = aDossier({ messageAt: EVENING, exams: [anExam('BIO', [aRow('K', '4')])] });
    expect(mergeDossiers([withholding, other]).completeness).toBe('partial');
    expect(mergeDossiers([withholding, other, rest]).completeness).toBe('complete');
  });

  test('another organism under the same number loses the susceptibilities of the first', () => {
    const culture = (messageAt: typeof NOON, organism: string, antibiogram: Result[]) =>
      aDossier({
        messageAt,
        exams: [
          anExam('ECBU', [], {
            isolates: [{ id: '1', organism: { code: organism, label: organism }, antibiogram, comments: [] }],
          }),
        ],
      });
    const first = culture(MORNING, 'ECOLI', [aRow('AMX', '8')]);
    const same = mergeDossiers([first, culture(NOON, 'ECOLI', [aRow('CTX', '1')])]);
    expect(same.exams[0]?.isolates[0]?.antibiogram.map(({ key }) => key)).toEqual(['AMX', 'CTX']);
    const other = mergeDossiers([first, culture(NOON, 'KLEB', [aRow('CTX', '1')])]);
    expect(other.exams[0]?.isolates[0]?.antibiogram.map(({ key }) => key)).toEqual(['CTX']);
  });

  test('thousands of exams under one number are merged in time that grows with them', () => {
    const many = message(MORNING, [], {
      exams: Array.from({ length: 2_500 }, () => anExam('BIO', [aRow('K', '4')])),
    });
    const started = performance.now();
    expect(mergeDossiers([many, { ...many, messageAt: NOON }]).exams).toHaveLength(2_500);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('no message is a bug', () => {
    expect(() => mergeDossiers([])).toThrow(RangeError);
  });
});

describe('what could not be done', () => {
  const notDone = { withdrawn: 'not-performed' } as const;
  const X = { status: 'cancelled' } as const;

  test('is a report that says so when nothing was said before, and a withdrawal of what was', () => {
    const first = message(MORNING, [aRow('K', undefined, X)], notDone);
    expect(mergeDossiers([first])).not.toHaveProperty('withdrawn');
    expect(
      mergeDossiers([
        message(MORNING, [aRow('K', undefined, { status: 'pending' })]),
        { ...first, messageAt: NOON },
      ]),
    ).not.toHaveProperty('withdrawn');
    const later = message(NOON, [aRow('K', undefined, X)], notDone);
    expect(mergeDossiers([message(MORNING, [aRow('K', '4.2')]), later]).withdrawn).toBe('cancelled');
  });

  test.each(['not-performed', 'cancelled'] as const)(
    '(%s) withdraws nothing while another exam stands',
    (withdrawn) => {
      const merged = mergeDossiers([
        aDossier({
          messageAt: MORNING,
          exams: [anExam('GLY', [aRow('GLY', '5')]), anExam('TSH', [aRow('TSH', '2')])],
        }),
        aDossier({ messageAt: NOON, exams: [anExam('TSH', [aRow('TSH', undefined, X)])], withdrawn }),
      ]);
      expect(merged).not.toHaveProperty('withdrawn');
      expect(rows(merged)).toEqual([
        ['GLY', 'final', '5'],
        ['TSH', 'cancelled', undefined],
      ]);
    },
  );

  test('a value posted on the wrong patient does not come back with the next message of the request', () => {
    const wrong = aDossier({
      messageAt: NOON,
      exams: [{ ...anExam('BIO', []), deleted: ['K'] }],
      withdrawn: 'wrong-patient',
    });
    const merged = mergeDossiers([
      message(MORNING, [aRow('K', '4.2')]),
      wrong,
      message(EVENING, [aRow('NA', '140')]),
    ]);
    expect(rows(merged)).toEqual([['NA', 'final', '140']]);
  });
});

describe('an original that comes after its correction', () => {
  const reported = (
    messageAt: typeof NOON,
    reportedAt: typeof NOON,
    row: Result,
    more: Partial<Dossier> = {},
  ) => aDossier({ messageAt, exams: [{ ...anExam('BIO', [row]), reportedAt }], ...more });
  const original = reported(EVENING, MORNING, aRow('K', '4.2'));

  test('is what was corrected (OBR-22), though its message is newer', () => {
    const correction = reported(NOON, NOON, aRow('K', '5.1', { status: 'corrected' }));
    expect(onlyRow(mergeDossiers([correction, original]))).toMatchObject({
      status: 'corrected',
      value: { lexical: '5.1' },
      corrects: { value: { lexical: '4.2' } },
    });
  });

  test('brings back none of its documents', () => {
    const pdf = (id: string, title: string) =>
      ({ id, title, mediaType: 'application/pdf', base64: 'JVBERg==' }) as const;
    const document = aRow('DOC', undefined, { value: { kind: 'text', text: 'Voir le document joint' } });
    const said = (messageAt: typeof NOON, reportedAt: typeof NOON, title: string) =>
      reported(messageAt, reportedAt, document, {
        attachments: [{ ...pdf('DOC', title), from: SUBCONTRACTOR }],
        sourcePdf: pdf('P', title),
      });
    const merged = mergeDossiers([said(NOON, NOON, 'corrigé'), said(EVENING, MORNING, 'premier')]);
    expect(merged.attachments.map(({ title }) => title)).toEqual(['corrigé']);
    expect(merged.sourcePdf?.title).toBe('corrigé');
  });

  test.each([
    // What the order itself takes back is as new as its message.
    ['cancelled', ['cancelled', 'final']],
    ['not-performed', ['corrected', 'final']],
  ] as const)('withdraws nothing that stands beside it (%s)', (withdrawn, statuses) => {
    const X = aRow('K', undefined, { status: 'cancelled' });
    const revokes = withdrawn === 'cancelled' ? ({ revokes: true } as const) : {};
    const late = aDossier({
      messageAt: EVENING,
      exams: [anExam('BIO', [X], { reportedAt: MORNING, ...revokes })],
      withdrawn,
    });
    const corrected = aRow('K', '5.1', { status: 'corrected' });
    const merged = mergeDossiers([
      aDossier({ messageAt: MORNING, exams: [anExam('TSH', [aRow('TSH', '2')])] }),
      reported(NOON, NOON, corrected),
      late,
    ]);
    expect(merged).not.toHaveProperty('withdrawn');
    expect(merged.exams.flatMap(({ results }) => results.map(({ status }) => status)).toSorted()).toEqual(
      statuses,
    );
    expect(mergeDossiers([reported(NOON, NOON, corrected), late])).toMatchObject(
      withdrawn === 'cancelled' ? { withdrawn } : { exams: [{ results: [{ value: quantity('5.1') }] }] },
    );
  });

  test('lifts no withdrawal', () => {
    const wrong = aDossier({
      messageAt: NOON,
      exams: [{ ...anExam('BIO', [aRow('NA', '1')]), deleted: ['K'], reportedAt: NOON }],
      withdrawn: 'wrong-patient',
    });
    const merged = mergeDossiers([wrong, original]);
    expect(merged.withdrawn).toBe('wrong-patient');
    expect(rows(merged).map(([key]) => key)).toEqual(['NA']);
  });
});

describe('an organism', () => {
  test('that is deleted or not confirmed goes with its antibiogramme', () => {
    const organism = aRow('HC|GERME|1', undefined, { value: { kind: 'coded', text: 'E. coli' } });
    const isolate = {
      id: '1',
      organism: { code: 'ECO', label: 'E. coli' },
      antibiogram: [aRow('AMX', 'R')],
      comments: [],
    };
    const found = aDossier({
      messageAt: MORNING,
      exams: [{ ...anExam('HC', [organism]), isolates: [isolate] }],
    });
    const deleted = aDossier({ messageAt: NOON, exams: [{ ...anExam('HC', []), deleted: [organism.key] }] });
    const { value: _gone, ...bare } = organism;
    const notDone = aDossier({ messageAt: NOON, exams: [anExam('HC', [{ ...bare, status: 'cancelled' }])] });
    expect(mergeDossiers([found]).exams[0]?.isolates).toHaveLength(1);
    expect(mergeDossiers([found, deleted]).exams).toEqual([]);
    expect(mergeDossiers([found, notDone]).exams[0]?.isolates).toEqual([]);
  });
});

describe('for any messages', () => {
  const row = fc
    .record({
      key: fc.constantFrom('NA', 'K', 'CL', 'CRP'),
      status: fc.constantFrom('final', 'corrected', 'preliminary', 'pending', 'cancelled'),
      value: fc.constantFrom('1', '2', '3'),
    })
    .map(({ key, status, value }) =>
      aRow(key, status === 'pending' || status === 'cancelled' ? undefined : value, { status }),
    );
  const exam = fc
    .record({
      code: fc.constantFrom('BIO', 'IONO'),
      results: fc.uniqueArray(row, { selector: ({ key }) => key, maxLength: 4 }),
      deleted: fc.uniqueArray(fc.constantFrom('NA', 'K'), { maxLength: 1 }),
    })
    .map(({ code, results, deleted }) => anExam(code, results, { deleted }));
  const messages = fc
    .array(
      fc.record({
        exams: fc.uniqueArray(exam, { selector: ({ local }) => local.code, maxLength: 2 }),
        flags: fc.record({ masquePs: fc.boolean(), destDmp: fc.boolean() }, { requiredKeys: [] }),
        completeness: fc.constantFrom('partial' as const, 'complete' as const),
        comments: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
        withdrawn: fc.option(fc.constant('cancelled' as const), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((contents) =>
      contents.map(({ withdrawn, ...content }, index) =>
        aDossier({ ...content, ...(withdrawn ? { withdrawn } : {}), messageAt: at(`202603020${index}0000`) }),
      ),
    );

  test('the order of arrival does not matter', () => {
    fc.assert(
      fc.property(
        messages.chain((sent) =>
          fc.tuple(fc.constant(sent), fc.shuffledSubarray(sent, { minLength: sent.length })),
        ),
        ([sent, arrived]) => {
          expect(mergeDossiers(arrived)).toEqual(mergeDossiers(sent));
        },
      ),
    );
  });

  test('the newest message once more changes nothing of the content', () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const last = sent.at(-1);
        if (!last) throw new Error('empty');
        expect(clinicalHash(mergeDossiers([...sent, last]))).toBe(clinicalHash(mergeDossiers(sent)));
      }),
    );
  });

  test('a final row goes only by deletion, cancellation or correction', () => {
    fc.assert(
      fc.property(messages, (sent) => {
        for (let n = 1; n < sent.length; n++) {
          const before = mergeDossiers(sent.slice(0, n));
          const after = mergeDossiers(sent.slice(0, n + 1));
          const incoming = sent[n];
          for (const { local, results } of before.exams) {
            const now = after.exams.find((other) => other.local.code === local.code);
            const said = incoming?.exams.find((other) => other.local.code === local.code);
            for (const { key } of results.filter(({ status }) => status === 'final')) {
              const next = now?.results.find((other) => other.key === key)?.status;
              if (said?.deleted.includes(key)) continue;
              const reopened = said?.results.some((other) => other.status === 'corrected');
              expect(next).toBeDefined();
              if (!reopened) expect(['final', 'corrected', 'cancelled']).toContain(next);
            }
          }
        }
      }),
    );
  });
});
