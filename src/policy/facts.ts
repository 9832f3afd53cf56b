import { keyOf } from '../report/addressees.ts';
import type { DispatchFlags } from '../report/dossier.ts';
import type { UnqualifiedCause } from '../report/identity.ts';
import type { MailboxOrigin, Professional } from '../report/people.ts';
import type { Report } from '../report/report.ts';

/** What deciding needs of a rendered version: plain JSON, so that planning again costs no rendering. */
export interface DispatchFacts {
  readonly processing: 'P' | 'T' | 'D';
  /** `matricule` only of a qualified identity. */
  readonly identity:
    | { readonly kind: 'qualified'; readonly matricule: string }
    | { readonly kind: 'unqualified'; readonly cause: UnqualifiedCause };
  /** `YYYYMMDD`, when complete. */
  readonly birthDate?: string;
  readonly validatorNamed: boolean;
  /** Nobody of ours validated, and all that it shows is what other laboratories released. */
  readonly releasedByOthersOnly?: true;
  readonly completeness: 'partial' | 'complete';
  readonly withdrawal: boolean;
  readonly nonHuman: boolean;
  readonly patientClass?: string;
  readonly professionals: readonly ProfessionalFact[];
  /** Of a report that came written: its documents cannot be changed. */
  readonly finished?: { readonly bearsIns: boolean; readonly hasN1: boolean };
}

export interface ProfessionalFact {
  /** {@link keyOf}: names the delivery when there is no mailbox. */
  readonly key: string;
  readonly mailbox?: string;
  /** Who gave the mailbox, when it is not the message. */
  readonly origin?: MailboxOrigin;
  /** Who prescribed: the one to whom a biologist may release what is masked to professionals. */
  readonly prescriber?: true;
}

/** Reduces a report to what the decision reads. The prescriber comes first, each professional once. */
export function factsOf(report: Report): DispatchFacts {
  const { patient, version } = report;
  const professionals = new Map<string, ProfessionalFact>();
  const add = (person: Professional, prescriber: boolean): void => {
    const key = keyOf(person);
    const known = professionals.get(key);
    // Named twice, and with an address only once: that is theirs.
    if (known && (known.mailbox !== undefined || person.mssante === undefined)) return;
    professionals.set(key, {
      key,
      ...(person.mssante ? { mailbox: person.mssante } : {}),
      ...(person.mssante && person.mailboxOrigin ? { origin: person.mailboxOrigin } : {}),
      ...(prescriber || known?.prescriber ? { prescriber: true } : {}),
    });
  };
  if (report.prescriber) add(report.prescriber, true);
  for (const { role, professional } of report.recipients) add(professional, role === 'prescriber');
  const birthDate = patient.traits.birthDate?.local;
  return {
    processing: report.processing,
    identity:
      patient.kind === 'qualified'
        ? { kind: 'qualified', matricule: patient.ins.matricule }
        : { kind: 'unqualified', cause: patient.cause },
    ...(birthDate?.length === 8 ? { birthDate } : {}),
    validatorNamed: report.validators.length > 0,
    ...(isReleasedByOthersOnly(report) ? { releasedByOthersOnly: true as const } : {}),
    completeness: version.completeness,
    withdrawal: version.cause === 'withdrawal',
    nonHuman: report.nonHuman,
    ...(report.patientClass ? { patientClass: report.patientClass } : {}),
    professionals: [...professionals.values()],
  };
}

function isReleasedByOthersOnly({ validators, chapters, attachments }: Report): boolean {
  const contents = chapters.flatMap(({ body }) =>
    body.kind === 'leaf' ? [body.content] : body.subChapters.map(({ content }) => content),
  );
  const shown = contents
    .flatMap(({ batteries }) => batteries)
    .flatMap(({ results, isolates }) => [
      ...results,
      ...isolates.flatMap(({ count, antibiogram }) => [...(count ? [count] : []), ...antibiogram]),
    ])
    .filter(({ value }) => value !== undefined);
  return (
    validators.length === 0 &&
    shown.length + attachments.length > 0 &&
    shown.every(({ releasedByPerformer }) => releasedByPerformer) &&
    attachments.every(({ from }) => from !== undefined)
  );
}

/** The circumstances of a decision: consents, acts of biologists, what has already left. */
export interface DispatchCircumstances {
  readonly flags: DispatchFlags;
  /** A biologist's date for the end of the announcement mask, ISO 8601. */
  readonly maskUntil: string | null;
  /** The report was deposited a month ago: open to the patient by right (CSP R.1111-53). */
  readonly visibleByRight?: boolean;
  readonly held?: { readonly by: string; readonly reason: string };
  /** Rules that a person lifted for this version: `rule`, or `rule@channel` for one channel only. */
  readonly lifted: readonly string[];
  readonly opposition: Readonly<
    Partial<
      Record<'dmp' | 'mssante-pro' | 'mssante-patient', { readonly by: string; readonly reason: string }>
    >
  >;
  /**
   * The patient's identity is no longer the one that the document bears: de-qualified, or another INS. What has not left
   * is frozen (decisions.md, Inputs).
   */
  readonly identityChanged?: boolean;
  /** ZFA-9 of the latest ADT. */
  readonly alimentation?: 'INO' | 'IO' | 'NA';
  /** Who has an earlier version: they get the replacement, or the withdrawal. */
  readonly alreadyHave: readonly { readonly channel: string; readonly recipient: string }[];
  /** Who of them has been told that it is withdrawn. */
  readonly toldOfWithdrawal?: readonly { readonly channel: string; readonly recipient: string }[];
  /** Who has this very document already: it came written, and another version of it differs in masks only. */
  readonly sameDocument?: readonly { readonly channel: string; readonly recipient: string }[];
  /** `YYYYMMDD` today, in the laboratory's zone: ages are counted with it. */
  readonly today: string;
}

/** What the laboratory sets. */
export interface DispatchSettings {
  readonly environment: 'production' | 'test' | 'demo';
  /** Channels that are configured; the others get no decision. */
  readonly channels: readonly ('dmp' | 'mssante-pro' | 'mssante-patient')[];
  /** The profile deposits the N1 beside the N3 (decisions.md, Document, N1). */
  readonly n1ToDmp: boolean;
  /** Partial reports go to the DMP without a person's act. */
  readonly partialToDmp: boolean;
  /** `masque_ps_bloque_mail`. */
  readonly masquePsBlocksMail: boolean;
  /** The source is a hospital's: mails are proposed, a person sends. */
  readonly hospitalSource: boolean;
  /** PV1-2 classes that mean a hospital stay. */
  readonly hospitalClasses: readonly string[];
  readonly patientDomain: string;
  /** Domains a professional's mailbox may have; `*.x` allows sub-domains. */
  readonly mailDomains: readonly string[];
  readonly majorityAge: number;
}
