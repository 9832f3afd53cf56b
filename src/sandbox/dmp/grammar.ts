/** Grammars of the metadata's values (dmp.md §7), each telling whether a text follows it. */

const OID = /^(?:[0-2])(?:\.(?:0|[1-9]\d*))+$/;
const OID_LENGTH = 64;
const PERSON_AUTHORITY = '&1.2.250.1.71.4.2.1&ISO';
const ORGANISATION_AUTHORITY = '&1.2.250.1.71.4.2.2&ISO';

/** An OID of at most 64 characters. */
export function isOid(text: string): boolean {
  return text.length <= OID_LENGTH && OID.test(text);
}

/** UTC to the second, of a date that exists. */
export function isUtcTime(text: string): boolean {
  return /^\d{14}$/.test(text) && utcMillis(text) !== undefined;
}

/** Milliseconds of a UTC yyyyMMddHHmmss; undefined when there is no such moment. */
export function utcMillis(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return same && minute < 60 && second < 60 ? date.getTime() : undefined;
}

/** PS_IdNat: `8` + RPPS, `0` + ADELI, `3` + FINESS / internal, `5` + SIRET / internal. */
export function isPersonId(text: string): boolean {
  return /^(?:8\d{11}|0\w{9}|3\w{9}\/.+|5\d{14}\/.+)$/.test(text);
}

/** Struct_IdNat: `1` + FINESS, `2` + SIREN, `3` + SIRET, `4` + RPPS, `0` + ADELI. */
export function isStructureId(text: string): boolean {
  return /^(?:1\w{9}|2\d{9}|3\d{14}|4\d{11}.*|0\w{9}.*)$/.test(text);
}

export interface Xcn {
  readonly id: string;
  readonly family: string;
  readonly given: string;
}

/** `{PS_IdNat}^NOM^Prénom^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`; undefined for another form. */
export function parseXcn(text: string): Xcn | undefined {
  const parts = text.split('^');
  const [id = '', family = '', given = ''] = parts;
  const fits =
    parts.length === 13 &&
    isPersonId(id) &&
    family !== '' &&
    parts[8] === PERSON_AUTHORITY &&
    parts[9] === 'D' &&
    parts[12] === 'IDNPS' &&
    [3, 4, 5, 6, 7, 10, 11].every((index) => parts[index] === '');
  return fits ? { id, family, given } : undefined;
}

/** A software author has name type U and identifier type RI. */
export function isSoftwareXcn(text: string): boolean {
  const parts = text.split('^');
  return parts[0] !== '' && parts[9] === 'U' && parts[12] === 'RI';
}

export interface Xon {
  readonly name: string;
  readonly id: string;
}

/** `NAME^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{Struct_IdNat}`; undefined for another form. */
export function parseXon(text: string): Xon | undefined {
  const parts = text.split('^');
  const [name = ''] = parts;
  const id = parts[9] ?? '';
  const fits =
    parts.length === 10 &&
    name !== '' &&
    parts[5] === ORGANISATION_AUTHORITY &&
    parts[6] === 'IDNST' &&
    isStructureId(id) &&
    [1, 2, 3, 4, 7, 8].every((index) => parts[index] === '');
  return fits ? { name, id } : undefined;
}

export interface Cx {
  readonly id: string;
  readonly oid: string;
  readonly type: string;
}

/** `{id}^^^&{oid}&ISO^{type}`, CX.7 (a date) tolerated after an empty CX.6; undefined for another form. */
export function parseCx(text: string): Cx | undefined {
  const match = /^([^^&]+)\^\^\^&([\d.]+)&ISO\^(\w+)(?:\^\^\d{8})?$/.exec(text);
  if (match === null) return undefined;
  const [, id = '', oid = '', type = ''] = match;
  return isOid(oid) ? { id, oid, type } : undefined;
}
