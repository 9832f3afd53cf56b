import { describe, expect, it } from 'vitest';
import type { Contribution } from '../../src/report/contribution.ts';
import { patientDifferences } from '../../src/report/contribution-patient.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import { answersCancelled, awaitsLaboratory, mergeReport } from '../../src/report/subcontracting.ts';
import { nextVersion } from '../../src/report/versions.ts';
import { aContribution } from '../fixtures/contributions.ts';
import { at, SUBCONTRACTOR, statedPatient } from '../fixtures/people.ts';
import { aDossier, anExam, aRow } from '../store/store-fixtures.ts';

const GLUCOSE = anExam('GLY', [aRow('GLY', '5.10')]);
const awaited = (code: string, more: { order?: string } = {}) =>
  anExam(code, [aRow(code, undefined, { status: 'pending' })], {
    performer: SUBCONTRACTOR,
    order: '2',
    ...more,
  });
const partial = (...codes: string[]): Dossier =>
  aDossier({ exams: [GLUCOSE, ...codes.map((code) => awaited(code))], completeness: 'partial' });
const theirs = (code: string, value: string, more: Partial<Contribution> = {}) =>
  aContribution({ exams: [anExam(code, [aRow(code, value)], { order: 'S1' })], ...more });

const lines = ({ exams }: Dossier) =>
  exams.flatMap(({ results }) =>
    results.map(({ local, status, value }) => {
      const said = value?.kind === 'quantity' ? value.lexical : value?.kind === 'text' ? value.text : '';
      return [local.code, status, said].filter(Boolean).join(' ');
    }),
  );

