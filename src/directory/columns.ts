import type { DirectoryEntry, DirectoryKind } from '../report/directory-entry.ts';
import { nameWords } from '../report/names.ts';

/** How the rows of an extraction are read. */
export interface Columns {
  readonly kind: DirectoryKind;
  /** How many columns a row has. */
  readonly count: number;
  /** Header and rows end with one more separator. */
  readonly endsWithSeparator: boolean;
  /** @returns the row's entry; `unfit`: another number of columns; `unusable`: it names nobody, or no address */
  readonly entryOf: (line: string) => DirectoryEntry | 'unfit' | 'unusable';
}

/** The cells that we read, by our name of their column; empty when the extraction has no such column. */
type Cells<Key extends string> = Record<Key, string>;

/** Titles of columns by our names; those of `OPTIONAL` may be absent. */
type Titles<Key extends string> = Readonly<Record<Key, string>>;

/**
 * Titles as published (PS_LibreAcces, 2021 to 2026). They are compared without case, accents and punctuation: published
 * headers have differed by those.
 */
const ACTIVITY = {
  idNat: 'Identification nationale PP',
  family: "Nom d'exercice",
  given: "Prénom d'exercice",
  finess: 'Numéro FINESS site',
  postalCode: 'Code postal (coord. structure)',
  siret: 'Numéro SIRET site',
  title: "Code civilité d'exercice",
  profession: 'Libellé profession',
  speciality: 'Libellé savoir-faire',
  structureName: 'Raison sociale site',
  town: 'Libellé commune (coord. structure)',
  routing: 'Bureau cedex (coord. structure)',
} as const;

const MAILBOX = {
  mailboxType: 'Type de BAL',
  mailbox: 'Adresse BAL',
  idNat: 'Identification nationale PP',
  structure: 'Identification Structure',
  family: "Nom d'exercice",
  given: "Prénom d'exercice",
  paperless: 'Dématérialisation',
  title: "Civilité d'exercice",
  profession: 'Libellé Profession',
  speciality: 'Libellé savoir-faire',
  structureName: 'Raison Sociale structure BAL',
  postalCode: 'Code postal',
  routing: 'L6LIGNEACHEMINEMENT',
} as const;

/** They only help a person who searches: an extraction without them is still of use. */
const OPTIONAL: readonly string[] = [
  ...['siret', 'title', 'profession', 'speciality', 'structureName', 'town', 'routing'],
];

/** More columns than any extraction has had, and room to grow. */
const MAX_COLUMNS = 200;

/**
 * Reads a header by the names of its columns, whatever their order; columns that are not ours are passed over.
 * @returns undefined when it is the header of no known extraction
 */
export function readHeader(line: string): Columns | undefined {
  const endsWithSeparator = line.endsWith('|');
  const titles = (endsWithSeparator ? line.slice(0, -1) : line).split('|').map(plain);
  if (titles.length > MAX_COLUMNS) return undefined;
  const shape = { count: titles.length, endsWithSeparator };
  const mailbox = rowReader(titles, MAILBOX, mailboxOf);
  if (mailbox) return { kind: 'mailbox', ...shape, entryOf: mailbox };
  const activity = rowReader(titles, ACTIVITY, activityOf);
  return activity && { kind: 'activity', ...shape, entryOf: activity };
}

const plain = (title: string) => nameWords(title).join(' ');

const SEPARATOR = 0x7c;

/** @returns undefined when a column that must be there is absent, or one of ours is there twice */
function rowReader<Key extends string>(
  titles: readonly string[],
  wanted: Titles<Key>,
  entryOf: (cells: Cells<Key>) => DirectoryEntry | undefined,
): Columns['entryOf'] | undefined {
  const keys = Object.keys(wanted) as Key[];
  const keyAt: (Key | undefined)[] = titles.map(() => undefined);
  for (const key of keys) {
    const title = plain(wanted[key]);
    const at = titles.indexOf(title);
    if (at !== titles.lastIndexOf(title) || (at < 0 && !OPTIONAL.includes(key))) return undefined;
    if (at >= 0) keyAt[at] = key;
  }
  // One object for all rows, and one pass over their characters: this is where an import spends its time.
  const cells = Object.fromEntries(keys.map((key) => [key, ''])) as Cells<Key>;
  return (line) => {
    let column = 0;
    let start = 0;
    for (let at = 0; at <= line.length; at++) {
      if (at < line.length && line.charCodeAt(at) !== SEPARATOR) continue;
      const key = keyAt[column];
      if (key !== undefined) cells[key] = line.slice(start, at).trim();
      column++;
      start = at + 1;
    }
    // One separator more at the end of a row, whether or not the header has it.
    const fits = column === titles.length || (column === titles.length + 1 && line.endsWith('|'));
    return fits ? (entryOf(cells) ?? 'unusable') : 'unfit';
  };
}

function activityOf(cells: Cells<keyof typeof ACTIVITY>): DirectoryEntry | undefined {
  const idNat = nationalId(cells.idNat);
  if (!idNat || cells.family === '') return undefined;
  return {
    kind: 'activity',
    idNat,
    family: cells.family,
    given: stated(cells.given),
    title: stated(cells.title),
    profession: professionOf(cells),
    structure: structureId(cells.finess) ?? structureId(cells.siret),
    structureName: stated(cells.structureName),
    postalCode: stated(cells.postalCode),
    town: stated(cells.town) ?? townOf(cells.routing),
  };
}

function mailboxOf(cells: Cells<keyof typeof MAILBOX>): DirectoryEntry | undefined {
  const idNat = nationalId(cells.idNat);
  // A mailbox of somebody who cannot be named would look like a structure's.
  if (!ADDRESS.test(cells.mailbox) || (cells.idNat !== '' && !idNat)) return undefined;
  return {
    kind: 'mailbox',
    idNat,
    family: idNat && stated(cells.family),
    given: idNat && stated(cells.given),
    title: idNat && stated(cells.title),
    profession: idNat && professionOf(cells),
    structure: structureId(cells.structure),
    structureName: stated(cells.structureName),
    postalCode: stated(cells.postalCode),
    town: townOf(cells.routing),
    mailbox: cells.mailbox,
    mailboxType: stated(cells.mailboxType),
    paperOnly: /^n/i.test(cells.paperless) || undefined,
  };
}

const ADDRESS = /^[^\s@<>"|,;]{1,64}@[^\s@<>"|,;]{1,253}$/;

const stated = (cell: string) => (cell === '' ? undefined : cell);

function professionOf({ profession, speciality }: Cells<'profession' | 'speciality'>): string | undefined {
  return speciality === ''
    ? stated(profession)
    : profession === ''
      ? speciality
      : `${profession}, ${speciality}`;
}

/** « 75011 PARIS »: the routing line repeats the postal code. */
function townOf(routing: string): string | undefined {
  return stated(routing.replace(/^\d{5}\s+/, ''));
}

/** RPPS and ADELI: the professionals that a message can name. */
function nationalId(cell: string): string | undefined {
  return /^(?:8\d{11}|0[0-9AB]{9})$/.test(cell) ? cell : undefined;
}

/** Struct_IdNat of a FINESS (9), a SIRET (14), or one already prefixed; undefined for another identifier. */
function structureId(cell: string): string | undefined {
  if (FINESS.test(cell)) return `1${cell}`;
  if (/^\d{14}$/.test(cell)) return `3${cell}`;
  return (cell[0] === '1' && FINESS.test(cell.slice(1))) || /^3\d{14}$/.test(cell) ? cell : undefined;
}

const FINESS = /^(?:\d{2}|2[AB])\d{7}$/;
