import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { buildCda } from '../../src/cda/document.ts';
import { render, SAMPLE_CONFIG } from '../../src/commands/render.ts';
import { readConfig } from '../../src/config.ts';
import { oidsUnder } from '../../src/report/laboratory.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { SUBCONTRACTOR } from '../fixtures/people.ts';
import { aReport, REPORTS } from '../fixtures/reports.ts';

/** `crbio render` of our message and of what another laboratory says of its order. */

function aConfiguration(folder: string): string {
  const sample = readConfig(SAMPLE_CONFIG);
  if (Array.isArray(sample)) throw new Error('the sample configuration');
  const { base, catalogue, stylesheets, correspondents = '', sources, ...rest } = sample;
  const [source] = sources;
  const lilas = { ...source, name: 'lilas', subcontractor: { laboratory: SUBCONTRACTOR } };
  const file = join(folder, 'crbio.yaml');
  const paths = { catalogue, stylesheets, correspondents };
  const absolute = Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, join(base, path)]));
  writeFileSync(
    file,
    stringify(JSON.parse(JSON.stringify({ ...rest, ...absolute, sources: [source, lilas] }))),
  );
  return file;
}

const OURS = [
  'MSH|^~\\&|SGL-DEMO|LBM-CANAL|CRBIO|LBM-CANAL|20261116143000||ORU^R01^ORU_R01|R1|T|2.5.1|||||FRA|UNICODE UTF-8',
  'PID|1||P1^^^LBM||PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||19790328|F',
  'PV1|1|N',
  'ORC|RE||26-9-1|26-9',
  'OBR|1||26-9-1|GLYC^Glycémie^L|||202611161005|||||||202611161040||||||||20261116143000||CH|F',
  'OBX|1|NM|GLYJ^Glycémie à jeun^L||5.3|mmol/L|||||F|||202611161005||10000000001^MARTIN^Anne|||20261116143000',
];

function theirs(order: string): Uint8Array {
  const { chapters } = REPORTS.lipidAndGlucose();
  const report = aReport({ chapters, prescriptionNumber: order });
  const { director } = report.laboratory;
  const laboratory = { ...report.laboratory, ...SUBCONTRACTOR, director, oids: oidsUnder('1.2.250.1.998') };
  return buildCda({ report: { ...report, laboratory }, pdf: samplePdf('copie') });
}

it('joins their CDA to our report, and tells of one whose order is not there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-render-'));
  const [message, cda, stray] = ['ours.hl7', 'theirs.xml', 'stray.xml'].map((name) => join(folder, name));
  if (!message || !cda || !stray) throw new Error('no paths');
  writeFileSync(message, OURS.map((segment) => `${segment}\r`).join(''));
  writeFileSync(cda, theirs('26-9'));
  writeFileSync(stray, theirs('26-NEVER'));
  const said: string[] = [];
  const told: string[] = [];
  const out = join(folder, 'out');
  const output = { out: (line: string) => said.push(line), err: (line: string) => told.push(line) };
  const code = await render(output, { out, config: aConfiguration(folder), json: false, lang: 'fr' }, [
    message,
    cda,
    stray,
  ]);
  expect(told.join('\n')).toContain('SUBCONTRACTED_NO_REPORT');
  expect(code).toBe(1);
  expect(said).toHaveLength(2);
  const made = readdirSync(out).find((name) => name.endsWith('v2.cda.xml'));
  expect(readFileSync(join(out, made ?? ''), 'utf8')).toContain('Laboratoire spécialisé des Lilas, 19 allée');
});
