import { createHash } from 'node:crypto';
import { type Config, pathOf } from './config.ts';
import { DEFAULT_DMP_OPTIONS, type DmpSettings } from './dmp/settings.ts';
import { type Correspondent, readCorrespondents } from './intake/correspondents.ts';
import { subjectPattern } from './intake/mllp/peers.ts';
import type { ListenerOptions } from './intake/mllp/server.ts';
import { DEFAULT_LIMITS, type SourceProfile, sourceProfile } from './intake/profile.ts';
import type { KnownLaboratory } from './intake/subcontractors.ts';
import { MSSANTE_DEFAULTS, type MssanteSettings } from './mssante/settings.ts';
import { readCredential } from './ops/credentials.ts';
import { type OpenedPkcs12, openPkcs12 } from './ops/pkcs12.ts';
import type { PfiSettings } from './pfi/settings.ts';
import type { DispatchSettings } from './policy/facts.ts';
import type { Channel } from './report/delivery.ts';
import type { Fault } from './report/fault.ts';
import { type Laboratory, oidsUnder } from './report/laboratory.ts';
import type { Address, Professional } from './report/people.ts';
import type { SideFileSettings } from './stages/side-files.ts';

/** From the configuration to what each folder asks for: the one place that knows both forms. */

/** The laboratory of the documents. */
export function laboratoryOf(config: Pick<Config, 'laboratory'>): Laboratory {
  const {
    oidRoot,
    director,
    biologists,
    address,
    legalForm,
    email,
    website,
    accreditation,
    automaticValidationNotice,
    ...rest
  } = config.laboratory;
  const people = biologists.map((biologist) => defined(biologist) as Professional);
  const head = people.find((biologist) => biologist.idNat === director);
  if (!head)
    throw new Error('the schema lets no configuration pass whose director is not among its biologists');
  return {
    ...rest,
    ...defined({ legalForm, email, website, accreditation, automaticValidationNotice }),
    address: defined(address) as Laboratory['address'],
    oids: oidsUnder(oidRoot),
    director: head,
    biologists: people,
  };
}

/** The profile of each source, by name. */
export function profilesOf(config: Config): ReadonlyMap<string, SourceProfile> {
  const { oids, name, idNat, timeZone } = laboratoryOf(config);
  // A frame needs no last end of line, and its acknowledgement needs MSH-10.
  const listeners = config.listeners.map(
    (one) => ({ ...one, finalTerminator: 'framed', controlIdRequired: true }) as const,
  );
  const folders = config.sources.map((one) => ({ ...one, controlIdRequired: false }));
  const otherLaboratories = subcontractorsOf(config);
  return new Map(
    [...folders, ...listeners].map((source) => [
      source.name,
      sourceProfile({
        name: source.name,
        patientAuthority: patientAuthorityOf(source, oids.patients),
        charset: source.charset,
        zone: source.timeZone ?? timeZone,
        ownFacilities: [name, idNat, idNat.slice(1), ...source.ownFacilities],
        otherLaboratories,
        dossierNumber: source.dossierNumber,
        ...subcontractorOf(source),
        metaDmpMss: source.metaDmpMss,
        preliminaryIsValidated: source.preliminaryIsValidated,
        hospital: source.hospital,
        automaticValidators: source.automaticValidators,
        sourcePdf: source.sourcePdf,
        hprimMedecin: source.hprimMedecin,
        hprimLiaisonL: source.hprimLiaisonL,
        isolateCodes: source.isolateCodes,
        decimalMark: source.decimalMark,
        finalTerminator: source.finalTerminator,
        batches: source.batches,
        controlIdRequired: source.controlIdRequired,
        limits: { ...DEFAULT_LIMITS, maxBytes: source.maxBytes },
      }),
    ]),
  );
}

/** What a source that is another laboratory is read by: its own examinations are those of its own name. */
function subcontractorOf({
  name,
  subcontractor,
}: Config['sources'][number] | Config['listeners'][number]): Partial<SourceProfile> {
  if (!subcontractor) return {};
  const { laboratory, names, worksFor, orderNumber, fileName } = subcontractor;
  const known = knownLaboratory(subcontractor);
  return {
    ownFacilities: [laboratory.name, laboratory.idNat, laboratory.idNat.slice(1), ...names],
    dossierNumber: orderNumber,
    subcontractor: {
      ...known,
      clients: worksFor,
      codePrefix: subcontractor.codePrefix ?? `${name}:`,
      ...(fileName ? { fileName: new RegExp(fileName, 'iu') } : {}),
    },
  };
}

function knownLaboratory({ laboratory, names }: NonNullable<Config['sources'][number]['subcontractor']>) {
  const { address, director, phone, ...rest } = laboratory;
  return {
    laboratory: {
      ...rest,
      address: defined(address) as Address,
      ...(phone ? { phone } : {}),
      ...(director ? { director: defined(director) as Professional } : {}),
    },
    names,
  };
}

/** The laboratories that work for ours, by whatever source they send. */
export function subcontractorsOf(config: Pick<Config, 'sources' | 'listeners'>): KnownLaboratory[] {
  return [...config.sources, ...config.listeners].flatMap(({ subcontractor }) =>
    subcontractor ? [knownLaboratory(subcontractor)] : [],
  );
}

