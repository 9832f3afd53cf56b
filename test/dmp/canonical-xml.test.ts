import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { C14nCanonicalizationWithComments } from 'xml-crypto';
import { canonicalDocument, canonicalElement, parseDocument } from '../../src/dmp/canonical-xml.ts';
import { selfPresentingCda } from '../fixtures/xds/cda.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crbio-c14n-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function libxml2(xml: string): string {
  const file = join(folder, 'in.xml');
  writeFileSync(file, xml);
  return execFileSync('xmllint', ['--c14n', file], { encoding: 'utf8' });
}

describe('canonicalDocument', () => {
  it('agrees with libxml2 on a self-presenting document', () => {
    const xml = Buffer.from(selfPresentingCda()).toString('utf8');
    const canonical = canonicalDocument(parseDocument(xml));
    expect(canonical).toBe(libxml2(xml));
    expect(canonical).toContain('<?xml-stylesheet type="text/xsl" href="#"?>\n');
    expect(canonical).toContain('<!-- a < b & c -->');
  });

  it.each([
    '<a xmlns="urn:u"><b xmlns=""><c xmlns="urn:u" xmlns:p="urn:v"><p:d xmlns:p="urn:v" p:x="1" y="2"/></c></b></a>',
    '<a z="1" xmlns:b="urn:1" xmlns:a="urn:2" b:q="2" a:q="3" c="4"/>',
    '<a b="x&#9;y&#10;z&#13;w &quot;&lt;&amp;>" >t&#13;t &gt; ]]&gt; <![CDATA[<&>]]></a>',
    '<?p a?><!--c--><a/><!--d--><?q?>',
    '<a xml:space="preserve" xml:lang="fr">\r\n é \u{1F600}\t</a>',
  ])('agrees with libxml2 on %s', (xml) => {
    expect(canonicalDocument(parseDocument(xml))).toBe(libxml2(xml));
  });

  it('is a fixed point: canonical text canonicalises to itself', () => {
    const data = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((value) => value.replace(/[&<>-]|\p{C}/gu, '.'));
    const element = (child: fc.Arbitrary<string>) =>
      fc
        .tuple(
          fc.constantFrom('a', 'p:b', 'q:c'),
          fc.constantFrom(
            '',
            ' xmlns="urn:u"',
            ' xmlns=""',
            ' xmlns:p="urn:v2"',
            ' p:x="1"',
            ' x="é&lt;&#10;"',
          ),
          data,
          fc.array(child, { maxLength: 3 }),
        )
        .map(
          ([name, attributes, content, children]) =>
            `<${name}${attributes}>${content}<!--${content}-->${children.join('')}</${name}>`,
        );
    const tree = element(element(element(data)));
    fc.assert(
      fc.property(tree, (inner) => {
        const once = canonicalDocument(parseDocument(`<r xmlns:p="urn:v" xmlns:q="urn:w">${inner}</r>`));
        expect(canonicalDocument(parseDocument(once))).toBe(once);
      }),
      { numRuns: 60 },
    );
  });
});

describe('canonicalElement', () => {
  it('renders the namespaces of the ancestors on the apex, as xml-crypto does', () => {
    const document = parseDocument('<s xmlns="d" xmlns:p="v"><o><m Id="1"><p:n a="b"/></m></o></s>');
    const apex = document.getElementsByTagName('m').item(0);
    if (!apex) throw new Error('no apex');
    const expected = '<m xmlns="d" xmlns:p="v" Id="1"><p:n a="b"></p:n></m>';
    expect(canonicalElement(apex)).toBe(expected);
    const library = new C14nCanonicalizationWithComments().process(apex as unknown as Node, {
      ancestorNamespaces: [{ prefix: 'p', namespaceURI: 'v' }],
    });
    expect(library).toBe(expected);
  });
});

describe('parseDocument', () => {
  it.each(['<a><b></a>', '<a>&inconnue;</a>', '<!DOCTYPE a><a/>', 'texte', ''])('refuses %j', (xml) => {
    expect(() => parseDocument(xml)).toThrow();
  });
});
