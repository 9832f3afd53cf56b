import { type Config, pathOf } from './config.ts';
import type { DirectoryServiceSettings } from './directory-service.ts';
import { readCredential } from './ops/credentials.ts';
import type { Fault } from './report/fault.ts';

const DAY_MS = 24 * 3_600_000;

/** The national directory's settings, the API's key and authorities read; or what could not be read. */
export function directorySettingsOf(config: Config): DirectoryServiceSettings | Fault[] {
  const { directory } = config;
  const settings = {
    data: pathOf(config, config.data),
    zone: config.laboratory.timeZone,
    everyMs: directory.everyMs,
    ...(directory.folder === undefined ? {} : { folder: pathOf(config, directory.folder) }),
  };
  const { api } = directory;
  if (!api) return settings;
  const key = readCredential(api.key, config.base, { secret: true });
  const authorities = api.authorities && readCredential(api.authorities, config.base, { secret: false });
  const faults = [key, authorities].filter(
    (read): read is Fault => typeof read === 'object' && 'cause' in read,
  );
  if (faults.length > 0) return faults;
  return {
    ...settings,
    api: {
      url: api.url.replace(/\/$/, ''),
      key: String(key).trim(),
      ...(authorities ? { authorities: String(authorities) } : {}),
      timeoutMs: api.timeoutMs,
      keepMs: api.keepDays * DAY_MS,
    },
  };
}
