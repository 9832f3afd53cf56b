import type { Identifier } from '../xds/datatypes.ts';

/**
 * MSSanté addresses are plain ASCII `dot-atom@domain` (RFC 5321 §4.1.2 without quoted strings nor address literals):
 * nothing that could close the angle brackets of an SMTP command or start another header.
 */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN =
  /^(?=.{4,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;

/** Longest local part (RFC 5321 §4.5.3.1.1). */
const MAX_LOCAL_PART = 64;

export interface Mailbox {
  readonly local: string;
  /** Lower case. */
  readonly domain: string;
}

/** Splits an address; undefined when it is not one. */
export function parseMailbox(address: string): Mailbox | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const domain = address.slice(at + 1);
  if (local.length > MAX_LOCAL_PART || !LOCAL_PART.test(local) || !DOMAIN.test(domain)) return undefined;
  return { local, domain: domain.toLowerCase() };
}

/** Is this a domain, or `*.` and a domain? */
export function isDomainPattern(pattern: string): boolean {
  return DOMAIN.test(pattern.startsWith('*.') ? pattern.slice(2) : pattern);
}

/** Does a domain belong to the allow-list? `*.mssante.fr` stands for every sub-domain, not for `mssante.fr` itself. */
export function isAllowedDomain(domain: string, patterns: readonly string[]): boolean {
  const name = domain.toLowerCase();
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
  });
}

/** The citizen's mailbox: the 15 characters of the matricule INS at the patients' domain (mssante.md §3). */
export function patientAddress(ins: Identifier, patientDomain: string): string {
  return `${ins.extension}@${patientDomain}`;
}

/** Addresses are compared without regard to case: a Corsican matricule may be written 2a or 2A. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
