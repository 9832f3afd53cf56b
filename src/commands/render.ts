import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { loadAssets, PACKAGE } from '../assets.ts';
import { type Config, readConfig } from '../config.ts';
import { isLonePdf, isSubcontractor } from '../intake/contributions.ts';
import { isXml } from '../intake/families.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { offlineXdm } from '../mssante/xdm.ts';
import { decide } from '../policy/decide.ts';
import type { DispatchSettings } from '../policy/facts.ts';
import { confirmRows } from '../report/confirmations.ts';
import type { Contribution } from '../report/contribution.ts';
import { CHANNELS, type DispatchDecision } from '../report/delivery.ts';
import type { Dossier } from '../report/dossier.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import { documentName, documentOid } from '../report/identifiers.ts';
import { isAnotherPatient, type StatedIdentity } from '../report/identity.ts';
import type { Consent } from '../report/patient-update.ts';
import type { Warning } from '../report/report.ts';
import type { LocalCode } from '../report/result.ts';
import { mergeReport, orderNumbersOf } from '../report/subcontracting.ts';
import { toXds } from '../report/timestamp.ts';
import { nextVersion } from '../report/versions.ts';
import {
  correspondentsOf,
  dispatchSettingsOf,
  laboratoryOf,
  profilesOf,
  subcontractorsOf,
} from '../settings.ts';
import type { DocumentAssets, RenderedDocument } from '../stages/document.ts';
import { itemsOf } from '../stages/items.ts';
import { inputFacts } from '../stages/printed.ts';
import { renderVersion } from '../stages/version.ts';
import { notThePatients, SET_ASIDE } from '../store/faults.ts';
import type { InterpretedItem, RenderTask } from '../store/records.ts';
import { readInputs } from './input-files.ts';
import { type CommonOptions, complain, counted, EXIT, type ExitCode, type Output, say } from './output.ts';

/** The sample laboratory of `crbio demo`: what `render` uses without --config. */
export const SAMPLE_CONFIG = join(PACKAGE, 'config', 'demo', 'crbio.yaml');

export interface RenderOptions extends CommonOptions {
  readonly out: string;
  readonly catalogue?: string;
}

/** `crbio render`: offline, no store, no network, nothing sent. */
export async function render(
  output: Output,
  options: RenderOptions,
  inputs: readonly string[],
): Promise<ExitCode> {
  const read = readConfig(options.config ?? SAMPLE_CONFIG);
  if (Array.isArray(read)) return stop(output, options, read);
  const config: Config = options.catalogue ? { ...read, catalogue: resolve(options.catalogue) } : read;
  const assets = loadAssets(config);
  if (Array.isArray(assets)) return stop(output, options, assets);
  const correspondents = correspondentsOf(config);
  if (isFaults(correspondents)) return stop(output, options, correspondents);
  const profile = offlineProfile(config, options.config !== undefined);
  if (!profile) return EXIT.usage;

  mkdirSync(options.out, { recursive: true });
  const session = new RenderSession(output, options, config, assets);
  const profiles = [...profilesOf(config).values()];
  const subcontractors = subcontractorsOf(config);
  const root = laboratoryOf(config).oids.documents;
  let refused = 0;
  for (const { path, bytes, sideFiles } of readInputs(inputs, profile.limits.maxBytes)) {
    const source = profileOf(path, bytes, profile, profiles);
    const facts = await inputFacts({ origin: basename(path), bytes }, source);
    if ('code' in facts) {
      refused += 1;
      complain(output, options, facts, basename(path));
      continue;
    }
    const context = { correspondents, sideFiles, subcontractors, input: facts, root };
    for (const item of itemsOf(bytes, source, context)) {
      const faults = await session.take(item);
      refused += faults.length;
      for (const fault of faults) complain(output, options, fault, basename(path));
    }
  }
  for (const fault of session.left()) {
    refused += 1;
    complain(output, options, fault);
  }
  return refused > 0 ? EXIT.refused : EXIT.done;
}

/**
 * Whose an input is: the source that its folder is named after; a CDA, or a PDF that comes alone, is that of the laboratory
 * which sends such; anything else is the first source's.
 */
function profileOf(
  path: string,
  bytes: Uint8Array,
  first: SourceProfile,
  profiles: readonly SourceProfile[],
): SourceProfile {
  const named = profiles.find(({ name }) => name === basename(dirname(path)));
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString(
    'latin1',
  );
  const found =
    named ??
    profiles.find(
      (one) =>
        isSubcontractor(one) &&
        (isLonePdf(bytes, path, one) || isXml(head.replace(/^\u00ef\u00bb\u00bf/, ''))),
    );
  return found && found.name !== first.name ? { ...found, finalTerminator: 'optional' } : first;
}

