import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INPUTS, input, type Laboratory } from './laboratory.ts';

/** What finished documents are made from: a demo input, whose report our own renderer writes. */
const INPUT = '02-hemogramme.hl7';

/** The PID segment of its patient. */
export const PID =
  input(INPUT)
    .toString('latin1')
    .split(/[\r\n]+/)
    .find((line) => line.startsWith('PID')) ?? '';

/** Its CR-Bio in N3, as the laboratory's renderer writes it. */
export async function finishedDocument({ crbio }: Pick<Laboratory, 'crbio'>): Promise<Buffer> {
  const out = mkdtempSync(join(tmpdir(), 'crbio-finished-'));
  try {
    await crbio('render', '--out', out, join(INPUTS, INPUT));
    const name = readdirSync(out).find((file) => file.endsWith('.cda.xml'));
    if (!name) throw new Error('nothing was rendered');
    return readFileSync(join(out, name));
  } finally {
    rmSync(out, { recursive: true });
  }
}
