import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import type { DispatchCircumstances, DispatchFacts } from '../../src/policy/facts.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';
import { literal, nameOf, scan, sectionOf, tableRows } from './sources.ts';

const OPERATIONS = readFileSync('docs/guide-exploitation.md', 'utf8');
const BIOLOGIST = readFileSync('docs/guide-biologiste.md', 'utf8');
const CLI = readFileSync('docs/cli.md', 'utf8');
const EXAMPLE = readFileSync('config/crbio.example.yaml', 'utf8');

/** What is called: `log`, whatever it is reached through, or the DMP channel's own `warn`. */
const isLogging = ({ expression }: ts.CallExpression): boolean =>
  ts.isPropertyAccessExpression(expression)
    ? ['info', 'warn', 'error'].includes(expression.name.text) &&
      /(?:^|\.)log$/.test(expression.expression.getText())
    : ts.isIdentifier(expression) && expression.text === 'warn';

/** The literals of an argument: one, or both sides of a condition. */
const words = (node: ts.Expression | undefined): string[] =>
  node && ts.isConditionalExpression(node)
    ? [...words(node.whenTrue), ...words(node.whenFalse)]
    : [literal(node)].filter((word) => word !== undefined);

const events = scan((node) => (ts.isCallExpression(node) && isLogging(node) ? words(node.arguments[0]) : []));

const fields = scan((node) => {
  if (!ts.isVariableDeclaration(node) || nameOf(node) !== 'ALLOWED') return [];
  const { initializer } = node;
  return initializer && ts.isArrayLiteralExpression(initializer) ? initializer.elements.flatMap(words) : [];
}, 'src/ops/log.ts');

/** The cells of every row of a table but its head. */
const plainRows = (section: string): string[][] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('*', '').trim()),
    );

const FATES = { hold: 'attend', never: 'jamais' };

const PLAIN: DispatchFacts = {
  processing: 'P',
  identity: { kind: 'qualified', matricule: '279035121518989' },
  birthDate: '19790328',
  validatorNamed: true,
  completeness: 'complete',
  withdrawal: false,
  nonHuman: false,
  professionals: [{ key: 'H010', mailbox: 'medecin@labo.mssante.example' }],
};

const QUIET: DispatchCircumstances = {
  flags: {},
  maskUntil: null,
  lifted: [],
  opposition: {},
  alreadyHave: [],
  today: '20261122',
};

const SETTINGS = dispatchSettings({
  environment: 'production',
  hospitalClasses: ['I', 'E'],
  patientDomain: 'patient.example',
  mailDomains: ['labo.mssante.example'],
});

const REFUSAL = { by: 'Dr Martin', reason: 'demande du patient' };

/** The situations of the biologist's table, as the policy is asked of them. */
const SITUATIONS: Readonly<
  Record<string, { facts?: Partial<DispatchFacts>; circumstances?: Partial<DispatchCircumstances> }>
> = {
  'pas de biologiste valideur': { facts: { validatorNamed: false } },
  'identité non qualifiée': { facts: { identity: { kind: 'unqualified', cause: 'status-not-validated' } } },
  'identité douteuse, fictive, usurpée…': {
    facts: { identity: { kind: 'unqualified', cause: 'status-blocked' } },
  },
  'identité changée depuis le document': { circumstances: { identityChanged: true } },
  'résultats partiels': { facts: { completeness: 'partial' } },
  "masqué jusqu'à l'annonce": { circumstances: { flags: { invisiblePatient: true } } },
  'masqué aux professionnels': { circumstances: { flags: { masquePs: true } } },
  'masqué aux représentants légaux': { circumstances: { flags: { invisibleRepLegaux: true } } },
  'soins gardés secrets par un mineur': {
    facts: { birthDate: '20110101' },
    circumstances: { flags: { connexionSecrete: true, invisibleRepLegaux: true } },
  },
  'masqué au patient et aux professionnels': {
    circumstances: { flags: { invisiblePatient: true, masquePs: true } },
  },
  'opposition sur les trois canaux': {
    circumstances: { opposition: { dmp: REFUSAL, 'mssante-pro': REFUSAL, 'mssante-patient': REFUSAL } },
  },
  'patient hospitalisé': { facts: { patientClass: 'I' } },
  'professionnel sans adresse MSSanté': { facts: { professionals: [{ key: 'H010' }] } },
  'prélèvement non humain': { facts: { nonHuman: true } },
  'le SGL retire le compte rendu': { facts: { withdrawal: true } },
};

