import { loadAssets } from './assets.ts';
import type { Config } from './config.ts';
import { directorySettingsOf } from './directory-settings.ts';
import { mailboxesOf } from './mailbox-settings.ts';
import { type Fault, isFaults } from './report/fault.ts';
import {
  acknowledgementsOf,
  correspondentsOf,
  dmpSettingsOf,
  listenersOf,
  mssanteSettingsOf,
} from './settings.ts';

const partsOf = (config: Config) => ({
  dmp: dmpSettingsOf(config),
  mssante: mssanteSettingsOf(config),
  mailboxes: mailboxesOf(config),
  directory: directorySettingsOf(config),
  correspondents: correspondentsOf(config),
  listeners: listenersOf(config),
  acknowledgements: acknowledgementsOf(config),
});

type Read<Parts> = { readonly [Name in keyof Parts]: Exclude<Parts[Name], Fault[]> };

/** What a configuration names, read: certificates, secrets, tables. A channel that is not configured has none. */
export type DaemonParts = Read<ReturnType<typeof partsOf>>;

/**
 * Reads what a configuration names, and judges catalogue and stylesheets, which the workers load for themselves.
 * @returns the parts, or everything that stops the daemon from starting with this configuration
 */
export function readParts(config: Config): DaemonParts | Fault[] {
  const parts = partsOf(config);
  const faults = [...Object.values(parts), loadAssets(config)].flatMap((part) =>
    isFaults(part) ? part : [],
  );
  return faults.length === 0 && isRead(parts) ? parts : faults;
}

function isRead<Parts extends object>(parts: Parts): parts is Parts & Read<Parts> {
  return !Object.values(parts).some(isFaults);
}
