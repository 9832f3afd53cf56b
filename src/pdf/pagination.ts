import { AREA, heightOf, type Line } from './line.ts';

/** White space; none at the top of a page. */
interface Space {
  readonly kind: 'space';
  readonly height: number;
}

/** Lines that stay together unless they are tall. */
interface Group {
  readonly kind: 'group';
  readonly lines: readonly Line[];
  /** Height that must remain under a title; what follows may want more to begin with. None: the group is no title. */
  readonly follow: number;
  /** Never cut, however tall: sure to fit a page. */
  readonly unbreakable: boolean;
  /** Lines repeated at the top of each page that is started for this group. */
  readonly head: () => readonly Line[];
  /** Ends the report: validation and notices, which are not worth a page of their own. */
  readonly closing: boolean;
}

export type Block = Space | Group;

/** A line on its page. */
export interface Placement {
  readonly page: number;
  readonly top: number;
  readonly line: Line;
}

export interface Pagination {
  readonly pages: number;
  readonly placements: readonly Placement[];
}

const FULL_HEIGHT = AREA.bottom - AREA.top;
/** A group taller than this part of a page may be cut between two lines. */
const TALLEST_WHOLE = 0.4;
/** Parts of their slack that lines are asked for, the least first, to bring the closing back beside the results. */
const SQUEEZES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Height of results, in points, that goes to the last page when the closing has to go there. */
const COMPANY = 60;
/** What stays on the page before must fill this part of it. */
const LEFT_BEHIND = 0.4;

/**
 * Gives each line its page. A last page that would hold the closing alone is spared: all lines are set a little nearer
 * to each other where that brings the closing back; failing that, the last results go with it.
 */
export function paginate(blocks: readonly Block[]): Pagination {
  const loose = lay(blocks);
  if (!endsAlone(loose)) return loose;
  for (const squeeze of SQUEEZES) {
    const tight = lay(blocks, { squeeze });
    if (tight.pages < loose.pages) return tight;
  }
  const cut = companyOf(blocks, loose);
  const accompanied = cut ? lay(blocks, { cut }) : loose;
  return accompanied.pages === loose.pages && !endsAlone(accompanied) ? accompanied : loose;
}

/** A line of a group, by their ranks. */
interface Position {
  readonly block: number;
  readonly line: number;
}

/** A line on its page, and where it comes from; lines repeated at the top of a page come from nowhere. */
interface Placed extends Placement {
  readonly from?: Position;
  readonly closing: boolean;
}

interface Layout extends Pagination {
  readonly placements: readonly Placed[];
}

/** Sets lines one under the other; `cut`: the line that begins a page whatever the room before it. */
function lay(blocks: readonly Block[], options: { squeeze?: number; cut?: Position } = {}): Layout {
  const { squeeze = 0, cut } = options;
  const placements: Placed[] = [];
  let page = 0;
  let top: number = AREA.firstTop;
  const heightIn = (line: Line) => line.height - (line.slack ?? 0) * squeeze;
  const sum = (lines: readonly Line[]) => lines.reduce((height, line) => height + heightIn(line), 0);
  const put = (line: Line, from: Position | undefined, closing: boolean) => {
    const slack = (line.slack ?? 0) * squeeze;
    placements.push({ page, top: top - slack, line, closing, ...(from ? { from } : {}) });
    top += line.height - slack;
  };

  /** Height that a group must have under it to begin on a page: a title goes with the first lines that it announces. */
  const roomOf = (index: number): number => {
    const block = blocks[index];
    if (block?.kind !== 'group') return 0;
    const height = sum(block.lines);
    const whole = block.unbreakable || height <= FULL_HEIGHT * TALLEST_WHOLE;
    const opening = whole ? height : sum(block.lines.slice(0, 2));
    if (block.follow === 0) return opening;
    const next = roomOf(blocks.findIndex((one, rank) => rank > index && one.kind === 'group'));
    return opening + (next <= FULL_HEIGHT * TALLEST_WHOLE ? Math.max(next, block.follow) : block.follow);
  };

  blocks.forEach((block, index) => {
    if (block.kind === 'space') {
      if (top > AREA.top || page === 0) top += block.height * (1 - squeeze / 2);
      return;
    }
    const { lines, unbreakable, head, closing } = block;
    const breakPage = () => {
      page++;
      top = AREA.top;
      for (const line of head()) put(line, undefined, closing);
    };
    if (top + roomOf(index) > AREA.bottom) breakPage();
    lines.forEach((line, rank) => {
      const here = cut?.block === index && cut.line === rank;
      if (here || (!unbreakable && top + heightIn(line) > AREA.bottom)) breakPage();
      put(line, { block: index, line: rank }, closing);
    });
  });
  return { pages: page + 1, placements };
}

/** Whether the last page, another than the first, holds nothing of the results. */
function endsAlone({ pages, placements }: Layout): boolean {
  return pages > 1 && placements.every(({ page, closing }) => page < pages - 1 || closing);
}

/**
 * The line from which results may go to the last page: neither parted from their title nor leaving a bare page behind.
 * @returns undefined where there is no such line
 */
function companyOf(blocks: readonly Block[], { pages, placements }: Layout): Position | undefined {
  const before = placements.filter(({ page, closing }) => page === pages - 2 && !closing);
  let end = 0;
  for (const { from, top, line } of before.toReversed()) {
    if (!from || top < AREA.top + FULL_HEIGHT * LEFT_BEHIND) return undefined;
    end = Math.max(end, top + line.height);
    if (end - top >= COMPANY && mayBegin(from, blocks)) return from;
  }
  return undefined;
}

/** Whether a page may begin with a line: inside a tall group, or with a group that no title announces. */
function mayBegin({ block, line }: Position, blocks: readonly Block[]): boolean {
  const group = blocks[block];
  if (group?.kind !== 'group') return false;
  const tall = !group.unbreakable && heightOf(group.lines) > FULL_HEIGHT * TALLEST_WHOLE;
  if (line > 0) return tall;
  const previous = blocks.slice(0, block).findLast((one) => one.kind === 'group');
  return previous?.kind === 'group' && previous.follow === 0;
}
