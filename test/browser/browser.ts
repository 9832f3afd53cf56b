/** What the tests ask of a browser, whatever its remote protocol. */
export interface Browser {
  open(url: string): Promise<View>;
  /** The open page on A4 paper, as PDF. */
  print(): Promise<Buffer>;
  close(): Promise<void>;
}

export interface View {
  /** Every text that has a place on the page, in document order. */
  readonly texts: readonly PlacedText[];
  /** The whole page as PNG. */
  readonly picture: Buffer;
}

/** A run of text and where it stands, in pixels of the page. */
export interface PlacedText {
  readonly text: string;
  readonly boxes: readonly Box[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const VIEWPORT = { width: 1100, height: 800 };
export const PHONE: typeof VIEWPORT = { width: 390, height: 800 };

/** A4 in centimetres, as WebDriver's print command takes it. */
export const PAPER = { page: { width: 21, height: 29.7 }, background: false } as const;

/**
 * Run in the page: works alike on HTML and on plain XML, where `innerText` does not exist. A text that is laid out
 * nowhere (display: none) has no box.
 */
export const PAGE_TEXTS = `
  if (!document.documentElement) return [];
  const found = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()]
      .filter(({ width, height }) => width > 0 && height > 0)
      .map(({ x, y, width, height }) => ({ x: x + scrollX, y: y + scrollY, width, height }));
    if (boxes.length && node.parentElement.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      found.push({ text: node.data, boxes });
  }
  return found;`;

export function textsIn(answer: unknown): readonly PlacedText[] {
  if (!Array.isArray(answer)) throw new TypeError('the page gave no list of texts');
  return answer as PlacedText[];
}
