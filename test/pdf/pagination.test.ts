import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AREA, type Line } from '../../src/pdf/line.ts';
import { type Block, type Pagination, paginate } from '../../src/pdf/pagination.ts';

const line = (height: number, slack = 0): Line => ({ height, slack, draw: () => {} });

function group(lines: readonly Line[], overrides: Partial<Extract<Block, { kind: 'group' }>> = {}): Block {
  return {
    kind: 'group',
    lines,
    follow: 0,
    unbreakable: false,
    head: () => [],
    closing: false,
    ...overrides,
  };
}

const rows = (count: number, slack = 0) => Array.from({ length: count }, () => group([line(20, slack)]));
const closing = (...heights: number[]) => heights.map((height) => group([line(height)], { closing: true }));

/** Lines of some blocks that stand on a page. */
function linesOn(page: number, { placements }: Pagination, blocks: readonly Block[]): number {
  const lines = new Set(blocks.flatMap((block) => (block.kind === 'group' ? block.lines : [])));
  return placements.filter((one) => one.page === page && lines.has(one.line)).length;
}

/** Rows of 20 points that the first page holds. */
const FIRST = Math.floor((AREA.bottom - AREA.firstTop) / 20);

describe('the closing of a report', () => {
  it('stands under the last results where there is room', () => {
    const results = rows(FIRST - 3, 4);
    const made = paginate([...results, ...closing(30)]);
    expect(made.pages).toBe(1);
    expect(made.placements[1]?.top, 'nothing was tightened').toBe(AREA.firstTop + 20);
  });

  it('has room made for it by setting lines a little nearer to each other, no more than it takes', () => {
    const results = rows(FIRST, 4);
    const made = paginate([...results, ...closing(30)]);
    expect(made.pages).toBe(1);
    const last = made.placements.at(-1);
    expect((last?.top ?? 0) + 30).toBeLessThanOrEqual(AREA.bottom);
    expect((last?.top ?? 0) + 30, 'the least that is enough').toBeGreaterThan(AREA.bottom - FIRST * 0.4 - 1);
  });

  it('takes the last results with it where no tightening is enough', () => {
    const results = rows(FIRST);
    const made = paginate([...results, ...closing(30)]);
    expect(made.pages).toBe(2);
    expect(linesOn(1, made, results)).toBe(3);
  });

  it('takes them too where only its end has no room', () => {
    const results = rows(FIRST - 2);
    const made = paginate([...results, ...closing(30, 60)]);
    expect(made.pages).toBe(2);
    expect(linesOn(1, made, results)).toBe(3);
  });

  it('repeats the head of the results that it takes', () => {
    const head = line(15);
    const results = rows(FIRST).map((block) => ({ ...block, head: () => [head] }));
    const made = paginate([...results, ...closing(30)]);
    expect(made.placements.find(({ page }) => page === 1)).toEqual(
      expect.objectContaining({ line: head, top: AREA.top }),
    );
  });

  it('never parts results from their title', () => {
    const before = rows(FIRST - 4);
    const [title, last] = [group([line(20)], { follow: 20 }), rows(3)];
    const made = paginate([...before, title, ...last, ...closing(30)]);
    expect(linesOn(1, made, [title])).toBe(1);
    expect(linesOn(1, made, last)).toBe(3);
  });

  it('takes the end of a long text, not the whole of it', () => {
    const text = group(Array.from({ length: FIRST - 2 }, () => line(20)));
    const made = paginate([...rows(2), text, ...closing(30)]);
    expect(linesOn(1, made, [text])).toBe(3);
  });

  it('goes alone where the results are one whole that would leave a bare page', () => {
    const picture = group([line(AREA.bottom - AREA.firstTop - 40)], { unbreakable: true });
    const made = paginate([...rows(1), picture, ...closing(60)]);
    expect(linesOn(0, made, [picture])).toBe(1);
    expect(made.pages).toBe(2);
  });
});

describe('a title', () => {
  const title = () => group([line(20)], { follow: 10 });

  it('goes with the first lines that it announces, however many titles stand above it', () => {
    const [chapter, battery] = [title(), title()];
    const result = group([line(20), line(20), line(20)]);
    const made = paginate([...rows(FIRST - 4), chapter, battery, result, ...rows(8)]);
    expect(linesOn(1, made, [chapter, battery, result])).toBe(5);
  });

  it('does not go with the whole of a long text', () => {
    const [chapter, text] = [title(), group(Array.from({ length: 30 }, () => line(20)))];
    const made = paginate([...rows(FIRST - 4), chapter, text]);
    expect(linesOn(0, made, [chapter, text])).toBe(4);
  });
});

describe('any report', () => {
  const blocks = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('space' as const), height: fc.integer({ min: 0, max: 30 }) }),
      fc
        .record({
          heights: fc.array(fc.integer({ min: 8, max: 40 }), { minLength: 1, maxLength: 60 }),
          follow: fc.constantFrom(0, 42),
          slack: fc.integer({ min: 0, max: 4 }),
        })
        .map(({ heights, follow, slack }) =>
          group(
            heights.map((height) => line(height, slack)),
            { follow, head: () => [line(12), line(15)] },
          ),
        ),
    ),
    { maxLength: 40 },
  );

  it('keeps each line once, in order, inside the pages', () => {
    fc.assert(
      fc.property(
        blocks,
        fc.array(fc.integer({ min: 10, max: 200 }), { maxLength: 6 }),
        (results, heights) => {
          const all = [...results, ...closing(...heights)];
          const { placements, pages } = paginate(all);
          const wanted = all.flatMap((block) => (block.kind === 'group' ? block.lines : []));
          const own = new Set(wanted);
          expect(placements.filter((one) => own.has(one.line)).map((one) => one.line)).toEqual(wanted);
          let [page, bottom] = [0, 0];
          for (const one of placements) {
            expect(one.page - page, 'no page is left out').toBeOneOf([0, 1]);
            const slack = one.line.slack ?? 0;
            if (one.page === page) expect(one.top + slack).toBeGreaterThanOrEqual(bottom - 0.001);
            [page, bottom] = [one.page, one.top + one.line.height];
            expect(bottom).toBeLessThanOrEqual(AREA.bottom + 0.001);
          }
          expect(pages).toBe(page + 1);
        },
      ),
    );
  });
});
