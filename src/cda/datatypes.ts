import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';
import type { Address, Organization, Professional } from '../report/people.ts';
import type { Timestamp } from '../report/timestamp.ts';
import { toCda } from '../report/timestamp.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** CDA datatypes as the CI-SIS header and entries write them (cr-bio: §3, §4.2, §4.3). */

export const templateIds = (roots: readonly string[]): XmlElement[] =>
  roots.map((root) => el('templateId', { root }));

export const id = (root: string, extension?: string, name = 'id'): XmlElement =>
  el(name, { root, extension });

export function coded(name: string, coding: Coding): XmlElement {
  return el(name, { code: coding.code, codeSystem: coding.system, displayName: coding.display });
}

/** TS element; without a time, the nullFlavor that says it is unknown. */
export function time(name: string, at: Timestamp | undefined): XmlElement {
  return at ? el(name, { value: toCda(at) }) : el(name, { nullFlavor: 'UNK' });
}

/** A name: prefix in JDV_J245, suffix in JDV_J246; nothing else passes. */
export function personName(person: Professional): XmlElement {
  return el(
    'name',
    {},
    person.civility === undefined ? undefined : el('prefix', {}, person.civility),
    el('family', {}, person.family),
    person.given === undefined ? undefined : el('given', {}, person.given),
    isTitle(person.title) ? el('suffix', {}, person.title) : undefined,
  );
}

const TITLES = ['DR', 'MC', 'MG', 'PC', 'PG', 'PR'];
const isTitle = (title: string | undefined): title is string => title !== undefined && TITLES.includes(title);

/** PS_IdNat; one of ours that has none is said to exist without its number. */
export function professionalId(person: Professional): XmlElement {
  return person.idNat ? id(OID.professionals, person.idNat) : el('id', { nullFlavor: 'UNK' });
}

export function organizationId(organization: Organization): XmlElement {
  return organization.idNat ? id(OID.organizations, organization.idNat) : el('id', { nullFlavor: 'UNK' });
}

/** At most seven lines pass; those in excess are joined to the last one so that none is lost. */
const MAX_ADDRESS_LINES = 7;

/** An address by lines; unknown: `nullFlavor` (UNK is the only one that passes for the patient). */
export function address(known: Address | undefined, nullFlavor: 'UNK' | 'NAV'): XmlElement {
  const lines = known ? addressLines(known) : [];
  if (lines.length === 0) return el('addr', { nullFlavor });
  const kept = lines.slice(0, MAX_ADDRESS_LINES - 1);
  const rest = lines.slice(MAX_ADDRESS_LINES - 1).join(', ');
  return el(
    'addr',
    {},
    [...kept, ...(rest ? [rest] : [])].map((line) => el('streetAddressLine', {}, line)),
  );
}

/** The address as it is printed, line by line. */
export function addressLines(known: Address): string[] {
  const town = [known.postalCode, known.city].filter(Boolean).join(' ');
  return [...known.lines, town, known.country ?? ''].filter((line) => line.trim() !== '');
}

/** `tel:` URL of a number as people type it; undefined when it holds no digit. */
function telUrl(phone: string): string | undefined {
  const compact = phone.replace(/[^\d+]/g, '');
  return /\d/.test(compact) ? `tel:${compact}` : undefined;
}

/** telecom elements of a phone number and a mailbox; none: one nullFlavor. */
export function telecoms(
  contact: { phone?: string | undefined; mail?: string | undefined },
  use: 'WP' | 'H',
  nullFlavor: 'UNK' | 'NAV',
): XmlElement[] {
  const tel = contact.phone === undefined ? undefined : telUrl(contact.phone);
  const known = [
    ...(tel ? [el('telecom', { value: tel, use })] : []),
    ...(contact.mail ? [el('telecom', { value: `mailto:${contact.mail.trim()}`, use })] : []),
  ];
  return known.length > 0 ? known : [el('telecom', { nullFlavor })];
}

/** assignedPerson, associatedPerson… of a professional. */
export const person = (name: string, who: Professional): XmlElement => el(name, {}, personName(who));
