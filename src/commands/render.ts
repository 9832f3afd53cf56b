import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadAssets, PACKAGE } from '../assets.ts';
import { type Config, pathOf, readConfig } from '../config.ts';
import { readCorrespondents } from '../intake/correspondents.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { offlineXdm } from '../mssante/xdm.ts';
import { decide } from '../policy/decide.ts';
import type { DispatchSettings } from '../policy/facts.ts';
import { CHANNELS, type DispatchDecision } from '../report/delivery.ts';
import type { Dossier } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import { documentName, documentOid } from '../report/identifiers.ts';
import { mergeDossiers } from '../report/merge.ts';
import type { Warning } from '../report/report.ts';
import { toXds } from '../report/timestamp.ts';
import { nextVersion } from '../report/versions.ts';
import { dispatchSettingsOf, laboratoryOf, profilesOf } from '../settings.ts';
import type { DocumentAssets, RenderedDocument, VersionToRender } from '../stages/document.ts';
import { itemsOf } from '../stages/items.ts';
import { renderVersion } from '../stages/version.ts';
import type { Consent, InterpretedItem } from '../store/model.ts';
import { readInputs } from './input-files.ts';
import { type CommonOptions, complain, EXIT, type ExitCode, type Output, say } from './output.ts';

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
  const config: Config = options.catalogue
    ? { ...read, catalogue: join(process.cwd(), options.catalogue) }
    : read;
  const assets = loadAssets(config);
  if (Array.isArray(assets)) return stop(output, options, assets);
  const correspondents = config.correspondents
    ? readCorrespondents(pathOf(config, config.correspondents))
    : [];
  if (isFaults(correspondents)) return stop(output, options, correspondents);
  const profile = offlineProfile(config, options.config !== undefined);
  if (!profile) return EXIT.usage;

  mkdirSync(options.out, { recursive: true });
  const session = new RenderSession(output, options, config, assets);
  let refused = 0;
  for (const { path, bytes, sideFiles } of readInputs(inputs, profile.limits.maxBytes)) {
    const context = { correspondents, sideFiles, root: laboratoryOf(config).oids.documents };
    for (const item of itemsOf(bytes, profile, context)) {
      const faults = await session.take(item);
      refused += faults.length;
      for (const fault of faults) complain(output, options, fault, basename(path));
    }
  }
  return refused > 0 ? EXIT.refused : EXIT.done;
}

/** A report as this run knows it so far. */
interface Known {
  readonly messages: readonly Dossier[];
  readonly current: Dossier;
  readonly version: number;
}

/** Reports of one run: a dossier met twice is the next version of the same report, as in the daemon. */
class RenderSession {
  private readonly reports = new Map<string, Known>();
  private readonly consents = new Map<string, Consent>();
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
    if (item.kind !== 'dossier') return [];
    const { reportId, setOid } = item;
    const known = this.reports.get(reportId);
    const messages = [...(known?.messages ?? []), item.dossier];
    const next = nextVersion(known?.current, mergeDossiers(messages));
    if (next.kind === 'unchanged') return [];
    const { dossier, cause } = next;
    const version = (known?.version ?? 0) + 1;
    this.reports.set(reportId, { messages, current: dossier, version });
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
    if ('faults' in result) return result.faults;
    await this.write(task, result, [...item.warnings, ...result.warnings]);
    return [];
  }

  private async write(
    { reportId, version, dossier }: VersionToRender,
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
        ? `  (${warnings.length} ${say(this.options, 'avertissement(s)', 'warning(s)')})`
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

function isFaults(value: readonly unknown[]): value is readonly Fault[] {
  return value.some((item) => typeof item === 'object' && item !== null && 'cause' in item);
}
