import { expect, test } from 'vitest';
import type { RenderedDocument } from '../../src/stages/document.ts';
import { createRenderer } from '../../src/stages/render.ts';
import type { Store } from '../../src/store/model.ts';
import type { RenderTask, VersionId } from '../../src/store/records.ts';

/** A renderer of two places on a store of as many versions as there are names; a version is done when it is let go. */
function aRenderer(names: readonly string[]) {
  let left = [...names];
  const started: string[] = [];
  const done = new Map<string, (outcome: Error | 'faults' | 'document') => void>();
  const wakes: string[] = [];
  const failed: string[] = [];
  const tasks = () => left.map((reportId) => ({ reportId, version: 1 }) as RenderTask);
  const leave = (reportId: string) => {
    left = left.filter((name) => name !== reportId);
  };
  const store = {
    unrendered: async (limit: number, besides: readonly VersionId[] = []) =>
      tasks()
        .filter(({ reportId }) => !besides.some((one) => one.reportId === reportId))
        .slice(0, limit),
    rendered: async ({ reportId }: RenderTask) => leave(reportId),
    renderFailed: async ({ reportId }: RenderTask) => {
      failed.push(reportId);
      leave(reportId);
    },
  } as unknown as Store;
  const renderer = createRenderer({
    store,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    render: ({ reportId }) => {
      started.push(reportId);
      return new Promise((resolve, reject) => {
        done.set(reportId, (outcome) => {
          if (outcome instanceof Error) reject(outcome);
          else if (outcome === 'faults') resolve({ faults: [{ code: 'X', cause: 'x', hint: 'x' }] });
          else resolve({ warnings: [], facts: {} } as unknown as RenderedDocument);
        });
      });
    },
    concurrency: 2,
    at: () => {},
    next: () => wakes.push('decide'),
    wake: () => wakes.push('render'),
  });
  const finish = async (reportId: string, outcome: Error | 'faults' | 'document' = 'document') => {
    done.get(reportId)?.(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { renderer, started, finish, wakes, failed };
}

test('a slow version keeps its own place only', async () => {
  const { renderer, started, finish, wakes } = aRenderer(['slow', 'a', 'b', 'c']);
  expect(await renderer.turn()).toBe(2);
  expect(await renderer.turn()).toBe(0);
  await finish('a');
  expect(wakes).toEqual(['decide', 'render']);
  expect(await renderer.turn()).toBe(1);
  await finish('b');
  await renderer.turn();
  expect(started).toEqual(['slow', 'a', 'b', 'c']);
});

test('a version that cannot become a document is set aside, and the next one takes its place', async () => {
  const { renderer, started, finish, failed } = aRenderer(['a', 'b', 'c']);
  await renderer.turn();
  await finish('a', 'faults');
  expect(failed).toEqual(['a']);
  await renderer.turn();
  expect(started).toEqual(['a', 'b', 'c']);
});

test('an unexpected failure fails the next turn, once, and the version is tried again', async () => {
  const { renderer, started, finish } = aRenderer(['a']);
  await renderer.turn();
  await finish('a', new Error('worker gone'));
  await expect(renderer.turn()).rejects.toThrow('worker gone');
  expect(await renderer.turn()).toBe(1);
  expect(started).toEqual(['a', 'a']);
});

test('stopping waits for what is under way', async () => {
  const { renderer, finish } = aRenderer(['a']);
  await renderer.turn();
  let stopped = false;
  const stop = renderer.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  await finish('a');
  await stop;
  expect(stopped).toBe(true);
});
