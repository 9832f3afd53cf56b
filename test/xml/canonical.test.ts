import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { C14nCanonicalizationWithComments } from 'xml-crypto';
import { canonicalDocument, canonicalElements } from '../../src/xml/canonical.ts';
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
    const canonical = canonicalDocument(xml);
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
    expect(canonicalDocument(xml)).toBe(libxml2(xml));
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
        const once = canonicalDocument(`<r xmlns:p="urn:v" xmlns:q="urn:w">${inner}</r>`);
        expect(canonicalDocument(once)).toBe(once);
      }),
      { numRuns: 60 },
    );
  });
});

describe('canonicalElements', () => {
  const xml =
    '<s xmlns="urn:d" xmlns:p="urn:v" xmlns:unused="urn:w"><o><m Id="1"><p:n a="b"/></m></o><m Id="2"/></s>';
  const byId = (id: string) => (_: string, attributes: readonly (readonly [string, string])[]) =>
    attributes.some(([name, value]) => name === 'Id' && value === id);

  it('renders the namespaces of the ancestors on the apex, as xml-crypto does', () => {
    const [form] = canonicalElements(xml, byId('1'));
    expect(form).toBe('<m xmlns="urn:d" xmlns:p="urn:v" xmlns:unused="urn:w" Id="1"><p:n a="b"></p:n></m>');
    const apex = new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName('m').item(0);
    const library = new C14nCanonicalizationWithComments().process(apex as unknown as Node, {
      ancestorNamespaces: [
        { prefix: 'p', namespaceURI: 'urn:v' },
        { prefix: 'unused', namespaceURI: 'urn:w' },
      ],
    });
    expect(form).toBe(library);
  });

  it('gives every apex asked for, in document order', () => {
    expect(canonicalElements(xml, (name) => name === 'm')).toHaveLength(2);
    expect(canonicalElements(xml, () => false)).toEqual([]);
  });

  it.each([
    xml,
    '<a:r xmlns:a="urn:1" xmlns:b="urn:2" b:x="y"><a:c/><d xmlns="urn:3" z="1" b:y="2"><e xmlns=""/></d></a:r>',
    '<r xmlns:a="urn:1"><a:b xmlns:a="urn:2"><a:c/></a:b><a:d a:x="1"/><!-- c --><?p i?></r>',
  ])('in exclusive form agrees with libxml2 on %s', (source) => {
    const [form] = canonicalElements(source, () => true, { exclusive: true });
    const file = join(folder, 'in.xml');
    writeFileSync(file, source);
    expect(form).toBe(execFileSync('xmllint', ['--exc-c14n', file], { encoding: 'utf8' }));
  });

  it('in exclusive form renders on an inner apex what it uses, and no more', () => {
    const [form] = canonicalElements(xml, byId('1'), { exclusive: true });
    expect(form).toBe('<m xmlns="urn:d" Id="1"><p:n xmlns:p="urn:v" a="b"></p:n></m>');
  });
});

describe('both', () => {
  it.each(['<a><b></a>', '<a>&inconnue;</a>', '<!DOCTYPE a><a/>', '<p:a/>', '<a p:b="1"/>', 'texte', ''])(
    'refuse %j',
    (xml) => {
      expect(() => canonicalDocument(xml)).toThrow('XML not read');
      expect(() => canonicalElements(xml, () => true)).toThrow('XML not read');
    },
  );
});
