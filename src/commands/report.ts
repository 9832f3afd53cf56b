import { RELEASE_RULES } from '../policy/rules.ts';
import type { DispatchFlags } from '../report/dossier.ts';
import type { DeliveryRow, ReportDetails, ReportSummary } from '../store/rows.ts';
import { alertLine } from './alert-line.ts';
import { readChannels } from './channels.ts';
import { entryInWords } from './journal-words.ts';
import { mailLine, withoutPatients } from './mail.ts';
import { maskEndOf, NO_MASK_END } from './mask-end.ts';
import {
  type Column,
  type CommonOptions,
  complain,
  EXIT,
  type ExitCode,
  list,
  moment,
  type Output,
  say,
} from './output.ts';
import { actDone, withStore } from './store.ts';
import { CAUSE_WORDS, CHANNEL_WORDS, STATE_WORDS, VERSION_WORDS } from './words.ts';

/** Who acts and why: asked by every act. */
export interface ActOptions extends CommonOptions {
  readonly by: string;
  readonly reason?: string;
}

export const actOf = (options: ActOptions) => ({ by: options.by, reason: options.reason ?? '' });

const fate = (options: CommonOptions) => (delivery: DeliveryRow) => {
  const state = options.lang === 'en' ? delivery.state : STATE_WORDS[delivery.state];
  return `${options.lang === 'en' ? delivery.channel : CHANNEL_WORDS[delivery.channel]} ${state}`;
};

/** `crbio report list` */
export function listReports(output: Output, options: CommonOptions & { state?: string }): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const reports = await store.reports(options.state ? { state: options.state } : {});
    const columns: Column<ReportSummary & Record<string, unknown>>[] = [
      { french: 'compte rendu', english: 'report', value: (row) => row.reportId },
      { french: 'dossier', english: 'request', value: (row) => row.dossier },
      { french: 'version', english: 'version', value: (row) => `v${row.version}` },
      {
        french: 'résultats',
        english: 'results',
        value: (row) =>
          row.completeness === 'partial'
            ? say(options, 'partiels', 'partial')
            : say(options, 'complets', 'complete'),
      },
      { french: 'reçu', english: 'received', value: (row) => moment(row.createdAt) },
      {
        french: 'destinations',
        english: 'destinations',
        value: (row) =>
          (row.held ? `${say(options, 'RETENU', 'HELD')} ; ` : '') +
          (row.state === 'blocked'
            ? say(options, 'BLOQUÉ : document refusé', 'BLOCKED: document refused')
            : row.deliveries.map(fate(options)).join(' · ')),
      },
    ];
    list(output, options, reports as (ReportSummary & Record<string, unknown>)[], columns);
    return EXIT.done;
  });
}

/** `crbio report show ID` */
export function showReport(output: Output, options: CommonOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store, config) => {
    const report = await store.report(id);
    if (!report) return unknownReport(output, options, id);
    const mails = withoutPatients(config, await store.mails({ reportId: id }));
    if (options.json) {
      output.out(JSON.stringify({ ...report, mails }));
      return EXIT.done;
    }
    output.out(
      `${report.reportId} — ${say(options, 'dossier', 'request')} ${report.dossier}, ${say(options, 'source', 'source')} ${report.source}${report.held ? ` — ${say(options, 'RETENU', 'HELD')}` : ''}`,
    );
    for (const version of report.versions) {
      output.out(
        `  v${version.version} (${inWords(options, version)}) ${moment(version.createdAt)}${version.documentOid ? ` — ${version.documentOid}` : ''}`,
      );
      for (const warning of version.warnings) output.out(`     ! ${warning.text} [${warning.code}]`);
      for (const fault of version.faults) output.out(`     × ${fault.cause} [${fault.code}]`);
    }
    for (const delivery of report.deliveries) output.out(deliveryLine(options, delivery));
    for (const mail of mails) output.out(mailLine(options, mail));
    for (const ack of report.acknowledgements) output.out(ackLine(options, ack));
    for (const alert of await store.alerts({ subject: id })) output.out(alertLine(options, alert));
    return EXIT.done;
  });
}

const inWords = (options: CommonOptions, { cause, state }: ReportDetails['versions'][number]) =>
  options.lang === 'en' ? `${cause}, ${state}` : `${CAUSE_WORDS[cause]}, ${VERSION_WORDS[state]}`;

/** One delivery in a line: where, what became of it, why. */
export function deliveryLine(options: CommonOptions, delivery: DeliveryRow): string {
  const until = delivery.until ? ` ${say(options, "jusqu'au", 'until')} ${delivery.until}` : '';
  const error =
    delivery.lastCause && delivery.state !== 'delivered'
      ? ` — ${delivery.lastCause} [${delivery.lastCode}]`
      : '';
  const duplicate = delivery.possibleDuplicate
    ? ` — ${say(options, 'DOUBLE POSSIBLE (même Message-ID)', 'POSSIBLE DUPLICATE (same Message-ID)')}`
    : '';
  // Two professionals may receive the same report; a patient's address holds an INS and is not shown.
  const to =
    delivery.channel === 'mssante-pro' && delivery.recipient.includes('@') ? ` (${delivery.recipient})` : '';
  return `  v${delivery.version} ${fate(options)(delivery)}${to}${until} : ${delivery.reason} [${delivery.rule}]${error}${duplicate}  (${delivery.deliveryId})`;
}

