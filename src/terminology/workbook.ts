import { XMLParser } from 'fast-xml-parser';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import type { Fault } from '../report/fault.ts';
import { workbookUnreadable } from './faults.ts';

/** One sheet of a workbook, its cells as text. */
export interface Sheet {
  readonly name: string;
  /** Row 1 of the spreadsheet is `rows[0]`; rows and cells that the file leaves out are empty. */
  readonly rows: readonly (readonly string[])[];
}

const MAX_ENTRIES = 1000;
/** The French LOINC set has 57,000 lines of 15 cells: about 50 MB of XML. */
const MAX_PART_BYTES = 160 * 1024 * 1024;
const MAX_TOTAL_BYTES = 320 * 1024 * 1024;
const MAX_ROWS = 120_000;
const MAX_COLUMNS = 200;
const MAX_CELLS = 3_000_000;
/** Excel's own limit of a cell. */
const MAX_CELL = 32_767;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => ['sheet', 'Relationship', 'c', 'r'].includes(name),
});

type Node = Readonly<Record<string, unknown>>;

/**
 * Reads the cells of an Office Open XML workbook (ECMA-376, .xlsx): texts as shown, numbers as the file writes them, no
 * formula evaluated. Bounded in bytes, parts, rows, columns and cells; nothing is written to disk.
 * @param name what the fault calls the file
 */
export async function readWorkbook(bytes: Uint8Array, name: string): Promise<Sheet[] | Fault[]> {
  const parts = await readParts(bytes);
  if (typeof parts === 'string') return [workbookUnreadable(name, parts)];
  try {
    return readSheets(parts);
  } catch (error) {
    if (error instanceof LimitError) return [workbookUnreadable(name, error.message)];
    // The parser throws a plain Error on XML that is not well formed.
    return [workbookUnreadable(name, 'une partie du classeur n’est pas un XML bien formé')];
  }
}

class LimitError extends Error {}

/** The XML parts that hold cells and their names, or the problem in French. */
async function readParts(bytes: Uint8Array): Promise<ReadonlyMap<string, string> | string> {
  let zip: ZipFile | undefined;
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    zip = await fromBufferPromise(buffer, { lazyEntries: true, validateEntrySizes: true });
    if (zip.entryCount > MAX_ENTRIES) return `le classeur contient plus de ${MAX_ENTRIES} parties`;
    const parts = new Map<string, string>();
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      if (
        !/^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|worksheets\/[^/]+\.xml)$/.test(
          entry.fileName,
        )
      ) {
        continue;
      }
      total += entry.uncompressedSize;
      if (entry.uncompressedSize > MAX_PART_BYTES || total > MAX_TOTAL_BYTES)
        return 'le classeur est trop volumineux';
      if (entry.isEncrypted()) return 'le classeur est chiffré';
      const text = (await readEntry(zip, entry)).toString('utf8');
      if (/<!DOCTYPE/i.test(text.slice(0, 10_000))) return 'le classeur contient une déclaration DOCTYPE';
      parts.set(entry.fileName, text);
    }
    return parts;
  } catch {
    return 'ce n’est pas un classeur .xlsx lisible';
  } finally {
    zip?.close();
  }
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function readSheets(parts: ReadonlyMap<string, string>): Sheet[] {
  const workbook = parser.parse(parts.get('xl/workbook.xml') ?? '', true) as Node;
  const relations = parser.parse(parts.get('xl/_rels/workbook.xml.rels') ?? '', true) as Node;
  const targets = new Map(
    nodes(child(relations.Relationships, 'Relationship')).map((relation) => [
      String(relation['@Id']),
      String(relation['@Target']).replace(/^\/?(xl\/)?/, 'xl/'),
    ]),
  );
  const shared = readSharedStrings(parts.get('xl/sharedStrings.xml') ?? '');
  const budget = { cells: MAX_CELLS };
  return nodes(child(child(workbook.workbook, 'sheets'), 'sheet')).map((sheet) => {
    const part = parts.get(targets.get(String(sheet['@id'])) ?? '') ?? '';
    return { name: String(sheet['@name'] ?? ''), rows: readRows(part, shared, budget) };
  });
}

