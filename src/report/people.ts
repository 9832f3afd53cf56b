import type { Coding } from './coding.ts';

/** A postal address, as printed line by line. */
export interface Address {
  readonly lines: readonly string[];
  readonly postalCode?: string;
  readonly city?: string;
  readonly country?: string;
}

export interface Professional {
  /** National identifier PS_IdNat: `8` + RPPS (11 digits), `0` + ADELI… Absent when only a local code is known. */
  readonly idNat?: string;
  /** The code by which the source names this person, when it is not national. */
  readonly localCode?: string;
  readonly family: string;
  readonly given?: string;
  /** JDV_J245: M or MME. */
  readonly civility?: 'M' | 'MME';
  /** JDV_J246: DR, PR, MC… */
  readonly title?: string;
  /** JDV_J01, e.g. G15_10/SM03. */
  readonly profession?: Coding;
  /** MSSanté mailbox. */
  readonly mssante?: string;
  /** Where the mailbox comes from, when it is not the message. */
  readonly mailboxOrigin?: MailboxOrigin;
  /** National identifier of the structure where the person acts, when known (`1` + FINESS…). */
  readonly structure?: Organization;
}

/** Who gave an address that the message had not: kept so that each dispatch can be accounted for. */
export interface MailboxOrigin {
  /** The laboratory's table of correspondents, the imported national directory, or its FHIR API. */
  readonly by: 'table' | 'directory' | 'directory-api';
  /** Day of the extraction or of the answer, `AAAA-MM-JJ`, when known. */
  readonly asOf?: string;
}

export interface Organization {
  /** Struct_IdNat: `1` + FINESS géographique, `3` + SIRET… */
  readonly idNat?: string;
  readonly name: string;
  readonly phone?: string;
  readonly address?: Address;
}

/** A laboratory that performed examinations for ours (examens sous-traités, CSP R.6222-3). */
export interface PerformingLaboratory extends Organization {
  readonly director?: Professional;
}

/** `RPPS` (11 digits) or an idNat already prefixed → PS_IdNat; undefined for anything else. */
export function idNatOfRpps(text: string): string | undefined {
  if (/^\d{11}$/.test(text)) return `8${text}`;
  return /^[08]\d{9,11}$/.test(text) ? text : undefined;
}

/** `Dr Anne MARTIN`, as written on a report. */
export function printedName(person: Pick<Professional, 'family' | 'given' | 'title' | 'civility'>): string {
  const title =
    person.title === 'DR'
      ? 'Dr'
      : person.title === 'PR'
        ? 'Pr'
        : person.civility === 'MME'
          ? 'Mme'
          : person.civility;
  return [title, person.given, person.family.toLocaleUpperCase('fr')].filter(Boolean).join(' ');
}
