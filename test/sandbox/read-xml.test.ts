import { expect, it } from 'vitest';
import { NotXml, readXml } from '../../src/sandbox/xml/read.ts';

const read = (text: string) => readXml(Buffer.from(text, 'utf8'), 10_000);

it('reads U+FFFD, which XML 1.0 allows, as the character that it is', () => {
  expect(read('<a b="\uFFFD">x\uFFFDy</a>').documentElement?.textContent).toBe('x\uFFFDy');
});

it.each([
  ['a broken end', '<a>'],
  ['an attribute without quotes', '<a b=c/>'],
  ['both at once with U+FFFD', '<a b=\uFFFD/>'],
  ['a DOCTYPE', '<!DOCTYPE a><a/>'],
])('refuses %s', (_, text) => {
  expect(() => read(text)).toThrow(NotXml);
});

it('refuses bytes that are not UTF-8, which a decoder would turn into U+FFFD', () => {
  expect(() => readXml(Buffer.from([0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e]), 100)).toThrow(
    'not UTF-8',
  );
});
