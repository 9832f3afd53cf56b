import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGif } from '../../src/pdf/gif.ts';
import { parseJpeg } from '../../src/pdf/jpeg.ts';
import { parsePng } from '../../src/pdf/png.ts';
import { typeset } from '../../src/pdf/render.ts';
import type { ResultImage } from '../../src/report/dossier.ts';
import { aBattery, aChapter, content } from '../fixtures/build.ts';
import { aReport } from '../fixtures/reports.ts';
import { electrophoresis } from './kinds.ts';
import { electrophoresisCurve, gif, greyJpeg, png, pngChunk } from './pictures.ts';
import { imagesOf, loadAssets, renderPdf, textOf } from './tools.ts';

const pixels = (file: Uint8Array) => {
  const image = parsePng(file);
  return image && [...inflateSync(image.data)];
};

describe('a PNG', () => {
  it('is read in every colour type, transparency laid on white', () => {
    expect(pixels(png(1, 1, 2, [0, 10, 20, 30]))).toEqual([10, 20, 30]);
    expect(pixels(png(1, 1, 0, [0, 77]))).toEqual([77, 77, 77]);
    expect(pixels(png(1, 1, 4, [0, 0, 0]))).toEqual([255, 255, 255]);
    expect(pixels(png(1, 1, 6, [0, 0, 100, 200, 51]))).toEqual([204, 224, 244]);
    const before = [pngChunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6))];
    expect(pixels(png(1, 1, 3, [0, 1], { before }))).toEqual([4, 5, 6]);
  });

  it('is read in every depth', () => {
    expect(pixels(png(3, 1, 0, [0, 0b10100000], { depth: 1 }))).toEqual([
      255, 255, 255, 0, 0, 0, 255, 255, 255,
    ]);
    expect(pixels(png(2, 1, 0, [0, 0b01100000], { depth: 2 }))).toEqual([85, 85, 85, 170, 170, 170]);
    expect(pixels(png(2, 1, 0, [0, 0x3f], { depth: 4 }))).toEqual([51, 51, 51, 255, 255, 255]);
    expect(pixels(png(1, 1, 2, [0, 255, 255, 0, 0, 128, 0], { depth: 16 }))).toEqual([255, 0, 128]);
    const before = [pngChunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6))];
    expect(pixels(png(2, 1, 3, [0, 0b10000000], { depth: 1, before }))).toEqual([4, 5, 6, 1, 2, 3]);
  });

  it('is read with one colour that stands for transparency', () => {
    const before = [pngChunk('tRNS', Uint8Array.of(0, 77))];
    expect(pixels(png(2, 1, 0, [0, 77, 78], { before }))).toEqual([255, 255, 255, 78, 78, 78]);
  });

  it('is read interlaced: each pass in its place', () => {
    // 3 × 3: passes 1, 5, 6, 7 of Adam7 (the others are empty), one filter byte a row.
    const raw = [0, 1, 0, 3, 0, 7, 9, 0, 2, 0, 8, 0, 4, 5, 6];
    // Pass 4 holds column 2 of row 0; pass 5 row 2; pass 6 column 1 of rows 0 and 2; pass 7 row 1.
    expect(pixels(png(3, 3, 0, raw, { interlaced: true }))?.filter((_, at) => at % 3 === 0)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  it('is read through each row filter', () => {
    const first = [0, 1, 2, 3, 4, 5, 6];
    const rows = (filter: number, ...row: number[]) =>
      pixels(png(2, 2, 2, [...first, filter, ...row]))?.slice(6);
    expect(rows(1, 1, 1, 1, 1, 1, 1)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(rows(2, 1, 1, 1, 1, 1, 1)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(rows(3, 10, 10, 10, 10, 10, 10)).toEqual([10, 11, 11, 17, 18, 18]);
    expect(rows(4, 1, 1, 1, 1, 1, 1)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('is refused when its header lies or its data are cut', () => {
    expect(parsePng(png(2, 2, 2, [0, 1, 2, 3]))).toBeUndefined();
    expect(parsePng(png(9000, 9000, 2, [0]))).toBeUndefined();
    expect(parsePng(png(1, 1, 3, [0, 0]))).toBeUndefined();
    expect(parsePng(png(1, 1, 2, [0, 1], { depth: 4 }))).toBeUndefined();
    expect(parsePng(png(1, 1, 2, [0, 1, 2, 3]).subarray(0, 50))).toBeUndefined();
    const signature = png(1, 1, 0, [0, 0]).subarray(0, 8);
    fc.assert(
      fc.property(fc.uint8Array(), (noise) => parsePng(Buffer.concat([signature, noise])) === undefined),
    );
  });
});

describe('a JPEG', () => {
  it('is embedded as it came', () => {
    const file = greyJpeg();
    expect(parseJpeg(file)).toEqual({
      width: 8,
      height: 8,
      colourSpace: 'DeviceGray',
      filter: 'DCTDecode',
      data: file,
    });
  });

  it('is refused when it is cut, in four colours, or coded as PDF does not know', () => {
    const file = greyJpeg();
    expect(parseJpeg(file.subarray(0, file.length - 2))).toBeUndefined();
    const altered = (at: number, value: number) => Buffer.from(file).fill(value, at, at + 1);
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
    expect(parseJpeg(altered(frame + 1, 0xc9))).toBeUndefined();
    expect(parseJpeg(altered(frame + 9, 4))).toBeUndefined();
    expect(parseJpeg(altered(frame + 4, 12))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, value) => {
        parseJpeg(altered(at, value));
        parseJpeg(file.subarray(0, at));
      }),
    );
  });
});

describe('a GIF', () => {
  const reds = (file: Uint8Array) => {
    const image = parseGif(file);
    return image && [...inflateSync(image.data)];
  };
  const [BLACK, RED, GREEN, WHITE] = [
    [0, 0, 0],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 255],
  ] as const;

  it('is read, transparency laid on white', () => {
    expect(reds(gif(2, [0, 1, 2, 0]))).toEqual([...BLACK, ...RED, ...GREEN, ...BLACK]);
    expect(reds(gif(2, [0, 1, 2, 0], { transparent: 1 }))).toEqual([...BLACK, ...WHITE, ...GREEN, ...BLACK]);
  });

  it('is read with codes that its encoder made up on the way', () => {
    // Ten black pixels: clear, 0, then each code one pixel longer, the last not known when it is read.
    const codes = [4, 0, 6, 7, 8];
    const bits = [3, 3, 3, 3, 4].map((size, index) => (codes[index] ?? 0).toString(2).padStart(size, '0'));
    const stream = [...bits, '0101'].reverse().join('');
    const data = stream.padStart(Math.ceil(stream.length / 8) * 8, '0').match(/.{8}/g) ?? [];
    const plain = gif(
      10,
      Array.from({ length: 10 }, () => 0),
    );
    const bytes = data.map((byte) => Number.parseInt(byte, 2)).reverse();
    const coded = Buffer.concat([
      plain.subarray(0, plain.indexOf(0x2c) + 10),
      Buffer.from([2, bytes.length, ...bytes, 0, 0x3b]),
    ]);
    expect(reds(coded)).toEqual(Array.from({ length: 30 }, () => 0));
  });

  it('is read interlaced', () => {
    // Five rows sent in the order 0, 4, 2, 1, 3.
    expect(reds(gif(1, [0, 1, 2, 0, 1], { interlaced: true }))).toEqual([
      ...BLACK,
      ...BLACK,
      ...GREEN,
      ...RED,
      ...RED,
    ]);
  });

  it('is refused when it is cut, animated, or nonsense', () => {
    const file = gif(2, [0, 1, 2, 0]);
    for (let end = 0; end < file.length - 1; end++) expect(parseGif(file.subarray(0, end))).toBeUndefined();
    expect(parseGif(gif(2, [0, 1, 2, 0], { frames: 2 }))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, value) => {
        parseGif(Buffer.from(file).fill(value, at, at + 1));
      }),
    );
  });
});

describe('the pictures of a report', () => {
  const assets = loadAssets();
  const holding = (image: ResultImage) =>
    aReport({
      chapters: [aChapter('1', 'Biochimie', content([aBattery('E', 'Examen', [], { images: [image] })]))],
    });
  const image = (mediaType: ResultImage['mediaType'], bytes: Uint8Array): ResultImage => ({
    id: 'trace',
    title: 'Tracé',
    mediaType,
    base64: Buffer.from(bytes).toString('base64'),
  });

  it('are printed with their title, as a reader of PDF sees them', () => {
    const bytes = renderPdf(electrophoresis(), assets);
    const rows = imagesOf(bytes);
    expect(rows).toContainEqual(expect.stringMatching(/ 640 +260 +rgb .* image /));
    expect(rows).toContainEqual(expect.stringMatching(/ 8 +8 +gray .* jpeg /));
    expect(rows).toContainEqual(expect.stringMatching(/ 4 +2 +rgb .* image /));
    for (const title of ['Tracé densitométrique', 'Champ microscopique', 'Vignette'])
      expect(textOf(bytes)).toContain(title);
  });

  it.each([
    ['image/png', electrophoresisCurve().subarray(0, 500)],
    ['image/jpeg', electrophoresisCurve()],
    ['image/gif', gif(2, [0, 1, 2, 0], { frames: 2 })],
  ] as const)('hold the report when one cannot be printed: %s', (mediaType, bytes) => {
    expect(typeset(holding(image(mediaType, bytes)), assets)).toMatchObject({
      code: 'PDF_IMAGE_UNREADABLE',
      position: 'trace',
    });
  });
});
