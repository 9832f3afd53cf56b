import { spawn } from 'node:child_process';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { createCommitQueue } from '../../src/store/commit-queue.ts';
import { openStore } from '../../src/store/store.ts';
import { aBench } from './store-fixtures.ts';

describe('the data file', () => {
  test('keeps what it has acknowledged through a power cut: WAL, FULL, STRICT tables', () => {
    const { file } = aBench();
    const db = new Database(file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    const lax = db
      .prepare(
        `SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'`,
      )
      .pluck()
      .all();
    expect(lax).toEqual([]);
    db.close();
  });

  test('of a newer release is refused rather than damaged', () => {
    const { file } = aBench();
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    expect(() => openStore({ file, now: Date.now })).toThrow(/schema 99/);
  });
});

describe('group commit', () => {
  const table = () => {
    const db = new Database(':memory:');
    db.exec('CREATE TABLE t (n INTEGER UNIQUE)');
    const insert = db.prepare('INSERT INTO t VALUES (?)');
    const all = () => db.prepare('SELECT n FROM t ORDER BY n').pluck().all();
    return { db, insert, all, queue: createCommitQueue(db) };
  };

  test('operations of one turn share a transaction, and each that fails is undone alone', async () => {
    const { db, insert, all, queue } = table();
    const seen: boolean[] = [];
    const results = await Promise.allSettled([
      queue.write(() => seen.push(db.inTransaction, insert.run(1).changes === 1)),
      queue.write(() => {
        insert.run(2);
        insert.run(1);
      }),
      queue.write(() => insert.run(3)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen).toEqual([true, true]);
    expect(all()).toEqual([1, 3]);
  });

  test('waits for the disk unless all that it commits could be done again', async () => {
    const { queue, db } = table();
    const durability = () => ['OFF', 'NORMAL', 'FULL'][db.pragma('synchronous', { simple: true }) as number];
    expect(await queue.writeRepeatable(durability)).toBe('NORMAL');
    expect(await queue.write(durability)).toBe('FULL');
    expect(await Promise.all([queue.writeRepeatable(durability), queue.write(durability)])).toEqual([
      'FULL',
      'FULL',
    ]);
    expect(await queue.writeRepeatable(durability)).toBe('NORMAL');
  });

  test('what is asked soon after a commit is committed with what is asked a little later', async () => {
    const { queue, insert, db } = table();
    // A slow disk: the next commit leaves the event loop as long as this one took.
    await queue.write(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15));
    const first = queue.write(() => insert.run(1));
    await new Promise((resolve) => setImmediate(resolve));
    const second = queue.write(() => insert.run(2));
    let together = false;
    first.then(() => {
      together = db.prepare('SELECT count(*) FROM t').pluck().get() === 2;
    });
    await Promise.all([first, second]);
    expect(together).toBe(true);
  });

  test('what a peer waits for does not wait for the pause after a slow commit', async () => {
    const { queue, insert, all } = table();
    await queue.write(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20));
    const usual = queue.write(() => insert.run(1));
    const prompt = queue.writePrompt(() => insert.run(2));
    await new Promise((resolve) => setImmediate(resolve));
    expect(all()).toEqual([1, 2]);
    await Promise.all([usual, prompt]);
  });

  test('peers that come together share a commit', async () => {
    const { queue, insert, db } = table();
    const slow = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8);
    await Promise.all([queue.writePrompt(slow), queue.writePrompt(slow)]);
    const first = queue.writePrompt(() => insert.run(1));
    await new Promise((resolve) => setImmediate(resolve));
    const second = queue.writePrompt(() => insert.run(2));
    let together = false;
    first.then(() => {
      together = db.prepare('SELECT count(*) FROM t').pluck().get() === 2;
    });
    await Promise.all([first, second]);
    expect(together).toBe(true);
  });

  test('a transaction that the engine gives up fails the whole group, and the next one works', async () => {
    const { db, insert, all, queue } = table();
    const results = await Promise.allSettled([
      queue.write(() => insert.run(1)),
      queue.write(() => {
        db.exec('ROLLBACK');
        throw new Error('disk full');
      }),
      queue.write(() => insert.run(2)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await queue.write(() => insert.run(4));
    expect(all()).toEqual([4]);
  });

  test('more operations than a group holds are all kept, in order', async () => {
    const { insert, all, queue } = table();
    await Promise.all(Array.from({ length: 200 }, (_, n) => queue.write(() => insert.run(n))));
    expect(all()).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  test('what is asked for before closing is kept', async () => {
    const bench = aBench();
    const pending = bench.store.receive({ source: 's', origin: 'o', bytes: Buffer.from('x') });
    await bench.store.close();
    await expect(pending).resolves.toMatchObject({ duplicate: false });
    expect(await bench.crash().uninterpreted(1)).toHaveLength(1);
  });
});

describe('one daemon a data file', () => {
  test('another living process is refused; its end, or a number used again, frees the file', async () => {
    const bench = aBench();
    const other = spawn('sleep', ['60']);
    await new Promise((resolve) => other.once('spawn', resolve));
    const pid = other.pid ?? 0;
    expect(bench.store.claim(pid)).toEqual({ ok: true });
    expect(bench.crash().claim()).toEqual({ ok: false, pid });

    const db = new Database(bench.file);
    db.exec(`UPDATE daemon_claim SET birth = 'an earlier boot'`);
    db.close();
    expect(bench.store.claim()).toEqual({ ok: true });
    expect(bench.store.claim()).toEqual({ ok: true });

    const ended = new Promise((resolve) => other.once('exit', resolve));
    expect(bench.crash().claim(pid)).toEqual({ ok: false, pid: process.pid });
    other.kill('SIGKILL');
    await ended;
  });

  test('a claim ends with close()', async () => {
    const bench = aBench();
    const other = spawn('sleep', ['60']);
    await new Promise((resolve) => other.once('spawn', resolve));
    const first = bench.store;
    expect(first.claim(other.pid ?? 0)).toEqual({ ok: true });
    const second = bench.crash();
    expect(second.claim().ok).toBe(false);
    await first.close();
    expect(second.claim()).toEqual({ ok: true });
    const ended = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await ended;
  });

  test('a process that ended without closing is no claim', async () => {
    const bench = aBench();
    const other = spawn('sleep', ['60']);
    await new Promise((resolve) => other.once('spawn', resolve));
    bench.store.claim(other.pid ?? 0);
    const ended = new Promise((resolve) => other.once('exit', resolve));
    other.kill('SIGKILL');
    await ended;
    expect(bench.crash().claim()).toEqual({ ok: true });
  });
});
