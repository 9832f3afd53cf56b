import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/policy/rules.ts';
import {
  alertKinds,
  catalogueRules,
  dispatchRules,
  dmpCodes,
  documentRules,
  NOT_CODES,
  numberedCodes,
  oneWordCodes,
  upperSnakeWords,
  xdmRules,
} from './codes.ts';
import { expansions } from './expansions.ts';
import { sectionOf, tableRows } from './sources.ts';

const PAGE = readFileSync('docs/errors.md', 'utf8');
const body = PAGE.slice(PAGE.indexOf('## Configuration et démarrage'));
const listed = tableRows(body).flatMap(({ names }) => names);
const words = upperSnakeWords();
const inSources = [
  ...words.filter((word) => !NOT_CODES.includes(word)),
  ...oneWordCodes(),
  ...numberedCodes(),
  ...dmpCodes(),
  ...documentRules(),
  ...xdmRules(),
  ...catalogueRules(),
  ...dispatchRules(),
  ...alertKinds(),
];

describe('docs/errors.md', () => {
  it('lists every code of the sources', () => {
    expect(inSources.filter((code) => !listed.includes(code))).toEqual([]);
  });

  it('lists no code that the sources no longer have', () => {
    expect(listed.filter((code) => !inSources.includes(code))).toEqual([]);
  });

  it('lists each once', () => {
    expect(listed.filter((code, index) => listed.indexOf(code) !== index)).toEqual([]);
  });

  it('leaves no cell empty', () => {
    const hollow = tableRows(body).filter(
      ({ cells }) => cells.length === 0 || cells.some((cell) => cell === ''),
    );
    expect(hollow.map(({ names }) => names[0])).toEqual([]);
  });

  it('tells the destinations, the effect and the release of each dispatch rule as the policy has them', () => {
    const channels = {
      dmp: 'DMP',
      'mssante-pro': 'MSSanté professionnel',
      'mssante-patient': 'MSSanté patient',
    };
    const effects = { hold: 'retenir', never: 'jamais' };
    const releases = { person: 'une personne', unmask: 'démasquage', cause: 'la cause', none: 'rien' };
    const told = tableRows(sectionOf(PAGE, '## Règles de diffusion'))
      .filter(({ cells }) => cells.length === 4)
      .map(({ names, cells }) => [names[0], ...cells.slice(0, 3)]);
    expect(told).toEqual(
      RULES.map((rule) => [
        rule.name,
        rule.channels.length === 3 ? 'toutes' : rule.channels.map((channel) => channels[channel]).join(', '),
        effects[rule.decision],
        releases[rule.release],
      ]),
    );
  });
});

describe('the scan of the sources', () => {
  it('sees codes however they are written', () => {
    expect(words).toEqual(
      expect.arrayContaining([
        'HL7_CHARSET', // key of a table
        'DMP_INS_MISSING', // property
        'REPORT_UNKNOWN', // argument
        'DMP_ANSWER_UNREADABLE', // one side of a condition
        'DMP_CONNECTION', // after ??
      ]),
    );
    expect(oneWordCodes()).toEqual(expect.arrayContaining(['CONFIG', 'INTERNAL']));
    expect(numberedCodes()).toEqual(['DMP_HTTP_nnn']);
    expect(catalogueRules()).toEqual(
      expect.arrayContaining(['csv', 'column-missing', 'blank', 'loinc-shared']),
    );
  });

  it('excuses no word that has gone', () => {
    expect(NOT_CODES.filter((word) => !words.includes(word))).toEqual([]);
  });

  it('writes out the alternatives of a pattern, and refuses those it does not understand', () => {
    expect(expansions('/^(DMP)?(Access|No[sz])$/i')).toEqual([
      ...['DMPAccess', 'DMPNos', 'DMPNoz', 'Access', 'Nos', 'Noz'],
    ]);
    expect(() => expansions('/^XDS.*$/')).toThrow('is not understood');
    expect(() => expansions('/^(XDS$/')).toThrow('unclosed group');
  });
});
