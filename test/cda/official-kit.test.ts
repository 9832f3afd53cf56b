import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { buildN1 } from '../../src/cda/n1.ts';
import { selfPresenting } from '../../src/cda/self-presenting.ts';
import { loadStylesheet } from '../../src/cda/stylesheet.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { REPORTS } from '../fixtures/reports.ts';
import { corpus, everything } from './corpus.ts';
import { mutants } from './mutations.ts';
import { cdaOf } from './xml-probe.ts';

/** `ANS_KIT`: the official content kit; `ANS_VALIDATE`: a command that applies it to a folder, exit 0 without error. */
const { ANS_KIT, ANS_VALIDATE } = process.env;
const present = ANS_KIT !== undefined && ANS_VALIDATE !== undefined;
if (!present) console.log('official kit: not run (ANS_KIT and ANS_VALIDATE are not set)');

/** Runs the official rules on documents. @returns their last line, and the names of those with an error */
function judged(documents: Iterable<readonly [name: string, bytes: Uint8Array]>, ...options: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-kit-'));
  try {
    for (const [name, bytes] of documents) writeFileSync(join(folder, `${name}.xml`), bytes);
    const run = spawnSync(ANS_VALIDATE ?? '', [...options, folder], {
      encoding: 'utf8',
      env: process.env,
      maxBuffer: 64 * 1024 * 1024,
    });
    const lines = run.stdout.trimEnd().split('\n');
    const refused = new Set(lines.slice(0, -1).map((line) => basename(line.split('\t')[0] ?? '', '.xml')));
    return { last: lines.at(-1) ?? '', refused };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.skipIf(!present)(
  'the official kit finds no error in any N3 of the corpus',
  { timeout: 1_800_000 },
  () => {
    const styles = join(import.meta.dirname, '../../stylesheets');
    const stylesheet = loadStylesheet(readFileSync(join(styles, 'report.xsl'), 'utf8'), styles);
    if ('cause' in stylesheet) throw new Error(stylesheet.cause);
    const report = REPORTS.severalChapters();
    const documents: [string, Uint8Array][] = [
      ...corpus().map(([name, one]): [string, Uint8Array] => [name, cdaOf(one)]),
      ['self-presenting', selfPresenting(cdaOf(report), stylesheet)],
    ];
    expect(judged(documents, '--extra').last).toBe(`${documents.length} documents, 0 errors`);
  },
);

test.skipIf(!present)('nor in any N1', { timeout: 1_800_000 }, () => {
  const documents = corpus().map(([name, report]): [string, Uint8Array] => [
    name,
    buildN1({ report, pdf: samplePdf(name) }),
  ]);
  expect(judged(documents, '--n1').last).toBe(`${documents.length} documents, 0 errors`);
});

/** Each run takes another part of the mutants where MUTANTS_FROM says so: all of them are some 5000. */
const ONE_OF = 16;

test.skipIf(!present)(
  'the built-in check misses nothing that the official rules find',
  { timeout: 1_800_000 },
  () => {
    const from = Number(process.env.MUTANTS_FROM ?? '0');
    const kept: { name: string; bytes: Uint8Array }[] = [];
    let index = 0;
    for (const { name, bytes } of mutants(cdaOf(everything()))) {
      if (index++ % ONE_OF === from) kept.push({ name, bytes: bytes() });
    }
    expect(kept.length).toBeGreaterThan(200);
    const named = kept.map(({ bytes }, place): [string, Uint8Array] => [String(place), bytes]);
    const { refused } = judged(named, '--extra');
    const missed = kept.filter(
      ({ bytes }, index) => refused.has(String(index)) && checkDocument(bytes).length === 0,
    );
    expect(missed.map(({ name }) => name)).toEqual([]);
  },
);
