import type { FontSubset } from './font-subset.ts';

/** A colour as PDF writes it: `0.12 0.3 0.37` (DeviceRGB, read as sRGB by the output intent). */
export type Colour = string & { readonly __colour: true };

/** Face, size in points and colour of a run of text. */
export interface TextStyle {
  readonly face: FontSubset;
  readonly size: number;
  readonly colour: Colour;
}

/** A4, in points. */
export const PAGE = { width: 595.28, height: 841.89 } as const;

/** `#RRGGBB` → colour. */
export function colourOf(hex: string): Colour {
  const channels = [1, 3, 5].map((at) => number(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  return channels.join(' ') as Colour;
}

/** The content stream of one page. Coordinates in points from the top left corner; text sits on its baseline. */
export class Canvas {
  readonly #operators: string[] = [];
  readonly #drawn: string[] = [];
  #fill = '';
  #stroke = '';

  text(x: number, baseline: number, text: string, style: TextStyle): void {
    if (text === '') return;
    this.#drawn.push(text);
    this.#setFill(style.colour);
    const at = `${number(x)} ${number(PAGE.height - baseline)}`;
    this.#operators.push(
      `BT /${style.face.name} ${number(style.size)} Tf ${at} Td ${style.face.encode(text)} Tj ET`,
    );
  }

  /** Tells whole, among what was drawn, a text that is drawn in lines with others between them. */
  tell(text: string): void {
    this.#drawn.push(text);
  }

  /** Text that ends at `right`. */
  textRight(right: number, baseline: number, text: string, style: TextStyle): void {
    this.text(right - style.face.width(text, style.size), baseline, text, style);
  }

  rule(x: number, y: number, width: number, thickness: number, colour: Colour): void {
    this.#setStroke(colour);
    const height = number(PAGE.height - y);
    this.#operators.push(
      `${number(thickness)} w ${number(x)} ${height} m ${number(x + width)} ${height} l S`,
    );
  }

  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.#setFill(colour);
    this.#operators.push(`${rectangle(x, y, width, height)} f`);
  }

  /**
   * Boxes of a grid painted at once, so that neighbours show no seam: column, row, width and height in cells.
   * @param cell side of a cell in points
   */
  grid(
    x: number,
    y: number,
    cell: number,
    boxes: readonly (readonly [number, number, number, number])[],
    colour: Colour,
  ): void {
    this.#setFill(colour);
    // In the grid's own units the operands are small integers.
    const matrix = [cell, 0, 0, -cell, x, PAGE.height - y].map(number).join(' ');
    const path = boxes.map((box) => `${box.join(' ')} re`).join('\n');
    this.#operators.push(`q ${matrix} cm\n${path} f Q`);
  }

  /** Straight lines from point to point. */
  polyline(
    points: readonly { readonly x: number; readonly y: number }[],
    thickness: number,
    colour: Colour,
  ): void {
    this.#setStroke(colour);
    const path = points.map(({ x, y }, index) => `${at(x, y)} ${index === 0 ? 'm' : 'l'}`);
    this.#operators.push(`${number(thickness)} w ${path.join(' ')} S`);
  }

  /** A dot around a point; hollow: a ring on white. */
  disc(x: number, y: number, radius: number, colour: Colour, hollow: boolean): void {
    // Four Bézier curves: the usual approximation of a circle, true to three in ten thousand.
    const k = radius * 0.5523;
    const r = radius;
    const path = [
      `${at(x + r, y)} m`,
      `${at(x + r, y + k)} ${at(x + k, y + r)} ${at(x, y + r)} c`,
      `${at(x - k, y + r)} ${at(x - r, y + k)} ${at(x - r, y)} c`,
      `${at(x - r, y - k)} ${at(x - k, y - r)} ${at(x, y - r)} c`,
      `${at(x + k, y - r)} ${at(x + r, y - k)} ${at(x + r, y)} c h`,
    ];
    this.#shape(path.join(' '), colour, hollow);
  }

  /** A square on its point; hollow: its outline on white. */
  diamond(x: number, y: number, radius: number, colour: Colour, hollow: boolean): void {
    const corners = [at(x, y - radius), at(x + radius, y), at(x, y + radius), at(x - radius, y)];
    this.#shape(`${corners.join(' l ').replace(' l ', ' m ')} l h`, colour, hollow);
  }

  image(name: string, x: number, y: number, width: number, height: number): void {
    const matrix = [width, 0, 0, height, x, PAGE.height - y - height].map(number).join(' ');
    this.#operators.push(`q ${matrix} cm /${name} Do Q`);
  }

  /** Every text that was drawn, in the order of drawing, and whole those that were told. */
  get drawn(): readonly string[] {
    return this.#drawn;
  }

  content(): Uint8Array {
    return Buffer.from(this.#operators.join('\n'), 'latin1');
  }

  #shape(path: string, colour: Colour, hollow: boolean): void {
    this.#setFill(hollow ? WHITE : colour);
    this.#setStroke(colour);
    this.#operators.push(`0.7 w ${path} ${hollow ? 'B' : 'f'}`);
  }

  #setStroke(colour: Colour): void {
    if (this.#stroke !== colour) this.#operators.push(`${colour} RG`);
    this.#stroke = colour;
  }

  #setFill(colour: Colour): void {
    if (this.#fill !== colour) this.#operators.push(`${colour} rg`);
    this.#fill = colour;
  }
}

const WHITE = colourOf('#FFFFFF');

/** A point in the coordinates of the page, from its bottom. */
function at(x: number, y: number): string {
  return `${number(x)} ${number(PAGE.height - y)}`;
}

function rectangle(x: number, y: number, width: number, height: number): string {
  return `${number(x)} ${number(PAGE.height - y - height)} ${number(width)} ${number(height)} re`;
}

/** At most three decimals: a thousandth of a point is beyond any printer. */
function number(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
