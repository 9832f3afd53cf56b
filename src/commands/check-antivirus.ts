import { scannerOf } from '../antivirus-settings.ts';
import type { Config } from '../config.ts';

interface AntivirusFinding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'error';
  readonly text: string;
  readonly environment?: true;
}

const CHECK = 'antivirus';

/** Whether documents are looked at before they are opened; with `reach`, whether the antivirus answers. */
export async function checkAntivirus(config: Config, reach: boolean): Promise<AntivirusFinding[]> {
  const scanner = scannerOf(config);
  if (!scanner)
    return [
      { check: CHECK, level: 'warning', text: 'non configuré : les documents joints ne sont pas analysés' },
    ];
  if (!reach) return [{ check: CHECK, level: 'ok', text: 'configuré' }];
  const answer = await scanner.reach();
  if (answer.ok) return [{ check: CHECK, level: 'ok', text: 'répond' }];
  return [{ check: CHECK, level: 'error', text: `ne répond pas : ${answer.code}`, environment: true }];
}
