import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selfPresenting } from '../../src/cda/self-presenting.ts';
import { loadStylesheet } from '../../src/cda/stylesheet.ts';
import { REPORTS } from '../fixtures/reports.ts';
import { cdaOf } from './xml-probe.ts';

/** `ANS_KIT`: the official content kit; `ANS_VALIDATE`: a command that applies it to a folder, exit 0 without error. */
const { ANS_KIT, ANS_VALIDATE } = process.env;
const present = ANS_KIT !== undefined && ANS_VALIDATE !== undefined;
if (!present) console.log('official kit: not run (ANS_KIT and ANS_VALIDATE are not set)');

test.skipIf(!present)('the official kit finds no error in any document', { timeout: 600_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-kit-'));
  const styles = join(import.meta.dirname, '../../stylesheets');
  const stylesheet = loadStylesheet(readFileSync(join(styles, 'report.xsl'), 'utf8'), styles);
  if ('cause' in stylesheet) throw new Error(stylesheet.cause);
  try {
    for (const [name, report] of Object.entries(REPORTS)) {
      writeFileSync(join(folder, `${name}.xml`), cdaOf(report()));
    }
    writeFileSync(
      join(folder, 'self-presenting.xml'),
      selfPresenting(cdaOf(REPORTS.severalChapters()), stylesheet),
    );
    const run = spawnSync(ANS_VALIDATE ?? '', ['--extra', folder], { encoding: 'utf8', env: process.env });
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe(
      `${Object.keys(REPORTS).length + 1} documents, 0 errors`,
    );
    expect(run.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
