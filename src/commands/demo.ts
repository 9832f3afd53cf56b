import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PACKAGE } from '../assets.ts';
import { readConfig } from '../config.ts';
import { documentName } from '../report/identifiers.ts';
import type { Store } from '../store/model.ts';
import type { DeliveryRow, ReportSummary } from '../store/rows.ts';
import { openStore } from '../store/store.ts';
import {
  drop,
  startDaemonProcess,
  startSandbox,
  stopProcess,
  writeConfiguration,
} from './demo-laboratory.ts';
import { type CommonOptions, counted, EXIT, type ExitCode, type Output, say } from './output.ts';
import { databaseFile } from './store.ts';
import { CHANNEL_WORDS, STATE_WORDS } from './words.ts';

/** Longest wait for the inputs of one wave to settle. */
const SETTLE_MS = 40_000;

/** What the demonstration must end with: for each dossier its version and the fate of each delivery. */
interface Expected {
  readonly waves: readonly (readonly string[])[];
  readonly reports: Readonly<
    Record<
      string,
      { readonly about: string; readonly version: number; readonly deliveries: readonly string[] }
    >
  >;
  readonly quarantined: readonly string[];
}

/** `crbio demo`: sandbox, sample laboratory, sample inputs, the whole pipeline, a summary. Exit 0 when all is as expected. */
export async function demo(output: Output, options: CommonOptions & { keep?: boolean }): Promise<ExitCode> {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-demo-'));
  const inputs = join(PACKAGE, 'config', 'demo', 'inputs');
  const expected = JSON.parse(
    readFileSync(join(PACKAGE, 'config', 'demo', 'expected.json'), 'utf8'),
  ) as Expected;

  output.out(
    say(
      options,
      'Bac à sable : un DMP et un opérateur MSSanté sur la boucle locale…',
      'Sandbox: a DMP and an MSSanté operator on loopback…',
    ),
  );
  const sandbox = await startSandbox(join(folder, 'sandbox'));
  const laboratory = join(folder, 'laboratoire');
  const configFile = writeConfiguration(laboratory, sandbox.access);
  const config = readConfig(configFile);
  if (Array.isArray(config)) throw new Error(config.map((fault) => fault.cause).join('\n'));
  const daemon = await startDaemonProcess(configFile);
  const store = openStore({ file: databaseFile(config), now: Date.now });
  let asExpected = false;
  try {
    const exportFolder = join(laboratory, 'export');
    for (const wave of expected.waves) {
      for (const name of wave) {
        drop(join(inputs, name), exportFolder);
        output.out(`  → ${name}`);
      }
      await settled(store, exportFolder, output, options);
    }
    const reports = await store.reports({});
    await writeDocuments(store, reports, join(folder, 'documents'));
    asExpected = await summarise(output, options, store, reports, expected);
    output.out('');
    output.out(`${say(options, 'Documents émis', 'Documents emitted')}      : ${join(folder, 'documents')}`);
    output.out(
      `${say(options, 'Reçu par le DMP et les boîtes', 'Received by the DMP and mailboxes')} : ${sandbox.folder}`,
    );
    output.out(
      `${say(options, 'Laboratoire (archive, quarantaine)', 'Laboratory (archive, quarantine)')} : ${laboratory}`,
    );
    if (options.keep) {
      output.out(
        say(
          options,
          `En marche : crbio report list --config ${configFile} (Ctrl-C pour arrêter)`,
          `Running: crbio report list --config ${configFile} (Ctrl-C to stop)`,
        ),
      );
      await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
    }
  } finally {
    await store.close();
    await stopProcess(daemon);
    await stopProcess(sandbox.process);
  }
  return asExpected ? EXIT.done : EXIT.refused;
}

