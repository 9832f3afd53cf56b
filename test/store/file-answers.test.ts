import { expect, test } from 'vitest';
import { aBench } from './store-fixtures.ts';

const MIB = 1024 * 1024;

test('answers owed are read as many at a time as the bytes of their files allow, from where one says', async () => {
  const { store } = aBench();
  const owed: number[] = [];
  for (const [index, size] of [20 * MIB, 20 * MIB, 40 * MIB, 10, 10].entries()) {
    const bytes = Buffer.alloc(size, index);
    const { inboxId } = await store.receive({ source: 'sgl', origin: `${index}.hpr`, bytes });
    await store.interpreted(inboxId, [{ kind: 'ignored', reason: 'essai' }], { answered: true });
    owed.push(inboxId);
  }
  const page = async (after?: number, limit = 20) =>
    (await store.answersOwed('sgl', limit, after)).map(({ inboxId }) => inboxId);
  const [first = 0, second = 0, third = 0] = owed;
  expect(await page()).toEqual([first]);
  expect(await page(first)).toEqual([second]);
  expect(await page(second)).toEqual([third]);
  expect(await page(third)).toEqual(owed.slice(3));
  expect(await page(third, 1)).toEqual([owed[3]]);
  expect(await page(owed.at(-1))).toEqual([]);
});
