import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The build that is measured: the code that a laboratory runs, not what a development loader makes of the sources. */
export const BUILD = fileURLToPath(new URL('../dist/', import.meta.url));
export const DEMO = fileURLToPath(new URL('../config/demo/', import.meta.url));

/**
 * A module of the build, with the types of its source.
 * @param name path in src/ without extension
 * @throws Error when there is no build
 */
export async function built<Module>(name: string): Promise<Module> {
  const file = new URL(`../dist/${name}.js`, import.meta.url);
  if (!existsSync(file)) throw new Error('no build: npm run build');
  return (await import(file.href)) as Module;
}
export const CATALOGUE = fileURLToPath(new URL('../loinc/catalogue.csv', import.meta.url));
