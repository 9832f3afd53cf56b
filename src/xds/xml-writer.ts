/**
 * A writer for the XML whose bytes are signed or hashed: no pretty-printing, attributes in the order given, one
 * escaping function, so that the same values always give the same bytes.
 */

declare const markupBrand: unique symbol;

/** A string known to be well-formed XML content. Only {@link element} and {@link text} make it. */
export type Markup = string & { readonly [markupBrand]: true };

/** An absent value writes no attribute. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/** What XML 1.0 cannot hold, even as a character reference (§2.2); lone surrogates are among it. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * Escapes a value for text content and for a double-quoted attribute. Characters that XML cannot hold are dropped;
 * tabs and line ends become references, so that no reader normalises them.
 */
export function escapeXml(value: string): string {
  return value.replace(NOT_XML, '').replace(/[&<>"\t\n\r]/g, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      default:
        return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
    }
  });
}

/** Character data. */
export function text(value: string): Markup {
  return escapeXml(value) as Markup;
}

/**
 * An element.
 * @param name qualified name, a constant of the caller
 * @param children in order; undefined ones are left out
 */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly (Markup | undefined)[]
): Markup {
  const pairs = Object.entries(attributes)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escapeXml(value)}"`);
  const content = children.filter((child) => child !== undefined).join('');
  return `<${name}${pairs.join('')}>${content}</${name}>` as Markup;
}

/** Content made of several nodes. */
export function fragment(nodes: readonly (Markup | undefined)[]): Markup {
  return nodes.filter((node) => node !== undefined).join('') as Markup;
}