const DAY_MS = 86_400_000;

/** How long a source's subcontracted examinations may be waited for (ms). */
export function subcontractedWaitOf(config: Pick<Config, 'sources' | 'listeners'>, source: string): number {
  const found = [...config.sources, ...config.listeners].find(({ name }) => name === source);
  return Math.round((found?.subcontractedDays ?? 0) * DAY_MS);
}

/** How a folder lays documents beside its messages. */
export function sideFilesOf({
  sideFiles,
  subcontractor,
}: Pick<Config['sources'][number], 'sideFiles' | 'subcontractor'>): SideFileSettings {
  return {
    ...sideFiles,
    ...(subcontractor?.fileName ? { alone: new RegExp(subcontractor.fileName, 'iu') } : {}),
  };
}

/**
 * OID of a source's patient numbers. Each source has its own under the laboratory's, since two hospitals may both have a
 * patient 12345; it follows from the name alone, so that adding a source moves no patient. Sources that share their
 * numbers (an ADT feed and its laboratory's results) name the same authority: its OID, else any name, which stands for
 * one under the laboratory's.
 */
function patientAuthorityOf(
  source: Pick<Config['sources'][number], 'name' | 'patientAuthority'>,
  root: string,
) {
  const { name, patientAuthority } = source;
  if (patientAuthority === undefined) return `${root}.${arcOf(name)}`;
  const oid = patientAuthority.replace(/^urn:oid:/i, '');
  return isOid(oid) ? oid : `${root}.${arcOf(`authority ${patientAuthority}`)}`;
}

const isOid = (text: string): boolean => /^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(text) && text.length <= 64;

function arcOf(name: string): number {
  return createHash('sha256').update(name, 'utf8').digest().readUInt32BE();
}

/** The laboratory's table of correspondents, read; or what is wrong with it. */
export function correspondentsOf(config: Config): Correspondent[] | Fault[] {
  return config.correspondents ? readCorrespondents(pathOf(config, config.correspondents)) : [];
}

/** The channels that are configured. */
export function channelsOf(config: Pick<Config, 'dmp' | 'mssante'>): Channel[] {
  return [
    ...(config.dmp ? (['dmp'] as const) : []),
    ...(config.mssante?.toProfessionals ? (['mssante-pro'] as const) : []),
    ...(config.mssante?.toPatients ? (['mssante-patient'] as const) : []),
  ];
}

/** The dispatch rules' settings for a source. */
export function dispatchSettingsOf(config: Config, source: string): DispatchSettings {
  const { rules, mssante } = config;
  return {
    environment: config.environment,
    channels: channelsOf(config),
    n1ToDmp: config.document.profile === 'segur-v1',
    partialToDmp: rules.partialToDmp,
    masquePsBlocksMail: rules.masque_ps_bloque_mail,
    hospitalSource:
      [...config.sources, ...config.listeners].find(({ name }) => name === source)?.hospital ?? false,
    hospitalClasses: rules.hospitalClasses,
    patientDomain: mssante?.patientDomain ?? 'patient.invalid',
    mailDomains: mssante?.domains ?? [],
    majorityAge: rules.majorityAge,
  };
}

/** The DMP client's settings, certificates and secrets read; or what could not be read. */
export function dmpSettingsOf(config: Config): DmpSettings | Fault[] | undefined {
  const { dmp } = config;
  if (!dmp) return undefined;
  const reader = credentialReader(config);
  const { idNat, facilityType, oids } = laboratoryOf(config);
  const settings: DmpSettings = {
    url: dmp.url.replace(/\/$/, ''),
    software: {
      id: dmp.software.oid,
      name: dmp.software.name,
      version: dmp.software.version,
      homologation: reader.secret(dmp.software.homologation).trim(),
    },
    structure: { idNat, sector: facilityType },
    signing: reader.pair(dmp.signature),
    client: reader.pair(dmp.client),
    ca: reader.open(dmp.authorities),
    sourceId: oids.software,
    options: {
      ...DEFAULT_DMP_OPTIONS,
      lotDigest: dmp.lotDigest,
      vihf: { ...DEFAULT_DMP_OPTIONS.vihf, version: dmp.vihfVersion },
      existenceTest: { ...DEFAULT_DMP_OPTIONS.existenceTest, enabled: dmp.testExistence },
      answerTimeoutMs: dmp.timeoutMs,
      maxConnections: dmp.concurrency,
    },
  };
  return reader.faults.length > 0 ? reader.faults : settings;
}