describe('what another laboratory says', () => {
  it('answers what is awaited of it, and completes the report', () => {
    const own = partial('B6');
    const whole = mergeReport([own], [theirs('PYRIDOXAL', '52')]);
    expect(lines(own)).toContain('B6 pending');
    expect(lines(whole)).toEqual(['GLY final 5.10', 'specialise:PYRIDOXAL final 52']);
    expect(whole.completeness).toBe('complete');
    expect(whole.exams[1]).toMatchObject({ performer: SUBCONTRACTOR });
    expect(awaitsLaboratory(own)).toBe(true);
    expect(awaitsLaboratory(whole)).toBe(false);
    expect(nextVersion(mergeReport([own], []), whole)).toMatchObject({ kind: 'new', cause: 'completion' });
  });

  it('answers only the test whose code it gives, while others are awaited', () => {
    const whole = mergeReport([partial('B6', 'ZN')], [theirs('B6', '52')]);
    expect(lines(whole)).toEqual(['GLY final 5.10', 'specialise:B6 final 52', 'ZN pending']);
    expect(whole.completeness).toBe('partial');
  });

  it('answers the examination whose own order it gives', () => {
    const own = aDossier({
      exams: [GLUCOSE, awaited('B6', { order: 'E2' }), awaited('ZN', { order: 'E3' })],
      completeness: 'partial',
    });
    const whole = mergeReport([own], [theirs('PYRIDOXAL', '52', { orders: ['E2'] })]);
    expect(lines(whole)).toEqual(['GLY final 5.10', 'specialise:PYRIDOXAL final 52', 'ZN pending']);
  });

  it('answers nothing that nobody can tell which, and leaves the report partial', () => {
    const whole = mergeReport([partial('B6', 'ZN')], [theirs('PYRIDOXAL', '52')]);
    expect(lines(whole)).toEqual([
      'GLY final 5.10',
      'B6 pending',
      'ZN pending',
      'specialise:PYRIDOXAL final 52',
    ]);
    expect(whole.completeness).toBe('partial');
  });

  it('is not shown of an examination that our own order takes back, nor of its own', () => {
    const morning = at('20260302093000');
    const evening = at('20260304180000');
    const lineOf = (order: string, code: string) =>
      aRow(code, undefined, { key: `${order}|${code}||`, status: 'cancelled' });
    const ours = aDossier({
      messageAt: morning,
      exams: [
        GLUCOSE,
        anExam('B6', [aRow('B6', undefined, { status: 'pending' })], { order: '2', section: 'OSL' }),
        anExam(
          'P',
          [aRow('ZN', undefined, { status: 'pending', performer: SUBCONTRACTOR }), aRow('NA', '140')],
          {
            order: '3',
          },
        ),
      ],
      completeness: 'partial',
    });
    const said = [theirs('B6', '52'), theirs('ZN', '12', { stream: '2' })];
    expect(lines(mergeReport([ours], said))).toContain('specialise:B6 final 52');
    const cancelled = aDossier({
      messageAt: evening,
      exams: [
        anExam('B6', [lineOf('2', 'B6')], { order: '2', section: 'OSL', cancelled: ['2|B6|'] }),
        anExam('P', [lineOf('3', 'P')], { order: '3', cancelled: ['3|P|'] }),
      ],
      withdrawn: 'cancelled',
    });
    expect(lines(mergeReport([ours, cancelled], said))).toEqual([
      'GLY final 5.10',
      'B6 cancelled',
      'ZN cancelled',
      'NA cancelled',
    ]);
    const taken = aContribution({
      messageAt: evening,
      exams: [anExam('B6', [lineOf('S1', 'B6')], { order: 'S1', cancelled: ['S1|B6|'] })],
    });
    expect(lines(mergeReport([partial('B6')], [theirs('B6', '52'), taken]))).toEqual([
      'GLY final 5.10',
      'specialise:B6 cancelled',
    ]);
  });

  describe('of examinations that our own order takes back', () => {
    const document = { id: 'pdf', title: 'CR', mediaType: 'application/pdf', base64: 'JVBERi0=' } as const;
    const cancelled = (...codes: string[]) => {
      const exams = codes.map((code) =>
        anExam(code, [aRow(code, undefined, { status: 'cancelled' })], { order: '2' }),
      );
      return aDossier({ messageAt: at('20260304180000'), exams, withdrawn: 'cancelled' });
    };
    const shown = (dossiers: Dossier[], said: Contribution) => {
      const { attachments, comments, ...whole } = mergeReport(dossiers, [said]);
      return [...lines(whole as Dossier), ...attachments.map(({ title }) => title), ...comments];
    };
    const kept = ['GLY final 5.10', 'B6 cancelled'];

    it.each([
      ['in their own terms', theirs('PYRIDOXAL', '52', { comments: ['vu'] })],
      ['as a document', aContribution({ attachments: [document], whole: true })],
      ['as a result and its document', theirs('B6', '52', { attachments: [document] })],
    ])('%s, is not shown, and a person has to know', (_how, said) => {
      const messages = [partial('B6'), cancelled('B6')];
      expect(shown(messages, said)).toEqual(kept);
      expect(answersCancelled(messages, [said])).toBe(true);
      expect(answersCancelled([partial('B6')], [said])).toBe(false);
    });

    it('is shown while it may answer another one', () => {
      const messages = [partial('B6', 'ZN'), cancelled('B6')];
      const said = aContribution({ attachments: [document], whole: true });
      expect(shown(messages, said)).toContain('CR');
      expect(answersCancelled(messages, [said])).toBe(false);
      const more = anExam('B12', [aRow('B12', '1')], { order: 'S1' });
      const both = theirs('B6', '52', { attachments: [document] });
      expect(shown([partial('B6'), cancelled('B6')], { ...both, exams: [...both.exams, more] })).toEqual([
        ...kept,
        'specialise:B12 final 1',
        'CR',
      ]);
    });
  });

  it('answers nothing that is awaited of somebody else', () => {
    const own = aDossier({
      exams: [anExam('TP', [aRow('TP', undefined, { status: 'pending' })])],
      completeness: 'partial',
    });
    const whole = mergeReport([own], [theirs('B6', '52')]);
    expect(lines(whole)).toEqual(['TP pending', 'specialise:B6 final 52']);
    expect(whole.completeness).toBe('partial');
  });

  it('is not said twice when our own messages give it', () => {
    const own = aDossier({
      exams: [GLUCOSE, anExam('B6', [aRow('B6', '52')], { performer: SUBCONTRACTOR })],
    });
    expect(lines(mergeReport([own], [theirs('B6', '52')]))).toEqual(['GLY final 5.10', 'B6 final 52']);
  });

  it('does not hide behind one of our own tests of the same code', () => {
    const own = aDossier({ exams: [GLUCOSE] });
    expect(lines(mergeReport([own], [theirs('GLY', '6')]))).toEqual([
      'GLY final 5.10',
      'specialise:GLY final 6',
    ]);
  });

  it('a document alone leaves the line, which refers to it', () => {
    const document = { id: 'pdf', title: 'CR', mediaType: 'application/pdf', base64: 'JVBERi0=' } as const;
    const whole = mergeReport([partial('B6')], [aContribution({ attachments: [document], whole: true })]);
    expect(lines(whole)).toEqual(['GLY final 5.10', 'B6 final Voir le document joint']);
    expect(whole.attachments).toMatchObject([{ title: 'CR', from: SUBCONTRACTOR }]);
    expect(whole.completeness).toBe('complete');
  });

  it.each([
    ['deleted', { results: [], deleted: ['CR'] }],
    ['cancelled', { results: [aRow('CR', undefined, { status: 'cancelled' })] }],
  ])('a document %s with its row is no longer joined, until it comes anew', (_, exam) => {
    const document = { id: 'CR', title: 'CR', mediaType: 'application/pdf', base64: 'JVBERi0=' } as const;
    const joined = anExam('B6', [aRow('B6', '52'), aRow('CR', 'Voir le document joint')], { order: 'S1' });
    const words = [
      aContribution({ exams: [joined], attachments: [document] }),
      aContribution({
        exams: [anExam('B6', exam.results, { order: 'S1', ...exam })],
        messageAt: at('20260304100000'),
      }),
      aContribution({ exams: [joined], attachments: [document], messageAt: at('20260305100000') }),
    ];
    const attached = (count: number) =>
      mergeReport([partial('B6')], words.slice(0, count)).attachments.map(({ id }) => id);
    expect(attached(1)).toEqual(['specialise|1|CR']);
    expect(attached(2)).toEqual([]);
    expect(attached(3)).toEqual(['specialise|1|CR']);
  });

  it('a later word replaces the earlier one and says what it was, whatever the order of arrival', () => {
    const words = [
      theirs('B6', '52', { whole: true }),
      theirs('B6', '25', { whole: true, messageAt: at('20260304100000') }),
    ];
    for (const said of [words, words.toReversed()]) {
      const [, exam] = mergeReport([partial('B6')], said).exams;
      expect(exam?.results).toMatchObject([
        { status: 'corrected', value: { lexical: '25' }, corrects: { value: { lexical: '52' } } },
      ]);
    }
  });

  it('a whole word no longer says what it no longer lists; a message only adds', () => {
    const both = { exams: ['B6', 'ZN'].map((code) => anExam(code, [aRow(code, '1')], { order: 'S1' })) };
    const later = { messageAt: at('20260304100000') };
    const own = aDossier({ exams: [GLUCOSE] });
    const kept = (whole: boolean) =>
      lines(mergeReport([own], [aContribution({ ...both, whole }), theirs('B6', '1', { ...later, whole })]));
    expect(kept(true)).not.toContain('specialise:ZN final 1');
    expect(kept(false)).toContain('specialise:ZN final 1');
  });

  it('corrects an antibiogramme that it sends again without its culture', () => {
    const amoxicillin = (key: string, value: string) =>
      aRow(key, value, { local: { code: 'AMX', label: 'amoxicilline' } });
    const coli = { code: 'ECO', label: 'E. coli' };
    const isolates = [
      { id: '1', organism: coli, antibiogram: [amoxicillin('S2|ATB|1|AMX|', '32')], comments: [] },
    ];
    const culture = aContribution({ exams: [anExam('B6', [], { order: 'S1', isolates })] });
    const alone = aContribution({
      exams: [anExam('ATB', [amoxicillin('S2|ATB|AMX|', '2')], { order: 'S2' })],
      messageAt: at('20260304100000'),
    });
    const { exams } = mergeReport([partial('B6')], [culture, alone]);
    expect(exams.map(({ local }) => local.code)).toEqual(['GLY', 'specialise:B6']);
    expect(exams[1]?.isolates[0]?.antibiogram).toMatchObject([
      { local: { code: 'specialise:AMX' }, value: { lexical: '2' }, corrects: { value: { lexical: '32' } } },
    ]);
  });

  it('posted on the wrong patient leaves the report, until it comes anew', () => {
    const wrong = aContribution({ withdrawn: true, messageAt: at('20260304100000') });
    const anew = theirs('B6', '9', { messageAt: at('20260305100000') });
    const own = partial('B6');
    expect(lines(mergeReport([own], [theirs('B6', '52'), wrong]))).toEqual(['GLY final 5.10', 'B6 pending']);
    expect(lines(mergeReport([own], [theirs('B6', '52'), wrong, anew]))[1]).toBe('specialise:B6 final 9');
  });

  it('that is partial leaves ours partial', () => {
    const said = theirs('B6', '52', { completeness: 'partial' });
    expect(mergeReport([partial('B6')], [said]).completeness).toBe('partial');
  });
});

