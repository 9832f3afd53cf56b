import { createClamd } from './antivirus/clamd.ts';
import { createScanCommand } from './antivirus/command.ts';
import type { Scanner } from './antivirus/scanner.ts';
import type { Config } from './config.ts';

/** The antivirus that a configuration names; undefined: none. */
export function scannerOf({ antivirus }: Pick<Config, 'antivirus'>): Scanner | undefined {
  if (!antivirus) return undefined;
  const { clamd, command, timeoutMs, maxBytes } = antivirus;
  if (clamd) return createClamd({ at: clamd, timeoutMs, maxBytes });
  return command && createScanCommand({ argv: command, timeoutMs, maxBytes });
}