/** Steps written of a report: not those of the inbox, of a document beside it, the quarantine, a patient or a channel. */
const ELSEWHERE = [
  'received',
  'quarantined',
  'replayed',
  'mended',
  'opposed',
  'opposition-lifted',
  'lane-blocked',
  'side-file-received',
  'side-file-used',
  'mail-given-up',
  'mail-gone',
  'mailbox-started',
];
const journalOfReports = scan((node) => {
  if (ts.isPropertyAssignment(node) && nameOf(node) === 'action') return words(node.initializer);
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'note')
    return [];
  return node.arguments.slice(0, 2).flatMap(words);
}, 'src/store/').filter((action) => !ELSEWHERE.includes(action));

/** The first cells of the table whose header begins with `title`. */
function firstCells(section: string, title: string): string[] {
  const table = section.split('\n\n').find((block) => block.startsWith(`| ${title} |`)) ?? '';
  return tableRows(table).flatMap(({ names }) => names);
}

describe('docs/guide-exploitation.md', () => {
  const log = sectionOf(OPERATIONS, '## Journal du service');

  it('lists the events of the log, and no other', () => {
    expect(events).toContain('received-again');
    expect(firstCells(log, 'événement').sort()).toEqual(events);
  });

  it('lists the fields of the log, and no other', () => {
    expect(firstCells(log, 'champ').sort()).toEqual(fields);
  });

  it('names only keys of the configuration', () => {
    const sections = ['## Configurer', '## Certificats et secrets', "## Le dossier d'export"];
    const keys = sections.flatMap((heading) => firstCells(sectionOf(OPERATIONS, heading), 'clé'));
    expect(keys.length).toBeGreaterThan(15);
    const unknown = keys.filter(
      (key) => !key.split('.').every((part) => new RegExp(`\\b${part}:`).test(EXAMPLE)),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the guides', () => {
  it.each([
    ['guide-exploitation.md', OPERATIONS],
    ['guide-biologiste.md', BIOLOGIST],
  ])('%s names only commands and options of the contract', (_, page) => {
    const contract = [...CLI.matchAll(/^\| `crbio ([a-z ]+?)(?: <[^`]*)?`/gm)].map((match) => match[1] ?? '');
    const called = [...page.matchAll(/\bcrbio ([a-z]+(?: [a-z]+)?)\b([^`\n]*)/g)]
      .map((match) => ({ words: match[1] ?? '', rest: match[2] ?? '' }))
      .filter(({ words: text }) => contract.some((command) => command.split(' ')[0] === text.split(' ')[0]));
    expect(called.length).toBeGreaterThan(10);
    const unknown = called.filter(
      ({ words: text }) => !contract.includes(text) && !contract.includes(text.split(' ')[0] ?? ''),
    );
    expect(unknown).toEqual([]);
    const options = called.flatMap(({ rest }) => [...rest.matchAll(/--[a-z]+/g)].map(([option]) => option));
    expect(options.filter((option) => !CLI.includes(`\`${option}`))).toEqual([]);
  });
});

describe('docs/guide-biologiste.md', () => {
  it('tells of each situation what the policy decides', () => {
    const rows = plainRows(sectionOf(BIOLOGIST, '## Ce qui attend ou ne part pas'));
    expect(rows.map(([situation]) => situation)).toEqual(Object.keys(SITUATIONS));
    for (const [situation = '', ...cells] of rows) {
      const { facts, circumstances } = SITUATIONS[situation] ?? {};
      const decisions = decide({ ...PLAIN, ...facts }, { ...QUIET, ...circumstances }, SETTINGS);
      const told = decisions.map(({ decision, confidentiality }) =>
        decision === 'send' ? `part${confidentiality.length > 0 ? ', masqué' : ''}` : FATES[decision],
      );
      expect([situation, ...cells.slice(0, 3)]).toEqual([situation, ...told]);
    }
  });

  it('explains the steps that the audit journal writes of a report, and no other', () => {
    const told = firstCells(sectionOf(BIOLOGIST, '## Lire `crbio explain`'), 'étape');
    expect(told.sort()).toEqual(journalOfReports);
  });
});
