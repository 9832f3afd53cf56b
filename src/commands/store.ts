import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, pathOf, readConfig } from '../config.ts';
import type { Store } from '../store/model.ts';
import type { ActResult } from '../store/records.ts';
import { openStore } from '../store/store.ts';
import { type CommonOptions, complain, EXIT, type ExitCode, type Output, say } from './output.ts';

export const DEFAULT_CONFIG = '/etc/crbio/crbio.yaml';

/** The configuration named by --config, CRBIO_CONFIG, or the default place; faults are printed. */
export function configured(output: Output, options: CommonOptions): Config | undefined {
  const config = readConfig(options.config ?? process.env.CRBIO_CONFIG ?? DEFAULT_CONFIG);
  if (!Array.isArray(config)) return config;
  for (const fault of config) complain(output, options, fault);
  return undefined;
}

/** File of the database in the data folder. */
export function databaseFile(config: Config): string {
  return join(pathOf(config, config.data), 'crbio.db');
}

/** Opens the store of a configured laboratory, runs the command, closes it. The daemon may be running: both write. */
export async function withStore(
  output: Output,
  options: CommonOptions,
  command: (store: Store, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = configured(output, options);
  if (!config) return EXIT.usage;
  const file = databaseFile(config);
  if (!existsSync(file)) {
    output.err(
      say(
        options,
        `pas encore de données : ${file} n'existe pas (crbio start)`,
        `no data yet: ${file} does not exist (crbio start)`,
      ),
    );
    return EXIT.environment;
  }
  const store = openStore({ file, now: Date.now });
  try {
    return await command(store, config);
  } finally {
    await store.close();
  }
}

/** Prints the result of a person's act. */
export function actDone(
  output: Output,
  options: CommonOptions,
  subject: string,
  result: ActResult,
  french: string,
  english: string,
): ExitCode {
  if (!result.done) {
    complain(output, options, result.fault, subject);
    return EXIT.refused;
  }
  const version = result.version === undefined ? '' : ` → v${result.version}`;
  if (options.json)
    output.out(
      JSON.stringify({
        subject,
        done: true,
        ...(result.version === undefined ? {} : { version: result.version }),
      }),
    );
  else output.out(`${subject}${version} : ${say(options, french, english)}`);
  return EXIT.done;
}