/** Waits until every dropped file has moved and nothing is left to do, showing each change. */
async function settled(
  store: Store,
  exportFolder: string,
  output: Output,
  options: CommonOptions,
): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  let shown = '';
  for (let quiet = 0; quiet < 2; ) {
    await delay(150);
    const left = readdirSync(exportFolder).length;
    const reports = await store.reports({});
    const busy = reports.filter(
      (report) =>
        report.state === 'interpreted' ||
        report.state === 'rendered' ||
        report.deliveries.some((row) => ['waiting', 'leased', 'on-wire', 'unknown'].includes(row.state)),
    ).length;
    const delivered = (await store.deliveries({ states: ['delivered'], limit: 10_000 })).length;
    const line = say(
      options,
      `  ${counted(reports.length, 'compte rendu', 'comptes rendus')}, ${counted(delivered, 'envoi remis', 'envois remis')}, ${busy} en cours`,
      `  ${reports.length} reports, ${delivered} delivered, ${busy} in progress`,
    );
    if (line !== shown) output.out(line);
    shown = line;
    quiet = left === 0 && busy === 0 ? quiet + 1 : 0;
    if (Date.now() > deadline) return;
  }
}

async function writeDocuments(
  store: Store,
  reports: readonly ReportSummary[],
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await Promise.all(
    reports.map(async (report) => {
      const documents = await store.documents(report);
      if (!documents) return;
      const name = documentName(report.reportId, report.version);
      writeFileSync(join(folder, `${name}.cda.xml`), documents.cda);
      writeFileSync(join(folder, `${name}.pdf`), documents.pdf);
    }),
  );
}

async function summarise(
  output: Output,
  options: CommonOptions,
  store: Store,
  reports: readonly ReportSummary[],
  expected: Expected,
): Promise<boolean> {
  const differences: string[] = [];
  for (const report of [...reports].sort((a, b) => a.dossier.localeCompare(b.dossier))) {
    const wanted = expected.reports[report.dossier];
    output.out('');
    output.out(
      `${report.dossier} — ${wanted?.about ?? '?'} — v${report.version}${report.completeness === 'partial' ? say(options, ' (partiel)', ' (partial)') : ''}   ${report.reportId}`,
    );
    for (const row of report.deliveries)
      output.out(
        `    ${CHANNEL_WORDS[row.channel].padEnd(22)} ${STATE_WORDS[row.state].padEnd(11)} ${shortRecipient(row)}${row.until ? ` jusqu'au ${row.until}` : ''}${row.reason}${row.lastCause && row.state === 'failed' ? ` — ${row.lastCause}` : ''}`,
      );
    const got = report.deliveries.map((row) => `${row.channel} ${row.state} ${row.rule}`).sort();
    const fates = [...(wanted?.deliveries ?? [])].sort();
    if (wanted?.version !== report.version || got.join('\n') !== fates.join('\n'))
      differences.push(
        `${report.dossier} v${report.version}: ${got.join(', ')} ≠ v${wanted?.version}: ${fates.join(', ')}`,
      );
  }
  const missing = Object.keys(expected.reports).filter(
    (dossier) => !reports.some((report) => report.dossier === dossier),
  );
  differences.push(...missing.map((dossier) => `${dossier}: no report`));
  const quarantine = await store.quarantine({});
  output.out('');
  output.out(say(options, 'Quarantaine :', 'Quarantine:'));
  for (const row of quarantine)
    output.out(`    ${row.origin} : ${row.fault.cause} → ${row.fault.hint} [${row.fault.code}]`);
  const origins = quarantine
    .map((row) => row.origin)
    .sort()
    .join(', ');
  if (origins !== [...expected.quarantined].sort().join(', '))
    differences.push(`quarantine: ${origins} ≠ ${expected.quarantined.join(', ')}`);
  const { entries, brokenAt } = await store.verifyJournal();
  output.out(
    say(
      options,
      `Journal : ${entries} entrées, chaînage ${brokenAt === undefined ? 'intact' : `ROMPU à ${brokenAt}`}`,
      `Journal: ${entries} entries, chain ${brokenAt === undefined ? 'intact' : `BROKEN at ${brokenAt}`}`,
    ),
  );
  for (const difference of differences) output.err(`≠ ${difference}`);
  return differences.length === 0 && brokenAt === undefined;
}

/** Mailboxes of the sandbox are fictional, but the habit of not printing a patient's address is kept. */
function shortRecipient(row: DeliveryRow): string {
  return row.channel === 'mssante-pro' && row.recipient.includes('@') ? `${row.recipient} : ` : '';
}
