import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ACTIONS, entryInWords } from '../../src/commands/journal-words.ts';

const entry = (action: string, details: Record<string, unknown>) => ({
  seq: 1,
  at: 0,
  actor: 'crbio',
  action,
  subject: 'sgl-0000000000000001',
  details,
});

test.each([
  ['version-made', { cause: 'first', inbox: 7, version: 1 }, 'nouvelle version : première, inbox:7, v1'],
  [
    'planned',
    {
      decisions: [
        { channel: 'dmp', decision: 'send', rule: 'envoi' },
        { channel: 'mssante-patient', decision: 'hold', rule: 'annonce' },
      ],
      version: 2,
    },
    'décision : DMP envoyer, MSSanté patient retenir (annonce), v2',
  ],
  ['held', { reason: 'à relire', version: 1 }, 'retenu : motif « à relire », v1'],
  ['held', { reason: '', version: 1 }, 'retenu : v1'],
  [
    'masked',
    { change: { invisiblePatient: true }, until: null, version: 2 },
    'masquage changé : masqué au patient, v2',
  ],
  ['of-a-later-version', { weight: 3 }, 'weight 3'],
])('%s is told in French', (action, details, said) => {
  expect(entryInWords({}, entry(action, details))).toBe(said);
});

test('English and programs have the details as they are', () => {
  expect(entryInWords({ lang: 'en' }, entry('held', { reason: 'x' }))).toBe('{"reason":"x"}');
});

test('every step that the guide explains has its words', () => {
  const guide = readFileSync('docs/guide-biologiste.md', 'utf8');
  const table = guide.slice(guide.indexOf('| étape | sens |')).split('\n\n')[0] ?? '';
  const steps = [...table.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
    names.replaceAll('`', '').split(', '),
  );
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.filter((step) => ACTIONS[step] === undefined)).toEqual([]);
});
