/** HL7 v2 data types as XDS metadata carries them (IHE ITI TF-3 §4.2.3.1.7; CI-SIS volet Partage de documents). */

import { type Coding, OID } from '../report/coding.ts';
import { isInsOid } from '../report/ins.ts';

/** An identifier and the OID of the space it lives in. */
export interface Identifier {
  readonly root: string;
  readonly extension: string;
}

export interface PersonName {
  readonly family: string;
  readonly given?: string;
}

const HL7_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\E\\',
  '|': '\\F\\',
  '^': '\\S\\',
  '&': '\\T\\',
  '~': '\\R\\',
};

/** Escapes the HL7 v2 delimiters in one component; line ends become blanks. */
export function component(value: string): string {
  return value
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\|^&~]/g, (delimiter) => HL7_ESCAPES[delimiter] ?? '');
}

/**
 * A person. With the national PS_IdNat: `{id}^NOM^Prénom^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`; with another
 * identifier the type is `EI` (internal).
 */
export function xcn(id: Identifier, name: PersonName): string {
  const type = id.root === OID.professionals ? 'IDNPS' : 'EI';
  return `${component(id.extension)}^${component(name.family)}^${component(name.given ?? '')}^^^^^^&${id.root}&ISO^D^^^${type}`;
}

/** A software author: `{id}^model^software^^^^^^&{oid}&ISO^U^^^RI`. */
export function xcnOfDevice(id: Identifier, model: string, software: string): string {
  return `${component(id.extension)}^${component(model)}^${component(software)}^^^^^^&${id.root}&ISO^U^^^RI`;
}

/** A structure: `NAME^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{Struct_IdNat}`. Without an identifier, the name alone. */
export function xon(name: string, id?: Identifier): string {
  if (!id) return component(name);
  const type = id.root === OID.organizations ? 'IDNST' : 'XX';
  return `${component(name)}^^^^^&${id.root}&ISO^${type}^^^${component(id.extension)}`;
}

/** A patient: `{id}^^^&{oid}&ISO^NH` for an INS, `…^PI` for any other identifier. */
export function cx(id: Identifier): string {
  return `${component(id.extension)}^^^&${id.root}&ISO^${isInsOid(id.root) ? 'NH' : 'PI'}`;
}

/** A coded value in one string (authorSpecialty): `code^display^system`. */
export function ce(coding: Coding): string {
  return `${component(coding.code)}^${component(coding.display)}^${coding.system}`;
}
