import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import { EXIT } from '../../src/commands/output.ts';
import { validate } from '../../src/commands/validate.ts';
import { offlineXdm } from '../../src/mssante/xdm.ts';
import { readArchive } from '../../src/mssante/xdm-archive.ts';
import type { Report } from '../../src/report/report.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { correction, lipidAndGlucose } from '../fixtures/reports.ts';
import { zipOf } from '../mssante/zip.ts';
import { loadAssets, renderPdf } from '../pdf/tools.ts';

const assets = loadAssets();
const report = lipidAndGlucose();
const pdf = renderPdf(report, assets);
const cda = buildCda({ report, pdf });
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crbio-validate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Validates files of those names. @returns exit code and the rules found, with the file's name */
async function validated(files: Readonly<Record<string, Uint8Array>>) {
  const lines: string[] = [];
  const paths = Object.entries(files).map(([name, bytes]) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  });
  const exit = await validate(
    { out: (line) => lines.push(line), err: (line) => lines.push(line) },
    { json: true },
    paths,
  );
  const found = lines.map((line) => JSON.parse(line) as { file: string; rule: string });
  return { exit, rules: found.map(({ file, rule }) => `${file.slice(folder.length + 1)} ${rule}`) };
}

const archive = (bytes: Uint8Array) =>
  offlineXdm(bytes, { time: '20260302091530', sourceId: '1.2.250.1.999.6', sender: 'LBM', contact: '01' });

const otherValue = (one: Report): Report => JSON.parse(JSON.stringify(one).replaceAll('4.89', '4.98'));

test('a document, its PDF and its archive agree', async () => {
  const xdm = await archive(cda);
  const { exit, rules } = await validated({ 'a.cda.xml': cda, 'a.pdf': pdf, 'a.xdm.zip': xdm });
  expect({ exit, rules }).toEqual({ exit: EXIT.done, rules: [] });
});

test('the archive of a correction agrees, whose metadata cannot name what is replaced', async () => {
  const corrected = buildCda({ report: correction(), pdf: renderPdf(correction(), assets) });
  const { exit, rules } = await validated({ 'i.xdm.zip': await archive(corrected) });
  expect({ exit, rules }).toEqual({ exit: EXIT.done, rules: [] });
});

describe('what disagrees is refused by a rule', () => {
  test('the PDF inside says another value than the document', async () => {
    const bytes = buildCda({ report, pdf: renderPdf(otherValue(report), assets) });
    const { exit, rules } = await validated({ 'b.cda.xml': bytes });
    expect({ exit, rules }).toEqual({ exit: EXIT.refused, rules: ['b.cda.xml AGREE-PDF-RESULT'] });
  });

  test('the PDF given under the same name is not the one inside; under another name it is another report', async () => {
    const other = renderPdf(otherValue(report), assets);
    const { rules } = await validated({ 'c.cda.xml': cda, 'c.pdf': other, 'd.cda.xml': cda });
    expect(rules).toEqual(['c.cda.xml AGREE-PDF-COPY', 'c.cda.xml AGREE-PDF-RESULT']);
  });

  test('the metadata of the archive say another date', async () => {
    const files = await readArchive(await archive(cda));
    if ('problem' in files) throw new Error(files.problem);
    const changed = new Map(files);
    const path = 'IHE_XDM/SUBSET01/METADATA.XML';
    const metadata = (files.get(path)?.toString('utf8') ?? '').replace(
      /(name="creationTime".*?<rim:Value>)2026/s,
      '$12025',
    );
    changed.set(path, Buffer.from(metadata));
    const { exit, rules } = await validated({ 'e.xdm.zip': await zipOf(changed) });
    expect({ exit, rules }).toEqual({ exit: EXIT.refused, rules: ['e.xdm.zip AGREE-XDS-HEADER'] });
  });
});

test('a PDF without text, as a scanner makes, is not compared', async () => {
  const { rules } = await validated({ 'f.cda.xml': buildCda({ report, pdf: samplePdf(' ') }) });
  expect(rules).toEqual([]);
});

test.each(['2021.01', '2023.01'])('a document of the volet %s needs no copy of the PDF', async (version) => {
  const text = Buffer.from(cda).toString('utf8');
  const copy = text.lastIndexOf('<component>', text.indexOf('1.2.250.1.213.1.1.2.243'));
  const end = text.indexOf('</component>', text.indexOf('</section>', copy)) + '</component>'.length;
  const without = text.slice(0, copy) + text.slice(end);
  const older = without.replace(
    ' extension="2024.01"',
    version === '2021.01' ? '' : ` extension="${version}"`,
  );
  expect(without).not.toBe(older);
  const { rules } = await validated({ 'g.cda.xml': Buffer.from(older), 'h.cda.xml': Buffer.from(without) });
  expect(rules).toEqual(['h.cda.xml BODY-PDF-COPY']);
});
