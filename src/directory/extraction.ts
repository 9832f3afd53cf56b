import type { DirectoryEntry, DirectoryKind } from '../report/directory-entry.ts';
import { type Columns, readHeader } from './columns.ts';
import { ExtractionFailure } from './faults.ts';
import { EXTRACTION_LIMITS, type ExtractionLimits, linesOf } from './lines.ts';

/** What reading an extraction gave, besides its entries. */
export interface ExtractionCount {
  readonly kind: DirectoryKind;
  readonly rows: number;
  readonly skipped: number;
}

/** A share of rows that do not fit the header beyond which it is not this extraction that was published. */
const MAX_UNFIT = 0.01;

/**
 * Reads an extraction of the national directory: `|` between cells, no quoting, a header, one row a line.
 * @param pieces its bytes, UTF-8
 * @param file names it in faults
 * @param take is given each entry, in the order of the rows
 * @throws ExtractionFailure unknown header, not UTF-8, cut, damaged, beyond the limits
 */
export async function readExtraction(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  take: (entry: DirectoryEntry) => void,
  limits: ExtractionLimits = EXTRACTION_LIMITS,
): Promise<ExtractionCount> {
  let columns: Columns | undefined;
  let rows = 0;
  let unusable = 0;
  let unfit = 0;

  const takeRow = ({ entryOf }: Columns, line: string): void => {
    if (line.length > limits.maxLine) throw new ExtractionFailure('DIRECTORY_LIMIT', file);
    const entry = entryOf(line);
    if (entry === 'unfit') unfit++;
    else if (entry === 'unusable') unusable++;
    else {
      rows++;
      if (rows > limits.maxRows) throw new ExtractionFailure('DIRECTORY_LIMIT', file);
      take(entry);
    }
  };

  for await (const { lines, last } of linesOf(pieces, file, limits)) {
    for (const ended of lines) {
      const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
      if (columns) {
        if (line !== '') takeRow(columns, line);
        continue;
      }
      columns = readHeader(line);
      if (!columns) throw new ExtractionFailure('DIRECTORY_UNKNOWN_FILE', file);
    }
    if (last === undefined) continue;
    if (!columns) throw new ExtractionFailure('DIRECTORY_UNKNOWN_FILE', file);
    if (!isWhole(last, columns)) throw new ExtractionFailure('DIRECTORY_TRUNCATED', file);
    takeRow(columns, last);
  }
  if (!columns) throw new ExtractionFailure('DIRECTORY_UNKNOWN_FILE', file);
  if (unfit > (rows + unusable + unfit) * MAX_UNFIT) throw new ExtractionFailure('DIRECTORY_DAMAGED', file);
  if (rows === 0) throw new ExtractionFailure('DIRECTORY_TRUNCATED', file);
  return { kind: columns.kind, rows, skipped: unusable + unfit };
}

/** Is a last line without its end a whole row? */
function isWhole(line: string, { count, endsWithSeparator }: Columns): boolean {
  return endsWithSeparator ? line.split('|').length === count + 1 : line.split('|').length >= count;
}
