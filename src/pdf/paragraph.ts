import type { TextStyle } from './canvas.ts';
import { AREA, type Line } from './flow.ts';
import { printable, wrap } from './text.ts';

export interface ParagraphOptions {
  readonly leading: number;
  /** Points from the left of the text area. */
  readonly indent?: number;
  /** Set before the first line, the text hanging behind it. */
  readonly label?: { readonly text: string; readonly style: TextStyle };
  /** Points kept free at the right. */
  readonly right?: number;
}

/** A text as lines across the text area. */
export function paragraph(text: string, style: TextStyle, options: ParagraphOptions): Line[] {
  const { leading, indent = 0, label, right = 0 } = options;
  const left = AREA.left + indent;
  const hang = label ? label.style.face.width(`${label.text} `, label.style.size) : 0;
  const rows = wrap(printable(text), style, AREA.width - indent - hang - right);
  return rows.map((row, index) => ({
    height: leading,
    draw: (canvas, top) => {
      const baseline = top + leading * 0.78;
      if (label && index === 0) canvas.text(left, baseline, label.text, label.style);
      canvas.text(left + hang, baseline, row, style);
    },
  }));
}
