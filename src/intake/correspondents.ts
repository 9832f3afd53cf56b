import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { type Addressees, withProfessionals } from '../report/addressees.ts';
import type { Fault } from '../report/fault.ts';
import { sameFamily } from '../report/names.ts';
import { idNatOfRpps, type Professional } from '../report/people.ts';

/** One line of the laboratory's table: the code by which its messages name a professional, and how to reach them. */
export interface Correspondent {
  readonly localCode: string;
  /** PS_IdNat. */
  readonly idNat?: string;
  readonly family: string;
  readonly given?: string;
  readonly title?: string;
  readonly mssante?: string;
}

const COLUMNS = ['local_code', 'id_nat', 'family', 'given', 'title', 'mssante'] as const;

/**
 * Reads the table of correspondents: CSV, `;`, UTF-8, header `local_code;id_nat;family;given;title;mssante`.
 * @returns the table, or every faulty line at once
 */
export function readCorrespondents(path: string): Correspondent[] | Fault[] {
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch {
    return [tableFault(path, 'le fichier est absent, illisible, ou n’est pas en UTF-8')];
  }
  return parseCorrespondents(content, path);
}

/** @param path names the file in faults */
export function parseCorrespondents(content: string, path: string): Correspondent[] | Fault[] {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(content, {
      delimiter: ';',
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as typeof records;
  } catch (error) {
    const line = error instanceof CsvError && 'lines' in error ? `, ligne ${error.lines}` : '';
    return [tableFault(`${path}${line}`, 'la ligne n’a pas le nombre de colonnes de l’en-tête')];
  }
  const missing = COLUMNS.filter((column) => records[0] && !(column in records[0].record));
  if (missing.length > 0)
    return [tableFault(`${path}, ligne 1`, `colonnes absentes : ${missing.join(', ')}`)];

  const table: Correspondent[] = [];
  const faults: Fault[] = [];
  const codes = new Set<string>();
  for (const { record, info } of records) {
    const { local_code = '', id_nat = '', family = '', given, title, mssante } = record;
    const position = `${path}, ligne ${info.lines}`;
    const idNat = id_nat === '' ? undefined : idNatOfRpps(id_nat);
    if (local_code === '' && !idNat) faults.push(tableFault(position, 'ni local_code ni id_nat'));
    if (id_nat !== '' && !idNat)
      faults.push(tableFault(position, 'id_nat n’est ni un RPPS ni un identifiant national'));
    if (family === '') faults.push(tableFault(position, 'family est vide'));
    if (mssante && !/^[^\s@]+@[^\s@]+$/.test(mssante))
      faults.push(tableFault(position, 'mssante n’est pas une adresse'));
    if (local_code !== '' && codes.has(local_code))
      faults.push(tableFault(position, 'local_code déjà présent'));
    codes.add(local_code);
    table.push({
      localCode: local_code,
      ...(idNat ? { idNat } : {}),
      family,
      ...(given ? { given } : {}),
      ...(title ? { title } : {}),
      ...(mssante ? { mssante } : {}),
    });
  }
  return faults.length > 0 ? faults : table;
}

function tableFault(position: string, cause: string): Fault {
  return {
    code: 'CORRESPONDENTS',
    cause: `table des correspondants : ${cause}`,
    hint: `corriger le fichier (CSV « ; », UTF-8, colonnes ${COLUMNS.join(';')})`,
    position,
  };
}

/** Completes the prescriber and the recipients of a dossier from the table; what the message says is never replaced. */
export function withCorrespondents<T extends Addressees>(dossier: T, table: readonly Correspondent[]): T {
  return withProfessionals(dossier, (person) => completed(person, table));
}

function completed(person: Professional, table: readonly Correspondent[]): Professional {
  const known = table.find(
    ({ localCode, idNat }) =>
      (person.idNat !== undefined && idNat === person.idNat) ||
      (person.localCode !== undefined && localCode === person.localCode),
  );
  // A reused code would send a patient's results to somebody else: the family name must agree.
  if (!known || !sameFamily(known.family, person.family)) return person;
  const { localCode: _, ...found } = known;
  const fromTable = known.mssante !== undefined && person.mssante === undefined;
  // `DURAND Claire` in one field: the table tells which word is the family name.
  const names =
    person.given === undefined && found.given !== undefined && sameFamily(found.given, person.family)
      ? { family: found.family, given: found.given }
      : {};
  return { ...found, ...person, ...names, ...(fromTable ? { mailboxOrigin: { by: 'table' } } : {}) };
}