/** A report as this run knows it so far. */
interface Known {
  readonly ids: Pick<Extract<InterpretedItem, { kind: 'dossier' }>, 'reportId' | 'setOid'>;
  readonly contributions: readonly Contribution[];
  readonly messages: readonly Dossier[];
  readonly current: Dossier;
  readonly version: number;
}

const NO_REPORT: Fault = {
  code: 'SUBCONTRACTED_NO_REPORT',
  cause: 'le dossier de la demande que cite ce résultat sous-traité n’est pas parmi les fichiers donnés',
  hint: 'donner aussi le message de notre dossier ; le démon, lui, l’attendrait',
};

const nothingToConfirm = (rows: readonly LocalCode[]): Fault =>
  SET_ASIDE.confirmsNothing(rows.map(({ code }) => code));

/** Reports of one run: a dossier met twice is the next version of the same report, as in the daemon. */
class RenderSession {
  private readonly reports = new Map<string, Known>();
  private readonly consents = new Map<string, Consent>();
  private readonly people = new Map<string, StatedIdentity>();
  private readonly waiting: Contribution[] = [];
  private readonly output: Output;
  private readonly options: RenderOptions;
  private readonly config: Config;
  private readonly assets: DocumentAssets;

  constructor(output: Output, options: RenderOptions, config: Config, assets: DocumentAssets) {
    this.output = output;
    this.options = options;
    this.config = config;
    this.assets = assets;
  }

  /** @returns why the item is refused; empty when it is not */
  async take(item: InterpretedItem): Promise<readonly Fault[]> {
    if (item.kind === 'rejected') return [item.fault];
    if (item.kind === 'patient' && item.update.consent)
      this.consents.set(patientKey(item.update.identity.localId), item.update.consent);
    if (item.kind === 'contribution') {
      const { source, stream } = item.contribution;
      const words = [...this.waiting, ...[...this.reports.values()].flatMap((one) => one.contributions)];
      const read = confirmRows(item.contribution, () =>
        words.filter((one) => one.source === source && one.stream === stream),
      );
      if ('unknown' in read) return [nothingToConfirm(read.unknown)];
      this.waiting.push({ ...item.contribution, exams: read.exams });
      const faults = [];
      for (const known of [...this.reports.values()])
        faults.push(...(await this.make(known.ids, known.messages, known, item.contribution.warnings)));
      return faults;
    }
    if (item.kind !== 'dossier') return [];
    const known = this.reports.get(item.reportId);
    const foreign = this.notTheirs(item.dossier, known);
    if (foreign) return [foreign];
    this.people.set(patientKey(item.dossier.patient.localId), item.dossier.patient);
    const read = confirmRows(item.dossier, () => known?.messages ?? []);
    if ('unknown' in read) return [nothingToConfirm(read.unknown)];
    const messages = [...(known?.messages ?? []), { ...item.dossier, exams: read.exams }];
    return this.make({ reportId: item.reportId, setOid: item.setOid }, messages, known, item.warnings);
  }

  /** Why this request cannot be taken as the patient's that it names: the dossier or the number is another's. */
  private notTheirs({ patient, number }: Dossier, known: Known | undefined): Fault | undefined {
    if (known && isAnotherPatient(known.current.patient, patient)) return SET_ASIDE.dossierOfAnother(number);
    const holder = this.people.get(patientKey(patient.localId));
    return holder && isAnotherPatient(holder, patient) ? SET_ASIDE.numberOfAnother() : undefined;
  }

  /** Results of other laboratories whose report is not among the inputs. */
  left(): Fault[] {
    return this.waiting.map(() => NO_REPORT);
  }

  /** The contributions that have found this report, each once; those of another patient are refused. */
  private joined(reportId: string, messages: readonly Dossier[], known: Known | undefined) {
    const numbers = messages.flatMap(orderNumbersOf);
    const [dossier] = messages.slice(-1);
    const faults: Fault[] = [];
    const contributions = [...(known?.contributions ?? [])];
    for (const said of [...this.waiting]) {
      if (!dossier || !said.orders.some((number) => numbers.includes(number))) continue;
      if (said.clients.length > 0 && !said.clients.includes(dossier.source)) continue;
      this.waiting.splice(this.waiting.indexOf(said), 1);
      const fault = notThePatients(said.patient, dossier.patient, reportId);
      if (fault) faults.push(fault);
      else contributions.push(said);
    }
    return { contributions, faults };
  }

