import bwipjs from 'bwip-js';
import type { QualifiedIdentity } from '../report/identity.ts';

/** A square of modules; `dark(row, column)`. */
export interface Modules {
  readonly size: number;
  readonly dark: (row: number, column: number) => boolean;
}

const GROUP_SEPARATOR = '\u001d';

/**
 * The text of the INS datamatrix (RNIV rule 32; layout in the ANS specification of the INS datamatrix): `IS01` and
 * 22 zeros, then S1 matricule, S2 OID, S3 given names, S4 birth name, S5 sex, S6 birth date DD-MM-YYYY, S7 place of
 * birth (COG). A field shorter than its longest form ends with a group separator.
 */
export function insPayload({ ins, traits }: QualifiedIdentity): string {
  const { local } = traits.birthDate;
  const fixed = (text: string, length: number) => (text.length < length ? text + GROUP_SEPARATOR : text);
  return [
    `IS01${'0'.repeat(22)}`,
    `S1${ins.matricule}`,
    `S2${fixed(ins.oid, 20)}`,
    `S3${capitals(traits.birthGivens)}${GROUP_SEPARATOR}`,
    `S4${capitals(traits.birthName)}${GROUP_SEPARATOR}`,
    `S5${traits.sex}`,
    `S6${local.slice(6, 8)}-${local.slice(4, 6)}-${local.slice(0, 4)}`,
    `S7${traits.birthPlaceCode}`,
  ].join('');
}

/** Upper case without accents: letters, apostrophe, hyphen, space. */
function capitals(name: string): string {
  return name
    .toLocaleUpperCase('fr')
    .replaceAll('Œ', 'OE')
    .replaceAll('Æ', 'AE')
    .normalize('NFD')
    .replaceAll('’', "'")
    .replace(/[^A-Z' -]/g, '');
}

/** Encodes ASCII text as a square Data Matrix ECC 200 (ISO/IEC 16022), quiet zone excluded. */
export function dataMatrix(text: string): Modules {
  // `parse` lets ^NNN stand for a byte; a literal ^ is written so too.
  const escaped = text.replace(/[\p{Cc}^]/gu, (c) => `^${String(c.charCodeAt(0)).padStart(3, '0')}`);
  const [symbol] = bwipjs.raw('datamatrix', escaped, { parse: true });
  if (!symbol || !('pixs' in symbol)) throw new TypeError('bwip-js drew no matrix');
  const { pixs, pixx } = symbol;
  return { size: pixx, dark: (row, column) => pixs[row * pixx + column] === 1 };
}