/** The mail channels' settings, certificates and secrets read; or what could not be read. */
export function mssanteSettingsOf(config: Config): MssanteSettings | Fault[] | undefined {
  const { mssante, laboratory, dmp } = config;
  if (!mssante) return undefined;
  const reader = credentialReader(config);
  const { authentication } = mssante;
  const client = reader.pair(mssante.client);
  const settings: MssanteSettings = {
    ...MSSANTE_DEFAULTS,
    host: mssante.host,
    port: mssante.port,
    clientCertificate: client.certificate,
    clientKey: client.key,
    authorities: reader.open(mssante.authorities),
    authentication:
      authentication.mode === 'PLAIN'
        ? { ...authentication, password: reader.secret(authentication.password).trim() }
        : (defined(authentication) as MssanteSettings['authentication']),
    from: { address: mssante.from, label: mssante.label },
    replyTo: defined(mssante.replyTo),
    contact: mssante.contact,
    patientsMayNotReply: mssante.patientsMayNotReply,
    patientDomain: mssante.patientDomain,
    domains: mssante.domains,
    nil: mssante.nil,
    software: {
      name: dmp?.software.name ?? 'crbio',
      version: dmp?.software.version ?? '0',
      vendor: laboratory.name,
    },
    sourceOid: laboratoryOf(config).oids.software,
    timeouts: {
      ...MSSANTE_DEFAULTS.timeouts,
      connect: Math.min(mssante.timeoutMs, MSSANTE_DEFAULTS.timeouts.connect),
    },
    maxIdleConnections: mssante.concurrency,
  };
  return reader.faults.length > 0 ? reader.faults : settings;
}

/** What a listener needs to open, beside its profile. */
export interface ListenerSettings extends ListenerOptions {
  /** Of its source. */
  readonly name: string;
}

/** The listeners, certificates and keys read; or what could not be read. */
export function listenersOf(config: Config): ListenerSettings[] | Fault[] {
  const reader = credentialReader(config);
  const listeners = config.listeners.map((one): ListenerSettings => {
    const { name, host, port, maxBytes, maxConnections, idleMs, frameMs, allowedPeers, tls } = one;
    const options = { name, host, port, maxBytes, maxConnections, idleMs, frameMs, allowedPeers };
    if (!tls) return options;
    return {
      ...options,
      tls: {
        ...reader.pair(tls.server),
        ...(tls.clientAuthorities ? { clientAuthorities: reader.open(tls.clientAuthorities) } : {}),
        clientSubjects: tls.clientSubjects.flatMap((text) => {
          const pattern = subjectPattern(text);
          return pattern ? [pattern] : [];
        }),
      },
    };
  });
  return reader.faults.length > 0 ? reader.faults : listeners;
}

/** Where each source's sender is told what became of its documents, certificates read; or what could not be read. */
export function acknowledgementsOf(config: Config): ReadonlyMap<string, PfiSettings> | Fault[] {
  const reader = credentialReader(config);
  const found = [...config.sources, ...config.listeners].flatMap(({ name, acknowledgements: peer }) => {
    if (!peer) return [];
    const { host, port, timeoutMs, tls } = peer;
    const settings: PfiSettings = {
      host,
      port,
      timeoutMs,
      ...(tls
        ? {
            tls: {
              authorities: reader.open(tls.authorities),
              ...(tls.servername ? { servername: tls.servername } : {}),
              ...(tls.client ? { client: reader.pair(tls.client) } : {}),
            },
          }
        : {}),
    };
    return [[name, settings] as const];
  });
  return reader.faults.length > 0 ? reader.faults : new Map(found);
}

type KeyPairReference = NonNullable<Config['dmp']>['client'];

/** Reads what the configuration names, and keeps the faults so that all are told at once. */
export function credentialReader(config: Pick<Config, 'base'>) {
  const faults: Fault[] = [];
  const bytes = (reference: string, secret: boolean): Buffer => {
    const found = readCredential(reference, config.base, { secret });
    if (Buffer.isBuffer(found)) return found;
    faults.push(found);
    return Buffer.alloc(0);
  };
  const open = (reference: string) => bytes(reference, false).toString('utf8');
  const secret = (reference: string) => bytes(reference, true).toString('utf8');
  const pair = (reference: KeyPairReference): OpenedPkcs12 => {
    if ('certificate' in reference)
      return { certificate: open(reference.certificate), key: secret(reference.key) };
    const file = bytes(reference.pkcs12, true);
    const password = secret(reference.password).trim();
    const opened = faults.length > 0 ? undefined : openPkcs12(file, password);
    if (opened && 'certificate' in opened) return opened;
    if (opened) faults.push({ ...opened, position: reference.pkcs12 });
    return { certificate: '', key: '' };
  };
  return { faults, open, secret, pair };
}

/** Absolute folders of a source. */
export function foldersOf(
  config: Config,
  source: Config['sources'][number],
): { folder: string; archive: string; quarantine: string } {
  return {
    folder: pathOf(config, source.folder),
    archive: pathOf(config, source.archive),
    quarantine: pathOf(config, source.quarantine),
  };
}

/** By source: the folder of the answers to who sends its files. */
export function answerFoldersOf(config: Config): ReadonlyMap<string, string> {
  return new Map(
    config.sources.flatMap(({ name, answers }) =>
      answers === undefined ? [] : [[name, pathOf(config, answers)] as const],
    ),
  );
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Drops the keys whose value is undefined: the schema's optional keys are there without a value. */
function defined<T extends object>(
  value: T,
): Partial<Defined<T>> & Pick<T, { [K in keyof T]: undefined extends T[K] ? never : K }[keyof T]> {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}
