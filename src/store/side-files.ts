import { createHash } from 'node:crypto';
import type { Fault } from '../report/fault.ts';
import { type Context, fromJson } from './context.ts';
import { SET_ASIDE } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { SideFileClaim, SideFileFate } from './records.ts';

interface SideFileRow {
  readonly id: number;
  readonly source: string;
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: 'free' | 'used' | 'replaced' | 'unclaimed';
  readonly inbox_id: number | null;
  readonly until_at: number;
}

/**
 * Files that lie beside the messages which name them, and the messages that wait for one. A file serves one message only:
 * a name that the source uses again is another document, perhaps of another patient. So nothing is given where a name is all
 * that would tell whose document it is: two documents of one name wait, or several messages wait for that name.
 */
export function createSideFiles({ db, now, journal, actor }: Context, inbox: Inbox) {
  const keep = db.prepare('INSERT OR IGNORE INTO attachment (sha256, bytes) VALUES (?, ?)');
  const insert = db.prepare(
    `INSERT INTO side_file (source, name, name_key, sha256, size, stamp, state, received_at, until_at)
     VALUES (?, ?, ?, ?, ?, ?, 'free', ?, ?)`,
  );
  const same = db.prepare<[string, string, string, string], SideFileRow>(
    'SELECT * FROM side_file WHERE source = ? AND name = ? AND stamp = ? AND sha256 = ?',
  );
  const byId = db.prepare<[number | bigint], SideFileRow>('SELECT * FROM side_file WHERE id = ?');
  const freeOf = db.prepare<[string, string, string], { id: number; sha256: string; bytes: Buffer }>(
    `SELECT id, sha256, bytes FROM side_file JOIN attachment USING (sha256)
     WHERE source = ? AND name_key = ? AND name = ? AND state = 'free'`,
  );
  const replace = db.prepare(`UPDATE side_file SET state = 'replaced' WHERE id = ?`);
  const refusal = db
    .prepare<[string, string, string], string>(
      'SELECT fault FROM quarantine WHERE source = ? AND origin = ? AND sha256 = ? ORDER BY id DESC LIMIT 1',
    )
    .pluck();
  const offer = db.prepare(`UPDATE side_file SET state = 'free', until_at = ? WHERE id = ?`);
  const give = db.prepare(`UPDATE side_file SET state = 'used', inbox_id = ? WHERE id = ?`);
  const giveUp = db.prepare(`UPDATE side_file SET state = 'unclaimed' WHERE id = ?`);
  /** The message's own, else a free one: of that very name first, then the newest. */
  const candidate = db.prepare<
    [number, string, string, string, string, string],
    { id: number; own: number; bytes: Buffer }
  >(CANDIDATE);
  const wait = db.prepare(
    `INSERT INTO side_wait (inbox_id, until_at, awake) VALUES (?, ?, 0)
     ON CONFLICT (inbox_id) DO UPDATE SET awake = 0`,
  );
  const waitFor = db.prepare(
    'INSERT OR IGNORE INTO side_wait_name (source, name_key, inbox_id) VALUES (?, ?, ?)',
  );
  const until = db.prepare<[number], number>('SELECT until_at FROM side_wait WHERE inbox_id = ?').pluck();
  const awaited = db
    .prepare<[string, string], number>(
      'SELECT inbox_id FROM side_wait_name WHERE source = ? AND name_key = ?',
    )
    .pluck();
  const miss = db.prepare(
    'INSERT OR REPLACE INTO side_missed (source, name_key, inbox_id, until_at) VALUES (?, ?, ?, ?)',
  );
  /** Messages set aside for want of this name, so lately that the file may be on its way. */
  const missed = db.prepare<[string, string, number], number>(MISSED).pluck();
  const hasMissed = db
    .prepare<[string, string, number], 1>(
      'SELECT 1 FROM side_missed WHERE source = ? AND name_key = ? AND inbox_id = ?',
    )
    .pluck();
  const awaken = db.prepare('UPDATE side_wait SET awake = 1 WHERE inbox_id = ?');
  const endWait = [
    db.prepare('DELETE FROM side_wait_name WHERE inbox_id = ?'),
    db.prepare('DELETE FROM side_wait WHERE inbox_id = ?'),
  ];

  /** Why it was set aside, as a person is told. */
  const faultOf = ({ source, name, sha256 }: SideFileRow): Fault => {
    const told = refusal.get(source, name, sha256);
    return told === undefined ? SET_ASIDE.sideFileUnclaimed() : fromJson<Fault>(told);
  };

  const fateOf = (row: SideFileRow): SideFileFate => {
    const { state, until_at, inbox_id } = row;
    return state === 'used' && inbox_id !== null
      ? { state: 'used', inboxId: inbox_id }
      : state === 'free'
        ? { state: 'waiting', until: until_at }
        : { state: 'unclaimed', fault: faultOf(row) };
  };

  const setAside = (row: SideFileRow, fault: Fault): void => {
    const { id, source, name, size, sha256 } = row;
    giveUp.run(id);
    inbox.refuse({ source, origin: name, size, sha256, fault });
  };

  /**
   * Makes a file one that messages may take, unless its name does not tell whose it is: those of that name are then set
   * aside, all of them. A document that begins with all of the earlier one is that one, written to its end.
   */
  const admit = (row: SideFileRow, key: string, bytes: Uint8Array): void => {
    const { id, source, name, sha256 } = row;
    const earlier = freeOf.all(source, key, name).filter((one) => one.id !== id);
    const others = earlier.filter((one) => one.sha256 !== sha256 && !begins(bytes, one.bytes));
    for (const one of earlier) if (!others.includes(one)) replace.run(one.id);
    const messages = awaited.all(source, key);
    const late = messages.length > 0 ? missed.all(source, key, now()) : [];
    if (others.length === 0 && messages.length + late.length < 2) {
      for (const inboxId of messages) awaken.run(inboxId);
      return;
    }
    const fault = others.length > 0 ? SET_ASIDE.sideFileNameReused() : SET_ASIDE.sideFileSeveralWait();
    for (const one of others) setAside(load(one.id), fault);
    setAside(row, fault);
  };

  const load = (id: number | bigint): SideFileRow => {
    const row = byId.get(id);
    if (!row) throw new Error(`side file ${id} is missing from the data file`);
    return row;
  };

  /** The message, and those that it is a mended copy of: what they have is its too. */
  const lineOf = (inboxId: number): number[] => {
    const original = inbox.mended(inboxId);
    return original === undefined ? [inboxId] : [inboxId, ...lineOf(original)];
  };

  /** What the message has or may take, by name as it gave them: nothing that another one asked for before it. */
  const candidates = (inboxId: number, source: string, names: ReadonlyMap<string, string>) => {
    const line = lineOf(inboxId);
    return [...names].flatMap(([name, key]) => {
      const found = line.flatMap((id) => candidate.get(id, source, key, source, key, name) ?? []);
      const best = found.find(({ own }) => own === 1) ?? found[0];
      // Set aside for want of it, then replayed: a person says that what lies there is its.
      const late = hasMissed.get(source, key, inboxId) ? [] : missed.all(source, key, now());
      const isPromised = [...awaited.all(source, key), ...late].some((other) => other < inboxId);
      return best && (best.own === 1 || !isPromised) ? [{ name, ...best }] : [];
    });
  };

  return {
    /** What a message that names these files would find now; nothing is taken. */
    atHand: (inboxId: number, names: ReadonlyMap<string, string>): ReadonlyMap<string, Uint8Array> =>
      new Map(candidates(inboxId, inbox.load(inboxId).source, names).map(({ name, bytes }) => [name, bytes])),

    /** Keeps a file, or tells what became of it; its time over, nobody has named it. */
    receive(file: {
      source: string;
      name: string;
      key: string;
      stamp: string;
      bytes: Uint8Array;
      waitMs: number;
      again: boolean;
    }): SideFileFate {
      const { source, name, key, stamp, bytes, waitMs, again } = file;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const known = same.get(source, name, stamp, sha256);
      if (!known) {
        keep.run(sha256, bytes);
        const row = insert.run(source, name, key, sha256, bytes.length, stamp, now(), now() + waitMs);
        journal.append({
          actor,
          action: 'side-file-received',
          subject: `side-file:${row.lastInsertRowid}`,
          details: { source, size: bytes.length, sha256 },
        });
        admit(load(row.lastInsertRowid), key, bytes);
        return fateOf(load(row.lastInsertRowid));
      }
      if (known.state === 'unclaimed' && !again) {
        // Put back in the folder after it was set aside.
        offer.run(now() + waitMs, known.id);
        admit(load(known.id), key, bytes);
      }
      if (known.state === 'free' && known.until_at <= now()) setAside(known, SET_ASIDE.sideFileUnclaimed());
      return fateOf(load(known.id));
    },

    /** Does a message of this source wait for this name? */
    isAwaited: (source: string, key: string): boolean => awaited.get(source, key) !== undefined,

    /** Gives a message the files that it names, all together, or what there is of them once its time is over. */
    claim(inboxId: number, names: ReadonlyMap<string, string>, waitMs: number): SideFileClaim {
      const { source } = inbox.load(inboxId);
      const taken = candidates(inboxId, source, names);
      const files = new Map<string, Uint8Array>(taken.map(({ name, bytes }) => [name, bytes]));
      const since = until.get(inboxId);
      const deadline = since ?? now() + waitMs;
      if (files.size < names.size && deadline > now()) {
        wait.run(inboxId, deadline);
        // Those that are there too: they are promised to it.
        const own = new Set(taken.filter((one) => one.own === 1).map(({ name }) => name));
        for (const [name, key] of names) if (!own.has(name)) waitFor.run(source, key, inboxId);
        return { state: 'waiting', until: deadline };
      }
      for (const [name, key] of names) if (!files.has(name)) miss.run(source, key, inboxId, now() + waitMs);
      for (const { id, own } of taken) {
        if (own === 1) continue;
        give.run(inboxId, id);
        const subject = `side-file:${id}`;
        journal.append({ actor, action: 'side-file-used', subject, details: { inbox: inboxId } });
      }
      if (since !== undefined) for (const statement of endWait) statement.run(inboxId);
      return { state: 'given', files };
    },

    /** Until when a message waits; undefined when it does not. */
    waitsUntil: (inboxId: number): number | undefined => until.get(inboxId),
  };
}

function begins(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.length <= bytes.length && Buffer.from(start).equals(bytes.subarray(0, start.length));
}

export const MISSED = `
  SELECT inbox_id FROM side_missed JOIN inbox ON inbox.id = inbox_id
  WHERE side_missed.source = ? AND name_key = ? AND until_at > ? AND inbox.state = 'quarantined'`;

export const CANDIDATE = `
  SELECT id, own, bytes FROM (
    SELECT id, sha256, name, 1 AS own FROM side_file WHERE inbox_id = ?
      AND source = ? AND name_key = ? AND state = 'used'
    UNION ALL
    SELECT id, sha256, name, 0 AS own FROM side_file WHERE state = 'free' AND source = ? AND name_key = ?
  ) JOIN attachment USING (sha256)
  ORDER BY own DESC, name = ? DESC, id DESC LIMIT 1`;