/** The elements of one name, none of which holds another of that name: each as its own text, in one pass. */
function* fragments(part: string, name: string): Generator<string> {
  const start = new RegExp(`<((?:\\w+:)?)${name}(?=[\\s/>])`, 'g');
  for (let match = start.exec(part); match; match = start.exec(part)) {
    const open = part.indexOf('>', match.index);
    if (open < 0) throw new LimitError('le classeur est tronqué');
    const closing = `</${match[1]}${name}>`;
    const end = part[open - 1] === '/' ? open : part.indexOf(closing, open) + closing.length - 1;
    if (end < open) throw new LimitError('le classeur est tronqué');
    yield part.slice(match.index, end + 1);
    start.lastIndex = end + 1;
  }
}

/**
 * Rows are cut out one by one, and their cells: a tree of a whole sheet would take a hundred times its text, and the
 * parser a minute for the French LOINC set. What is not written in the plain way goes through the parser all the same.
 */
function readRows(part: string, shared: readonly string[], budget: { cells: number }): string[][] {
  const rows: string[][] = [];
  for (const row of fragments(part, 'row')) {
    const number = Number(attribute(row, 'r') ?? rows.length + 1);
    if (!(number >= 1 && number <= MAX_ROWS))
      throw new LimitError(`une feuille a plus de ${MAX_ROWS} lignes`);
    while (rows.length < number) rows.push([]);
    rows[number - 1] = readCells(row, shared);
    budget.cells -= rows[number - 1]?.length ?? 0;
    if (budget.cells < 0) throw new LimitError(`le classeur a plus de ${MAX_CELLS} cellules`);
  }
  return rows;
}

function readCells(row: string, shared: readonly string[]): string[] {
  const cells: string[] = [];
  for (const cell of fragments(row, 'c')) {
    const reference = /^([A-Z]{1,3})\d+$/.exec(attribute(cell, 'r') ?? '')?.[1];
    const index = reference ? columnIndex(reference) : cells.length;
    if (index >= MAX_COLUMNS) continue;
    while (cells.length < index) cells.push('');
    const text = cellText(cell, shared);
    if (text.length > MAX_CELL) throw new LimitError('une cellule est trop longue');
    cells[index] = text;
  }
  return cells;
}

const ATTRIBUTES = { r: /\sr\s*=\s*["']([^"']*)["']/, t: /\st\s*=\s*["']([^"']*)["']/ } as const;

/** An attribute of the element that a fragment is; those that we read hold no reference. */
function attribute(fragment: string, name: 'r' | 't'): string | undefined {
  return ATTRIBUTES[name].exec(fragment.slice(0, fragment.indexOf('>')))?.[1];
}

/** `A` is 0, `AA` is 26. */
function columnIndex(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** `<c …><v>12</v></c>`, without any reference. */
const PLAIN_VALUE = /^<[^>]*><(?:\w+:)?v>([^<&]*)<\/(?:\w+:)?v><\/[^>]*>$/;

function cellText(cell: string, shared: readonly string[]): string {
  const type = attribute(cell, 't');
  const plain = type === 'inlineStr' ? undefined : PLAIN_VALUE.exec(cell)?.[1];
  if (plain !== undefined) return type === 's' ? (shared[Number(plain)] ?? '') : plain;
  const [node] = nodes((parser.parse(cell) as Node).c);
  if (type === 'inlineStr') return richText(node?.is);
  const value = textOfNode(node?.v);
  return type === 's' ? (shared[Number(value)] ?? '') : value;
}

/** `<si><t>text</t></si>`, without any reference. */
const PLAIN_STRING = /^<(?:\w+:)?si><(?:\w+:)?t>([^<&]*)<\/(?:\w+:)?t><\/(?:\w+:)?si>$/;

function readSharedStrings(part: string): string[] {
  return Array.from(
    fragments(part, 'si'),
    (fragment) => PLAIN_STRING.exec(fragment)?.[1] ?? richText((parser.parse(fragment) as Node).si),
  );
}

/** `<t>` alone, or runs `<r><t>`; phonetic guides (`rPh`) are left out. */
function richText(node: unknown): string {
  const runs = nodes(child(node, 'r')).map((run) => textOfNode(run.t));
  return runs.length > 0 ? runs.join('') : textOfNode(child(node, 't'));
}

function textOfNode(node: unknown): string {
  if (node === undefined || node === null) return '';
  return typeof node === 'object' ? String((node as Node)['#text'] ?? '') : String(node);
}

function child(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Node)[name] : undefined;
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value)
    ? value.filter((one): one is Node => typeof one === 'object' && one !== null)
    : [];
}