  private async make(
    ids: Known['ids'],
    messages: readonly Dossier[],
    known: Known | undefined,
    warnings: readonly Warning[],
  ): Promise<readonly Fault[]> {
    const { reportId, setOid } = ids;
    const { contributions, faults } = this.joined(reportId, messages, known);
    const next = nextVersion(known?.current, mergeReport(messages, contributions));
    if (next.kind === 'unchanged') return faults;
    const { dossier, cause } = next;
    const version = (known?.version ?? 0) + 1;
    this.reports.set(reportId, { ids, messages, contributions, current: dossier, version });
    const replaces = known && {
      documentOid: documentOid(setOid, known.version),
      number: known.version,
      effectiveTime: known.current.issuedAt,
    };
    const task = {
      reportId,
      version,
      setOid,
      dossier,
      cause,
      flags: dossier.flags,
      ...(replaces ? { replaces } : {}),
    };
    const result = await renderVersion(task, this.assets);
    if ('faults' in result) return [...faults, ...result.faults];
    await this.write(task, result, [...warnings, ...result.warnings]);
    return faults;
  }

  private async write(
    { reportId, version, dossier }: RenderTask,
    result: RenderedDocument,
    warnings: readonly Warning[],
  ): Promise<void> {
    const name = documentName(reportId, version);
    const deliveries = this.decisions(dossier, result);
    const plan = {
      report: reportId,
      version,
      status: dossier.completeness === 'partial' ? 'active' : 'completed',
      identity: result.identity,
      warnings,
      deliveries: deliveries.map(
        ({ channel, recipient, decision, until, reason, rule, confidentiality }) => ({
          channel,
          recipient,
          decision,
          until,
          reason,
          rule,
          confidentiality,
        }),
      ),
    };
    const { oids, name: sender, phone: contact } = this.assets.laboratory;
    const xdm = await offlineXdm(result.cda, {
      time: toXds(dossier.issuedAt),
      sourceId: oids.software,
      sender,
      contact,
    });
    const file = (suffix: string) => join(this.options.out, `${name}${suffix}`);
    writeFileSync(file('.cda.xml'), result.cda);
    writeFileSync(file('.pdf'), result.pdf);
    writeFileSync(file('.xdm.zip'), xdm);
    writeFileSync(file('.plan.json'), `${JSON.stringify(plan, null, 2)}\n`);
    if (this.options.json) return this.output.out(JSON.stringify({ name, ...plan }));
    const fates = deliveries.map(({ channel, decision }) => `${channel} ${decision}`).join(', ');
    const status = say(this.options, plan.status === 'active' ? 'partiel' : 'complet', plan.status);
    const warned =
      warnings.length > 0
        ? `  (${say(this.options, counted(warnings.length, 'avertissement', 'avertissements'), `${warnings.length} warning(s)`)})`
        : '';
    this.output.out(`${name}  ${status}  ${fates}${warned}`);
  }

  private decisions(dossier: Dossier, result: RenderedDocument): DispatchDecision[] {
    const consent = this.consents.get(patientKey(dossier.patient.localId));
    const circumstances = {
      flags: dossier.flags,
      maskUntil: null,
      lifted: [],
      opposition: {},
      alreadyHave: [],
      ...(consent ? { alimentation: consent.alimentation } : {}),
      today: dossier.issuedAt.local.slice(0, 8),
    };
    return decide(result.facts, circumstances, offlineDispatch(this.config, dossier.source));
  }
}

/** Every channel is planned offline, as if configured: the plan shows what would leave. */
function offlineDispatch(config: Config, source: string): DispatchSettings {
  const settings = dispatchSettingsOf(config, source);
  return config.mssante
    ? settings
    : {
        ...settings,
        channels: CHANNELS,
        mailDomains: ['*.invalid'],
        patientDomain: 'patient.sandbox-mssante.invalid',
      };
}

/** The first source's profile; without a configuration of its own a file may lack its last end of line. */
function offlineProfile(config: Config, configured: boolean): SourceProfile | undefined {
  const profile = [...profilesOf(config).values()][0];
  return profile && (configured ? profile : { ...profile, finalTerminator: 'optional' });
}

function patientKey({ value, authority }: { value: string; authority?: string }): string {
  return `${authority ?? ''}|${value}`;
}

function stop(output: Output, options: CommonOptions, faults: readonly Fault[]): ExitCode {
  for (const fault of faults) complain(output, options, fault);
  return EXIT.usage;
}
