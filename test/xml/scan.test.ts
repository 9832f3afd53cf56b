import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Element } from '@xmldom/xmldom';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scan } from '../../src/xml/scan.ts';
import { cdaOf, parse } from '../cda/xml-probe.ts';
import { REPORTS } from '../fixtures/reports.ts';

const SILENT = { open: () => undefined, close: () => undefined, text: () => undefined };
const accepts = (xml: string): boolean => scan(xml, SILENT) === undefined;

/** What the scanner tells, as one text. */
function told(xml: string): string {
  let said = '';
  const fault = scan(xml, {
    open: (name, attributes) => {
      said += `<${name}${attributes.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('')}>`;
    },
    close: () => {
      said += '</>';
    },
    text: (text) => {
      said += text;
    },
  });
  return fault ?? said;
}

function dom(element: Element): string {
  const attributes = [...element.attributes].map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`);
  const children = [...element.childNodes].map((child) => {
    if (child.nodeType === 1) return dom(child as Element);
    return /[^ \t\r\n]/.test(child.nodeValue ?? '') ? child.nodeValue : '';
  });
  return `<${element.tagName}${attributes.join('')}>${children.join('')}</>`;
}

test.each(Object.keys(REPORTS) as (keyof typeof REPORTS)[])('%s is told as a DOM parser reads it', (name) => {
  const bytes = cdaOf(REPORTS[name]());
  const root = parse(bytes).documentElement;
  expect(root && told(Buffer.from(bytes).toString('utf8')) === dom(root)).toBe(true);
});

test.each([
  ['two roots', '<a/><b/>'],
  ['text after the root', '<a/>x'],
  ['a reference to nothing', '<a>&nbsp;</a>'],
  ['a bare ampersand', '<a>a & b</a>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['an attribute without quotes', '<a b=1/>'],
  ['a forbidden character', '<a>\u0001</a>'],
  ['a reference to a forbidden character', '<a>&#1;</a>'],
  ['the end of a CDATA section in text', '<a>]]></a>'],
  ['elements that cross', '<a><b></a></b>'],
  ['nothing', ''],
])('%s is refused', (_, xml) => {
  expect(told(xml)).toBe('not-well-formed');
});

test('a DOCTYPE, a bottomless and an endless document are refused by name', () => {
  expect(told('<!DOCTYPE a><a/>')).toBe('doctype');
  expect(told('<a>'.repeat(100_000))).toBe('too-deep');
  expect(scan(`<a>${'<b/>'.repeat(1_000_000)}</a>`, SILENT)).toBe('too-many');
});

test('so is an element with attributes without end', () => {
  const of = (count: number) =>
    `<a${Array.from({ length: count }, (_, index) => ` a${index}="1"`).join('')}/>`;
  expect(told(of(256))).toMatch(/ a255="1"><\/>$/);
  expect(told(of(256).replace(' a255=', ' a7='))).toBe('not-well-formed');
  expect(told(of(257))).toBe('too-many');
  expect(scan(`<a${' b="1"'.repeat(3_000_000)}/>`, SILENT)).toBe('too-many');
});

test('comments, instructions and CDATA are read as XML reads them', () => {
  expect(
    told('<?xml version="1.0"?><!-- x --><?go x?><a><![CDATA[<&]]><!-- > --><b c="&lt;&#x41;"/></a>'),
  ).toBe('<a><&<b c="<A"></></>');
});

/** A report with some characters cut out or put in, where they hurt. */
const SMALL = '<?xml version="1.0"?><a b="1" c=\'2\'><!-- d --><e>f&amp;g<h/></e><![CDATA[i]]><?j k?></a>';
const damaged = fc
  .array(
    fc.tuple(
      fc.nat({ max: SMALL.length }),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '<', '>', '&', '"', "'", '/', '-', ']', ' ', 'x', '=', '!', '?'),
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((cuts) =>
    cuts.reduce((xml, [at, length, put]) => xml.slice(0, at) + put + xml.slice(at + length), SMALL),
  );

test('it refuses what libxml2 refuses, and nothing else', { timeout: 60_000 }, () => {
  const samples = [...new Set(fc.sample(damaged, { numRuns: 400, seed: 7 }))];
  const folder = mkdtempSync(join(tmpdir(), 'crbio-scan-'));
  try {
    samples.forEach((xml, index) => {
      writeFileSync(join(folder, `${index}.xml`), xml);
    });
    const files = samples.map((_, index) => `${index}.xml`);
    const { stderr } = spawnSync('xmllint', ['--noout', '--nonet', ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
    const refused = new Set(
      [...stderr.matchAll(/^(\d+)\.xml:\d+: .*error/gm)].map(([, index]) => Number(index)),
    );
    expect(refused.size).toBeGreaterThan(50);
    expect(refused.size).toBeLessThan(samples.length);
    const wrong = samples.filter((xml, index) => accepts(xml) === refused.has(index));
    expect(wrong).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
