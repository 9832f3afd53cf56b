import type { Context } from './context.ts';

/** Are these bytes in the data file, whole, as a message or as a document that came beside one? */
export function createHeldBytes({ db }: Context) {
  const held = db.prepare<[string, number, string, number], number>(HELD).pluck();
  return {
    /** @param sha256 lower-case hexadecimal */
    has: (sha256: string, size: number): boolean => held.get(sha256, size, sha256, size) === 1,
  };
}

export const HELD = `
  SELECT EXISTS (
    SELECT 1 FROM inbox JOIN inbox_bytes ON inbox_bytes.inbox_id = inbox.id
    WHERE inbox.sha256 = ? AND length(inbox_bytes.bytes) = ?
    UNION ALL
    SELECT 1 FROM attachment WHERE sha256 = ? AND length(bytes) = ?)`;
