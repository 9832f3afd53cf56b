import type { XmlContent, XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** Pieces of StrucDoc narrative (CDA R2 §4.3.5). */

/** Text whose line breaks are kept as `br`. */
export function broken(text: string): XmlContent {
  return text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .flatMap((line, index): XmlContent[] => (index === 0 ? [line] : [el('br'), line]));
}

/** Columns that matter: no-break spaces hold them in any viewer, the style makes them fixed-width in ours. */
export function preformatted(text: string): XmlElement {
  return el(
    'content',
    { styleCode: 'xFixe' },
    broken(text.replace(/ /g, '\u00a0').replace(/\t/g, '\u00a0'.repeat(4))),
  );
}

export const bold = (...content: XmlContent[]): XmlElement => el('content', { styleCode: 'Bold' }, content);

export const paragraph = (...content: XmlContent[]): XmlElement => el('paragraph', {}, content);

/** Content that an entry refers to. */
export const anchored = (id: string, ...content: XmlContent[]): XmlElement =>
  el('content', { ID: id }, content);
