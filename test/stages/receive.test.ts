import { describe, expect, test } from 'vitest';
import { createReceiver } from '../../src/stages/receive.ts';
import type { Store } from '../../src/store/model.ts';

const SOURCE = { name: 'sgl', maxBytes: 1_000, sideFiles: { waitMs: 1_000, suffixes: ['.pdf'] } };

/** A receiver on a store that only notes what it is asked to keep. */
function aReceiver() {
  const kept: string[] = [];
  const interpreted: string[] = [];
  const refused: string[] = [];
  const store = {
    receive: async ({ origin }: { origin: string }) => ({ inboxId: kept.push(origin), duplicate: false }),
    refuse: async ({ origin }: { origin: string }) => {
      refused.push(origin);
    },
    isSideFileAwaited: async () => false,
    inboxState: async () => ({ state: 'interpreted', faults: [] }),
  } as unknown as Store;
  const receive = createReceiver({
    store,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    interpretOne: async ({ origin }) => {
      interpreted.push(origin);
    },
    next: () => {},
    now: () => 0,
    at: () => {},
  });
  return { receive, kept, interpreted, refused };
}

/** A file whose bytes come when they are let go. */
function aFile(name: string) {
  let finish: (bytes: Uint8Array | Error) => void = () => {};
  const bytes = new Promise<Uint8Array>((resolve, reject) => {
    finish = (value) => (value instanceof Error ? reject(value) : resolve(value));
  });
  return { file: { name, size: 10, stamp: '1', waited: false, read: () => bytes }, finish };
}

describe('files handed over together', () => {
  test('are kept and interpreted in that order, however long each takes to read', async () => {
    const { receive, kept, interpreted } = aReceiver();
    const [partial, final] = [aFile('a-partial'), aFile('b-final')];
    const both = [receive(partial.file, SOURCE), receive(final.file, SOURCE)];
    final.finish(new Uint8Array(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(kept).toEqual([]);
    partial.finish(new Uint8Array(1));
    expect(await Promise.all(both)).toEqual([{ move: 'archive' }, { move: 'archive' }]);
    expect(kept).toEqual(['a-partial', 'b-final']);
    expect(interpreted).toEqual(['a-partial', 'b-final']);
  });

  test('one that cannot be read fails alone', async () => {
    const { receive, kept } = aReceiver();
    const [broken, whole] = [aFile('a'), aFile('b')];
    const first = receive(broken.file, SOURCE);
    const second = receive(whole.file, SOURCE);
    whole.finish(new Uint8Array(1));
    broken.finish(new Error('EIO'));
    await expect(first).rejects.toThrow('EIO');
    expect(await second).toEqual({ move: 'archive' });
    expect(kept).toEqual(['b']);
  });

  test('a slow source does not keep another one waiting', async () => {
    const { receive, kept } = aReceiver();
    const slow = aFile('slow');
    const quick = aFile('quick');
    void receive(slow.file, SOURCE);
    quick.finish(new Uint8Array(1));
    await receive(quick.file, { ...SOURCE, name: 'other' });
    expect(kept).toEqual(['quick']);
  });
});

test('a file over the limit is refused without being read', async () => {
  const { receive, kept, refused } = aReceiver();
  const { file } = aFile('huge');
  const move = await receive({ ...file, size: 1_001 }, SOURCE);
  expect(move).toMatchObject({ move: 'quarantine', reason: expect.stringContaining('INPUT_TOO_LARGE') });
  expect([kept, refused]).toEqual([[], ['huge']]);
});
