/** XHTML as text, for what stands beside the stylesheet: prefixed, since the file's own elements have no namespace. */

declare const markupBrand: unique symbol;

/** Escaped already. Only {@link h} makes one. */
export interface Markup {
  readonly xml: string;
  readonly [markupBrand]: true;
}

export type MarkupContent = Markup | string | undefined | readonly MarkupContent[];

/** The element `h:name`; texts and attribute values are escaped, what is undefined is left out. */
export function h(
  name: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...content: readonly MarkupContent[]
): Markup {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${escapeXml(value)}"`))
    .join('');
  return { xml: `<h:${name}${written}>${inner(content)}</h:${name}>` } as Markup;
}

function inner(content: MarkupContent): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeXml(content);
  return 'xml' in content ? content.xml : content.map(inner).join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (found) => ESCAPES[found] ?? '');
