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

it('numbers of patients count for their source alone, and stay its own when another is added', () => {
  const [alone] = authorities('clinique');
  const [other, same] = authorities('labo', 'clinique');
  expect(same).toBe(alone);
  expect(other).not.toBe(alone);
  expect(alone?.startsWith(`${laboratoryOf(CONFIG).oids.patients}.`)).toBe(true);
  expect(alone).toMatch(/^[0-2](\.(0|[1-9]\d*))+$/);
});
