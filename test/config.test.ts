import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Config, parseConfig, readConfig } from '../src/config.ts';

const EXAMPLE = readFileSync('config/crbio.example.yaml', 'utf8');

/** The example with one piece replaced; fails the test when the piece is not there. */
const altered = (from: string | RegExp, to: string) => {
  const text = EXAMPLE.replace(from, to);
  expect(text).not.toBe(EXAMPLE);
  return parseConfig(text, '/etc/crbio/crbio.yaml');
};

const faults = (result: Config | unknown[]) =>
  Array.isArray(result) ? (result as { cause: string; line: number; key: string }[]) : [];
const lineOf = (text: string) => EXAMPLE.slice(0, EXAMPLE.indexOf(text)).split('\n').length;

describe('the configuration', () => {
  it('reads its own documentation', () => {
    const config = readConfig('config/crbio.example.yaml');
    expect(faults(config)).toEqual([]);
    expect(config).toMatchObject({ environment: 'production', workers: 2 });
  });

  it('has no default for the environment', () => {
    expect(faults(altered('environment: production', ''))).toMatchObject([
      { key: 'environment', cause: expect.stringContaining('production, test, demo') },
    ]);
  });

  it.each([
    ['an unknown key', 'workers: 2', 'workres: 2', 'workres', 'clé inconnue', lineOf('workers: 2')],
    [
      'a wrong choice',
      'lotDigest: sha1',
      'lotDigest: md5',
      'dmp.lotDigest',
      'sha1, sha256',
      lineOf('lotDigest: sha1'),
    ],
    [
      'a wrong OID',
      'oidRoot: 1.2.250.1.999.1.1',
      'oidRoot: 1.02.250',
      'laboratory.oidRoot',
      'OID attendu',
      lineOf('oidRoot:'),
    ],
    [
      'an OID that leaves no room for the N1 and its versions',
      'oidRoot: 1.2.250.1.999.1.1',
      `oidRoot: 1.2.250.1.999.${'1'.repeat(21)}`,
      'laboratory.oidRoot',
      '34 caractères au plus',
      lineOf('oidRoot:'),
    ],
    [
      'a wrong structure',
      'idNat: "1750000001"',
      'idNat: "750000001"',
      'laboratory.idNat',
      '1 + FINESS',
      lineOf('idNat: "1750000001"'),
    ],
    ['an http URL', 'https://lps', 'http://lps', 'dmp.url', 'https', lineOf('url: https')],
    [
      'a director nobody knows',
      'director: "810000000001"',
      'director: "810000000009"',
      'laboratory.director',
      'biologists',
      lineOf('director:'),
    ],
    [
      'a zone nobody knows',
      'timeZone: Europe/Paris',
      'timeZone: Europe/Lutece',
      'laboratory.timeZone',
      'fuseau',
      lineOf('timeZone:'),
    ],
  ])('names the file, the line and the key of %s', (_what, from, to, key, cause, line) => {
    expect(faults(altered(from, to))).toContainEqual(
      expect.objectContaining({ key, line, cause: expect.stringContaining(cause) }),
    );
    expect(faults(altered(from, to))[0]?.cause).toContain(`/etc/crbio/crbio.yaml:${line}`);
  });

  it('says where YAML itself is broken', () => {
    const found = faults(parseConfig('environment: demo\ndata: [1, 2\n', 'c.yaml'));
    expect(found[0]?.cause).toContain('YAML invalide');
    expect(found[0]?.line).toBeGreaterThanOrEqual(2);
  });

  it('lets a test instance talk only to the peers it lists', () => {
    const found = faults(altered('environment: production', 'environment: test'));
    expect(found.map((f) => f.key).sort()).toEqual([
      'dmp.url',
      'mssante.host',
      'mssante.mailbox.host',
      'mssante.patientDomain',
    ]);
    const listed = EXAMPLE.replace('environment: production', 'environment: test')
      .replace(
        'peers: []',
        'peers: ["lps.dmp.example:443", "smtp.operateur.example:587", "imap.operateur.example:143"]',
      )
      .replace('patientDomain: patient.mssante.fr', 'patientDomain: patient.test.invalid');
    expect(faults(parseConfig(listed, 'c.yaml'))).toEqual([]);
  });

  it('refuses two sources of one name', () => {
    const end = '\n\n# Écouteurs MLLP';
    const source = EXAMPLE.slice(EXAMPLE.indexOf('  - name: sgl'), EXAMPLE.indexOf(end));
    expect(faults(altered(end, `\n${source}${end}`))).toContainEqual(
      expect.objectContaining({ key: 'sources.1.name' }),
    );
  });

  it.each([
    ['in the export folder', '/srv/sgl/export', false],
    ['below it', '/srv/sgl/export/reponses', true],
  ])('refuses answers written %s, where they would be read', (_what, answers, subFolders) => {
    const example = EXAMPLE.replace('subFolders: false', `subFolders: ${subFolders}`);
    const found = (path: string) =>
      faults(parseConfig(example.replace('# answers: /srv/sgl/reponses', `answers: ${path}`), 'c.yaml'));
    expect(found(answers)).toMatchObject([{ key: 'sources.0.answers' }]);
    expect(found('/srv/sgl/reponses')).toEqual([]);
  });

  it.each([
    ['an archive that is the quarantine too', '/srv/sgl/archive', 'archiveDays: 90', ['sources.0.archive']],
    ['a quarantine in which the export lies', '/srv/sgl', 'quarantineDays: 90', ['sources.0.quarantine']],
    ['folders of its own', '/srv/sgl/quarantine', 'archiveDays: 90, quarantineDays: 365', []],
    ['a shared folder without a retention', '/srv/sgl', '', []],
    ['no day at all', '/srv/sgl/quarantine', 'archiveDays: 0', ['sources.0.retention.archiveDays']],
  ])('with a retention, %s', (_what, quarantine, days, keys) => {
    const found = faults(
      altered('quarantine: /srv/sgl/quarantine\n', `quarantine: ${quarantine}\n    retention: { ${days} }\n`),
    );
    expect(found.map(({ key }) => key)).toEqual(keys);
  });

  it('survives an alias bomb', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
      .join('\n')}`;
    expect(() => parseConfig(bomb, 'c.yaml')).not.toThrow();
    expect(faults(parseConfig(bomb, 'c.yaml')).length).toBeGreaterThan(0);
  });
});
