import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The plainest directory: each line split, its addresses in a map by professional. Nothing is checked, kept or searchable. */
export async function plainDirectory(
  file: string,
  key: string,
  value: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  let columns: readonly string[] | undefined;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const cells = line.split('|');
    if (!columns) {
      columns = cells;
      continue;
    }
    const id = cells[columns.indexOf(key)] ?? '';
    const values = found.get(id) ?? [];
    values.push(cells[columns.indexOf(value)] ?? '');
    found.set(id, values);
  }
  return found;
}
