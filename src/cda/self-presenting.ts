import type { Stylesheet } from './stylesheet.ts';
import { viewWithoutXslt } from './view-without-xslt.ts';

/**
 * The auto-presentable form (cr-bio §8.1): one file that is the laboratory's XSLT 1.0 stylesheet and holds the document
 * as its data. A browser shows the report, with XSLT or without; the document's bytes stand unchanged inside.
 * @param cda bytes of {@link buildCda}
 */
export function selfPresenting(cda: Uint8Array, stylesheet: Stylesheet): Uint8Array {
  const bytes = Buffer.from(cda.buffer, cda.byteOffset, cda.byteLength);
  // Without its XML declaration, which may only stand first in a file.
  const document = bytes.subarray(Math.max(bytes.indexOf('<ClinicalDocument'), 0));
  const prologue = `<?xml version="1.0" encoding="UTF-8"?>
${INSTRUCTIONS}
<xsl:stylesheet ${rootAttributes(stylesheet)}>
<data:Contenu>
`;
  const epilogue = `
</data:Contenu>
${viewWithoutXslt(document, stylesheet.css)}${stylesheet.content}</xsl:stylesheet>
`;
  return Buffer.concat([Buffer.from(prologue, 'utf8'), document, Buffer.from(epilogue, 'utf8')]);
}

/** The name by which the file's own root is found. */
const SELF = 'feuille';

/**
 * `#`, the form of the CI-SIS, is the file itself: Firefox takes that last instruction. Chromium and WebKit take the
 * first, and would fetch `#` anew, which they refuse to a file opened from disk (the page stays blank): the first names
 * the root by its xml:id, which they find without fetching.
 */
const INSTRUCTIONS = [`#${SELF}`, '#']
  .map((href) => `<?xml-stylesheet type="text/xsl" href="${href}"?>`)
  .join('\n');

/** What the wrapper itself needs, beside what the laboratory's stylesheet declares. */
const DECLARATIONS: readonly (readonly [name: string, value: string])[] = [
  ['xmlns:xsl', 'http://www.w3.org/1999/XSL/Transform'],
  ['xmlns:data', 'urn:asip-sante:ci-sis'],
  ['xml:id', SELF],
];

function rootAttributes({ rootAttributes: own }: Stylesheet): string {
  const kept = own.replace(/\s*\bxml:id\s*=\s*("[^"]*"|'[^']*')/, '');
  const missing = DECLARATIONS.filter(([name]) => !new RegExp(`(?:^|\\s)${name}\\s*=`).test(kept));
  return [kept, ...missing.map(([name, value]) => `${name}="${value}"`)].join(' ');
}
