import { expect, it } from 'vitest';
import { type Config, readConfig } from '../src/config.ts';
import { laboratoryOf, profilesOf } from '../src/settings.ts';

const CONFIG = readConfig('config/crbio.example.yaml') as Config;
const named = (...names: string[]): Config => {
  const [first] = CONFIG.sources;
  if (!first) throw new Error('the example has no source');
  return { ...CONFIG, sources: names.map((name) => ({ ...first, name })) };
};
const authorities = (...names: string[]) =>
  [...profilesOf(named(...names)).values()].map(({ patientAuthority }) => patientAuthority);

const authorityOf = (name: string, patientAuthority?: string) => {
  const [first] = CONFIG.sources;
  if (!first) throw new Error('the example has no source');
  const sources = [{ ...first, name, patientAuthority }];
  return [...profilesOf({ ...CONFIG, sources }).values()][0]?.patientAuthority;
};

it('sources that name the same authority share their patients; an OID is taken as it is', () => {
  expect(authorityOf('adt', 'CHU-X')).toBe(authorityOf('labo', 'CHU-X'));
  expect(authorityOf('adt', 'CHU-X')).toMatch(/^[0-2](\.(0|[1-9]\d*))+$/);
  expect(authorityOf('adt', 'CHU-X')).not.toBe(authorityOf('adt', 'CHU-Y'));
  expect(authorityOf('labo', 'labo')).not.toBe(authorityOf('labo'));
  expect(authorityOf('adt', '1.2.250.1.999.20')).toBe('1.2.250.1.999.20');
  expect(authorityOf('adt', 'urn:oid:1.2.250.1.999.20')).toBe('1.2.250.1.999.20');
  expect(authorityOf('adt', 'urn:oid:none')).toMatch(/^[0-2](\.(0|[1-9]\d*))+$/);
});

it('numbers of patients count for their source alone, and stay its own when another is added', () => {
  const [alone] = authorities('clinique');
  const [other, same] = authorities('labo', 'clinique');
  expect(same).toBe(alone);
  expect(other).not.toBe(alone);
  expect(alone?.startsWith(`${laboratoryOf(CONFIG).oids.patients}.`)).toBe(true);
  expect(alone).toMatch(/^[0-2](\.(0|[1-9]\d*))+$/);
});
