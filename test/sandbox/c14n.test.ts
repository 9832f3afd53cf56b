import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/sandbox/xml/c14n.ts';
import { NotXml, readXml } from '../../src/sandbox/xml/read.ts';
import { cda, selfPresenting } from './reference/cda.ts';
import { canonicalForm } from './reference/signing.ts';

const read = (xml: string) => readXml(Buffer.from(xml), 1 << 20);
const document = cda({ id: '1.2', effectiveTime: '20260105', start: '20260105', ins: '1', insOid: '1.2' });

describe('canonical form with comments equals that of libxml2', () => {
  it.each([
    ['a CDA', document],
    ['a self-presenting CDA, instructions and comments around the root', selfPresenting(document)],
    [
      'namespaces redeclared, undeclared, unused',
      '<a xmlns="u:1" xmlns:p="u:2"><p:b xmlns:p="u:3" xmlns=""><c xmlns="u:1" p:x="1"/></p:b></a>',
    ],
    ['attributes out of order', '<a xmlns:z="u:a" xmlns:b="u:z" z:k="1" b:k="2" k="3" a="4"/>'],
    [
      'line ends, tabs and references',
      '<a b="x&#10;y&#9;z&#13;&quot;&lt;>">1\r\n2&#13;3&amp;&gt;\u0085\u2028</a>',
    ],
    ['character data', '<a><![CDATA[<b>&amp;]]> ]]&gt;</a>'],
    ['instructions', '<?p a="b"?><a><?q?></a><?r   s ?>'],
  ])('%s', (_what, xml) => {
    expect(canonicalize(read(xml), { exclusive: false, comments: true })).toBe(canonicalForm(xml).toString());
  });
});

describe('subtrees', () => {
  const envelope =
    '<e:E xmlns:e="u:e" xmlns:w="u:w" xmlns="u:d" xml:lang="fr"><w:S><a:A xmlns:a="u:a" Id="1"><b/></a:A></w:S></e:E>';
  const apex = () => {
    const element = read(envelope).getElementsByTagName('a:A')[0];
    if (element === undefined) throw new Error('no apex');
    return element;
  };

  it('carry the namespaces and xml: attributes around them in the inclusive form', () => {
    expect(canonicalize(apex(), { exclusive: false, comments: false })).toBe(
      '<a:A xmlns="u:d" xmlns:a="u:a" xmlns:e="u:e" xmlns:w="u:w" Id="1" xml:lang="fr"><b></b></a:A>',
    );
  });

  it('carry only those they use in the exclusive form, and those listed', () => {
    expect(canonicalize(apex(), { exclusive: true, comments: false })).toBe(
      '<a:A xmlns:a="u:a" Id="1"><b xmlns="u:d"></b></a:A>',
    );
    expect(
      canonicalize(apex(), { exclusive: true, comments: false, inclusivePrefixes: ['w', '#default'] }),
    ).toBe('<a:A xmlns="u:d" xmlns:a="u:a" xmlns:w="u:w" Id="1"><b></b></a:A>');
  });
});

describe('the reader', () => {
  it.each([
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['mismatched tags', '<a><b></a></b>'],
    ['an unknown entity', '<a>&b;</a>'],
    ['two roots', '<a/><b/>'],
    ['depth', '<a>'.repeat(300) + '</a>'.repeat(300)],
    ['nothing', ''],
  ])('refuses %s', (_what, xml) => {
    expect(() => read(xml)).toThrow(NotXml);
  });

  it('refuses what is not UTF-8, and what is too large', () => {
    expect(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e]), 100)).toThrow(NotXml);
    expect(() => readXml(Buffer.from('<a></a>'), 5)).toThrow(NotXml);
  });

  it('reads or refuses any bytes, and its canonical form is stable', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            '<',
            '>',
            '/',
            'a',
            'b',
            '=',
            '"',
            ' ',
            '&',
            '#',
            ';',
            '!',
            '-',
            '\r',
            '\n',
            ':',
            'x',
          ),
        }),
        (noise) => {
          let canonical: string;
          try {
            canonical = canonicalize(read(`<a>${noise}</a>`), { exclusive: false, comments: true });
          } catch (error) {
            expect(error).toBeInstanceOf(NotXml);
            return;
          }
          expect(canonicalize(read(canonical), { exclusive: false, comments: true })).toBe(canonical);
        },
      ),
      { numRuns: 500 },
    );
  });
});
