import type { TextStyle } from './canvas.ts';
import { AREA, type Line } from './line.ts';
import { printable, widthOf, wrap } from './text.ts';

export interface ParagraphOptions {
  readonly leading: number;
  /** Points from the left of the text area. */
  readonly indent?: number;
  /** Set before the first line, the text hanging behind it; above it when it is long. */
  readonly label?: { readonly text: string; readonly style: TextStyle };
  /** Points kept free at the right. */
  readonly right?: number;
}

/** Part of the width that a label may take beside its text. */
const LABEL_MOST = 0.55;
/** Leading in ems under which lines would be hard to follow. */
const TIGHTEST = 1.2;

/** A text as lines across the text area. */
export function paragraph(text: string, style: TextStyle, options: ParagraphOptions): Line[] {
  const { leading, indent = 0, label, right = 0 } = options;
  const left = AREA.left + indent;
  const width = AREA.width - indent - right;
  const title = label ? printable(label.text) : '';
  const hang = label ? widthOf(`${title} `, label.style) : 0;
  if (label && hang > width * LABEL_MOST) {
    const above = paragraph(title, label.style, { leading, indent, right });
    return [...above, ...paragraph(text, style, { leading, indent, right })];
  }
  const slack = Math.max(0, leading - Math.max(style.size, label?.style.size ?? 0) * TIGHTEST);
  return wrap(printable(text), style, width - hang).map((row, index) => ({
    height: leading,
    slack,
    draw: (canvas, top) => {
      const baseline = top + leading * 0.78;
      if (label && index === 0) canvas.text(left, baseline, title, label.style);
      canvas.text(left + hang, baseline, row, style);
    },
  }));
}
