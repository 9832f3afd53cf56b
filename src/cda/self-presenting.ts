import type { Stylesheet } from './stylesheet.ts';
import { viewWithoutXslt } from './view-without-xslt.ts';

/**
 * The auto-presentable form (cr-bio §8.1): one file that is the laboratory's XSLT 1.0 stylesheet and holds the document
 * as its data. A browser shows the report, with XSLT or without; the document's bytes stand unchanged inside.
 *
 * `href="#"` is the CI-SIS's. Chromium of today will not read it again from disk and shows nothing there; naming the
 * root by an xml:id would mend it, but the schema of XSLT refuses one on xsl:stylesheet.
 * @param cda bytes of {@link buildCda}
 */
export function selfPresenting(cda: Uint8Array, stylesheet: Stylesheet): Uint8Array {
  const bytes = Buffer.from(cda.buffer, cda.byteOffset, cda.byteLength);
  // Without its XML declaration, which may only stand first in a file.
  const document = bytes.subarray(Math.max(bytes.indexOf('<ClinicalDocument'), 0));
  const prologue = `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="#"?>
<xsl:stylesheet ${rootAttributes(stylesheet)}>
<data:Contenu>
`;
  const epilogue = `
</data:Contenu>
${viewWithoutXslt(document, stylesheet.css)}${stylesheet.content}</xsl:stylesheet>
`;
  return Buffer.concat([Buffer.from(prologue, 'utf8'), document, Buffer.from(epilogue, 'utf8')]);
}

/** What the wrapper itself needs, beside what the laboratory's stylesheet declares. */
const DECLARATIONS: readonly (readonly [name: string, value: string])[] = [
  ['xmlns:xsl', 'http://www.w3.org/1999/XSL/Transform'],
  ['xmlns:data', 'urn:asip-sante:ci-sis'],
];

function rootAttributes({ rootAttributes: own }: Stylesheet): string {
  const missing = DECLARATIONS.filter(([name]) => !new RegExp(`(?:^|\\s)${name}\\s*=`).test(own));
  return [own, ...missing.map(([name, value]) => `${name}="${value}"`)].join(' ');
}
