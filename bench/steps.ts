import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../src/report/report.ts';
import type { InterpretedItem } from '../src/store/records.ts';
import { cdaTemplate, type Line } from './baseline/cda.ts';
import { scanDocument } from './baseline/conformance.ts';
import { mailTemplate } from './baseline/mail.ts';
import { splitMessage } from './baseline/parse.ts';
import { pdfTemplate } from './baseline/pdf.ts';
import { hashAndSign } from './baseline/signature.ts';
import { lookUp, readRows } from './baseline/transcode.ts';
import { built, CATALOGUE } from './built.ts';
import { messageOf } from './inputs.ts';
import { jobOf, type Laboratory, openLaboratory } from './laboratory.ts';
import { storeSteps } from './store-steps.ts';
import { type Timing, time } from './timing.ts';

const STORED_REPORTS = 100;

/** One step of the pipeline for one report, beside the plainest code that does the same. */
export interface Step {
  readonly name: string;
  readonly ours: Timing;
  readonly plain: Timing;
}

/** A report on its way: the message, and what each step makes of it. */
async function rendered(message: Buffer, { profile, root, assets }: Laboratory) {
  const { itemsOf } = await built<typeof import('../src/stages/items.ts')>('stages/items');
  const { reportOf, renderDocument } =
    await built<typeof import('../src/stages/document.ts')>('stages/document');
  const [item] = itemsOf(message, profile, { correspondents: [], root });
  if (item?.kind !== 'dossier')
    throw new Error(`the benchmark's message is refused: ${JSON.stringify(item)}`);
  const { reportId, setOid, dossier } = item;
  const task = { reportId, version: 1, setOid, dossier, cause: 'first', flags: dossier.flags } as const;
  const document = await renderDocument(task, assets);
  if ('faults' in document)
    throw new Error(`the benchmark's report is refused: ${JSON.stringify(document.faults)}`);
  return { item, task, report: reportOf(task, assets).report, document };
}

/** Times every step of a report of `results` results. */
export async function measureSteps(results: number): Promise<Step[]> {
  const laboratory = await openLaboratory(mkdtempSync(join(tmpdir(), 'crbio-bench-')));
  try {
    return await stepsOf(laboratory, messageOf(results));
  } finally {
    laboratory.close();
  }
}

async function stepsOf(laboratory: Laboratory, message: Buffer): Promise<Step[]> {
  const { assets, profile, root, dmp, mssante, signer } = laboratory;
  const { itemsOf } = await built<typeof import('../src/stages/items.ts')>('stages/items');
  const { reportOf } = await built<typeof import('../src/stages/document.ts')>('stages/document');
  const { makeReportPdf } = await built<typeof import('../src/pdf/report-pdf.ts')>('pdf/report-pdf');
  const { buildCda } = await built<typeof import('../src/cda/document.ts')>('cda/document');
  const { selfPresenting } =
    await built<typeof import('../src/cda/self-presenting.ts')>('cda/self-presenting');
  const { checkDocument } =
    await built<typeof import('../src/cda/conformance/check.ts')>('cda/conformance/check');
  const { prepareLot } = await built<typeof import('../src/dmp/lot.ts')>('dmp/lot');
  const { prepareMail } = await built<typeof import('../src/mssante/mail.ts')>('mssante/mail');

  const { item, task, report, document } = await rendered(message, laboratory);
  const { cda, pdf } = document;
  const lines = linesOf(report);
  const words = wordsOf(report, lines);
  const text = message.toString('utf8');
  const csv = readRows(readFileSync(CATALOGUE, 'utf8'));
  const codes = lines.map(({ code }) => code);
  const now = Date.now();
  const deposit = jobOf('dmp', { ...document, reportId: task.reportId });
  const mail = jobOf('mssante-pro', { ...document, reportId: task.reportId });
  const templates = [
    ...new Set(
      Buffer.from(cda)
        .toString('utf8')
        .match(/(?<=templateId root=")[\d.]+/g),
    ),
  ].slice(0, 20);

  const step = async (name: string, ours: () => unknown, plain: () => unknown): Promise<Step> => ({
    name,
    ours: await time(ours),
    plain: await time(plain),
  });
  return [
    await step(
      'parse (HL7 → dossier)',
      () => itemsOf(message, profile, { correspondents: [], root }),
      () => splitMessage(message.toString('utf8')),
    ),
    await step(
      'transcode (dossier → report)',
      () => reportOf(task, assets),
      () => lookUp(codes, csv),
    ),
    await step(
      'PDF',
      () => makeReportPdf(report, assets.pdf),
      () => pdfTemplate(words),
    ),
    await step(
      'CDA, PDF inside',
      () => selfPresenting(buildCda({ report, pdf, version: assets.cdaVersion }), assets.stylesheet),
      () => cdaTemplate('PATIENT', lines, pdf),
    ),
    await step(
      'conformance check',
      () => checkDocument(cda),
      () => scanDocument(cda, templates),
    ),
    await step(
      'lot signature (DMP)',
      () => prepareLot(dmp, deposit, { now, signer }),
      () => hashAndSign(cda, signer.key),
    ),
    await step(
      'mail with XDM',
      () => prepareMail(mssante, mail, { now }),
      () => mailTemplate(cda, pdf),
    ),
    ...(await storeSteps(
      item as Extract<InterpretedItem, { kind: 'dossier' }>,
      document,
      text,
      STORED_REPORTS,
    )),
  ];
}

function linesOf({ chapters }: Report): Line[] {
  const contents = chapters.flatMap(({ body }) =>
    body.kind === 'leaf' ? [body.content] : body.subChapters.map(({ content }) => content),
  );
  return contents.flatMap(({ batteries }) =>
    batteries.flatMap(({ results }) =>
      results.map(({ local, coding, value, ranges }) => ({
        code: local.code,
        loinc: coding.loinc?.code ?? '',
        label: local.label,
        value: value?.kind === 'quantity' ? value.lexical : '',
        unit: coding.printedUnit ?? '',
        range: ranges[0]?.text ?? '',
      })),
    ),
  );
}

/** The lines of text that a page of the report shows. */
function wordsOf({ laboratory, dossier, validators }: Report, lines: readonly Line[]): string[] {
  return [
    laboratory.name,
    ...(laboratory.address.lines ?? []),
    `Dossier ${dossier}`,
    ...validators.map(({ professional }) => professional.family ?? ''),
    ...lines.map(({ label, value, unit, range }) => `${label}   ${value} ${unit}   ${range}`),
  ];
}