describe('whose it is', () => {
  const stated = (more: object) =>
    ({ kind: 'stated', numbers: [], sex: 'F', birthDate: '19790328', ...more }) as const;
  const own = { ...statedPatient(), localId: { value: 'P0001', authority: '1.2.250.1.999.1.2' } };

  it.each([
    ['birth date and sex agree', {}, []],
    ['another birth date', { birthDate: '19790329' }, ['date de naissance']],
    ['another sex', { sex: 'M' }, ['sexe']],
    ['a birth date in part', { birthDate: '1979' }, ['date de naissance (non comparable)']],
    ['no sex', { sex: 'UN' }, ['sexe (non comparable)']],
    ['no sex, but our own number', { sex: 'UN', numbers: [own.localId] }, []],
    ['another number of ours', { numbers: [{ ...own.localId, value: 'X' }] }, ['numéro de patient']],
    ['a number of theirs', { numbers: [{ value: 'X', authority: '1.2.3' }] }, []],
  ])('%s', (_, more, fields) => {
    expect(patientDifferences(stated(more), own)).toEqual(fields);
  });

  it.each([
    ['Mme PAT-TROIS Dominique, née le 28/03/1979', []],
    ['PAT TROIS, 28 mars 1979', []],
    ['PAT-TROIS', ['date de naissance']],
    ['DUPONT 28/03/1979', ['nom']],
    ['', ['nom', 'date de naissance']],
  ])('printed: %s', (text, fields) => {
    expect(patientDifferences({ kind: 'printed', text }, own)).toEqual(fields);
  });
});