/** What the sender of a finished document is told, and how it took it. */
function ackLine(options: CommonOptions, ack: ReportDetails['acknowledgements'][number]): string {
  const states = {
    waiting: say(options, 'à transmettre', 'to be told'),
    sent: say(options, 'transmis', 'told'),
    refused: say(options, 'REFUSÉ par l’émetteur', 'REFUSED by the sender'),
  };
  const trouble = ack.state !== 'sent' && ack.lastCause ? ` — ${ack.lastCause} [${ack.lastCode}]` : '';
  return `  v${ack.version} ZAM^${ack.event} ${ack.done ? 'Y' : 'N'} : ${states[ack.state]}${trouble}`;
}

/** `crbio report hold ID` */
export function holdReport(output: Output, options: ActOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) =>
    actDone(output, options, id, await store.hold(id, actOf(options)), 'retenu', 'held'),
  );
}

/** `crbio report release ID` */
export function releaseReport(
  output: Output,
  options: ActOptions & { channel?: readonly string[] },
  id: string,
): Promise<ExitCode> {
  const channels = options.channel && readChannels(output, options, options.channel);
  if (options.channel && !channels) return Promise.resolve(EXIT.usage);
  return withStore(output, options, async (store) => {
    const rules = { ...RELEASE_RULES, ...(channels ? { channels } : {}) };
    const result = await store.release(id, actOf(options), rules);
    const masked = result.done && result.stillMasked;
    return actDone(
      output,
      options,
      id,
      result,
      `libéré${masked ? ` ; reste masqué au patient jusqu'à l'annonce (crbio report unmask ${id} --patient)` : ''}`,
      `released${masked ? `; still masked to the patient until the announcement (crbio report unmask ${id} --patient)` : ''}`,
    );
  });
}

/** `crbio report withdraw ID` */
export function withdrawReport(output: Output, options: ActOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) =>
    actDone(output, options, id, await store.withdraw(id, actOf(options)), 'retiré', 'withdrawn'),
  );
}

export interface MaskOptions extends ActOptions {
  readonly ps?: boolean;
  readonly patient?: boolean;
  readonly representatives?: boolean;
  readonly until?: string;
}

/** `crbio report mask ID` and `unmask ID`: named masks, or every mask when none is named (unmask only). */
export function maskReport(
  output: Output,
  options: MaskOptions,
  id: string,
  masked: boolean,
): Promise<ExitCode> {
  const none = !options.ps && !options.patient && !options.representatives;
  if (masked && none) {
    output.err(
      say(
        options,
        'indiquer au moins un masquage : --ps, --patient ou --representatives',
        'name at least one mask: --ps, --patient or --representatives',
      ),
    );
    return Promise.resolve(EXIT.usage);
  }
  const change: DispatchFlags = {
    ...(options.ps || none ? { masquePs: masked } : {}),
    ...(options.patient || none ? { invisiblePatient: masked } : {}),
    ...(options.representatives || none ? { invisibleRepLegaux: masked } : {}),
  };
  return withStore(output, options, async (store, config) => {
    const until = options.until === undefined ? null : maskEndOf(options.until, config.laboratory.timeZone);
    if (until === undefined) {
      complain(output, options, NO_MASK_END);
      return EXIT.usage;
    }
    return actDone(
      output,
      options,
      id,
      await store.mask(id, change, until, actOf(options)),
      masked ? 'masqué' : 'démasqué',
      masked ? 'masked' : 'unmasked',
    );
  });
}

/** `crbio explain ID`: why each delivery was made, held or refused, step by step. */
export function explainReport(output: Output, options: CommonOptions, id: string): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const report = await store.report(id);
    if (!report) return unknownReport(output, options, id);
    const entries = await store.journal({ reportId: id });
    if (options.json) {
      output.out(JSON.stringify({ report: id, deliveries: report.deliveries, journal: entries }));
      return EXIT.done;
    }
    output.out(say(options, `Décisions pour ${id} :`, `Decisions for ${id}:`));
    for (const delivery of report.deliveries) output.out(deliveryLine(options, delivery));
    output.out(say(options, 'Pas à pas :', 'Step by step:'));
    for (const entry of entries)
      output.out(`  ${moment(entry.at)}  ${entry.actor}  ${entry.action}  ${entryInWords(options, entry)}`);
    return EXIT.done;
  });
}

function unknownReport(output: Output, options: CommonOptions, id: string): ExitCode {
  complain(output, options, {
    code: 'REPORT_UNKNOWN',
    cause: `aucun compte rendu ne porte l'identifiant ${id}`,
    hint: 'crbio report list donne les identifiants',
  });
  return EXIT.refused;
}
