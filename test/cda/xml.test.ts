import fc from 'fast-check';
import { expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import type { XmlElement } from '../../src/cda/xml.ts';
import { el, NAMESPACES, serialize, xmlText } from '../../src/cda/xml.ts';

/** The same tree written by a library that is well tried: our writer must give its very bytes. */
function written(root: XmlElement): string {
  const builder = create({ version: '1.0', encoding: 'UTF-8' }).ele(NAMESPACES.hl7, root.name);
  builder.att('http://www.w3.org/2000/xmlns/', 'xmlns:xsi', NAMESPACES.xsi);
  builder.att('http://www.w3.org/2000/xmlns/', 'xmlns:lab', NAMESPACES.lab);
  fill(builder, root, '\n');
  return builder.end({ wellFormed: true });
}

// The library leaves alone what looks like a reference already: ampersands are escaped before it sees them.
const safe = (text: string): string => xmlText(text).replace(/&/g, '&amp;');

function fill(builder: XMLBuilder, element: XmlElement, indent: string | undefined): void {
  for (const [name, value] of Object.entries(element.attributes)) {
    const oneLine = safe(value).replace(/[\n\t]+/g, ' ');
    if (name.startsWith('xsi:')) builder.att(NAMESPACES.xsi, name, oneLine);
    else builder.att(name, oneLine);
  }
  const { children } = element;
  const lines = children.every((child) => typeof child !== 'string') ? indent : undefined;
  for (const child of children) {
    if (typeof child === 'string') {
      builder.txt(safe(child));
      continue;
    }
    if (lines !== undefined) builder.txt(lines);
    const added = child.name.startsWith('lab:')
      ? builder.ele(NAMESPACES.lab, child.name)
      : builder.ele(child.name);
    fill(added, child, lines === undefined || child.name === 'text' ? undefined : `${lines} `);
  }
  if (lines !== undefined && children.length > 0) builder.txt(lines.slice(0, -1) || '\n');
}

const SPECIAL = [
  '&',
  '<',
  '>',
  '"',
  "'",
  '&lt;',
  '&#0;',
  ']]>',
  '\r\n',
  '\t',
  '\u0000',
  '\ud800',
  '\ufffe',
  '😀',
  'é',
];
const words = fc
  .array(fc.oneof(fc.constantFrom(...SPECIAL), fc.string({ unit: 'binary' })), { maxLength: 4 })
  .map((parts) => parts.join(''));

const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc
    .tuple(
      fc.constantFrom('section', 'text', 'td', 'value', 'lab:statusCode'),
      fc.dictionary(fc.constantFrom('code', 'root', 'xsi:type', 'ID'), words),
      fc.array(fc.oneof({ depthSize: 'small' }, words, tie('tree')), { maxLength: 4 }),
    )
    .map(([name, attributes, content]) => el(name, attributes, content)),
}));

test('any tree is written as the library writes it', () => {
  fc.assert(
    fc.property(tree, (child) => {
      const root = el('ClinicalDocument', {}, child);
      expect(Buffer.from(serialize(root)).toString('utf8')).toBe(written(root));
    }),
    { numRuns: 500 },
  );
});
