import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWorkbook } from '../../src/terminology/workbook.ts';
import { workbook, zip } from '../fixtures/terminology/workbook.ts';

const PARTS = (sheet: string, strings = '<sst/>') =>
  new Map([
    ['xl/workbook.xml', '<workbook><sheets><sheet name="Jeu" r:id="a"/></sheets></workbook>'],
    [
      'xl/_rels/workbook.xml.rels',
      '<Relationships><Relationship Id="a" Target="/xl/worksheets/one.xml"/></Relationships>',
    ],
    ['xl/worksheets/one.xml', sheet],
    ['xl/sharedStrings.xml', strings],
  ]);
const rowsOf = async (sheet: string, strings?: string) => {
  const sheets = await readWorkbook(await zip(PARTS(sheet, strings)), 'w.xlsx');
  return sheets.flatMap((one) => ('rows' in one ? one.rows : [one.cause]));
};

describe('readWorkbook', () => {
  it('reads sheets by name, texts with their accents, and keeps empty cells and rows in place', async () => {
    const file = await workbook('c.xlsx', [
      { name: 'Un & deux', rows: [['', 'Échelle'], [], ['1751-7', '', '<b> & "']] },
      { name: 'Vide', rows: [] },
    ]);
    expect(await readWorkbook(file.bytes, file.name)).toEqual([
      { name: 'Un & deux', rows: [['', 'Échelle'], [], ['1751-7', '', '<b> & "']] },
      { name: 'Vide', rows: [] },
    ]);
  });

  it('gives back any text in any column', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((text) => text.replace(/[\r\n\p{Cc}\uFFFE\uFFFF]/gu, '·'));
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 60 }), async (cells) => {
        const file = await workbook('p.xlsx', [{ name: 's', rows: [[...cells, 'fin']] }]);
        expect(await readWorkbook(file.bytes, 'p.xlsx')).toEqual([{ name: 's', rows: [[...cells, 'fin']] }]);
      }),
      { numRuns: 60 },
    );
  });

  it('reads inline texts, numbers, rich texts, prefixed elements and cells without reference', async () => {
    expect(
      await rowsOf(
        '<s><sheetData><row><c t="inlineStr"><is><t>a</t></is></c><c><v>12.50</v></c></row></sheetData></s>',
      ),
    ).toEqual([['a', '12.50']]);
    const rich = '<sst><si><r><t>Leuco</t></r><r><t>cytes</t></r><rPh><t>x</t></rPh></si></sst>';
    expect(
      await rowsOf('<x:s><x:row r="2"><x:c r="AB2" t="s"><x:v>0</x:v></x:c></x:row></x:s>', rich),
    ).toEqual([[], [...Array.from({ length: 27 }, () => ''), 'Leucocytes']]);
  });

  it.each([
    ['a row number beyond the limit', '<s><row r="999999999"/></s>', /120000 lignes/],
    ['a truncated sheet', '<s><row r="1"><c><v>1</v>', /tronqué/],
    ['a doctype', '<!DOCTYPE s [<!ENTITY a "b">]><s><row><c><v>&a;</v></c></row></s>', /DOCTYPE/],
    [
      'a cell beyond the limit',
      `<s><row><c t="inlineStr"><is><t>${'x'.repeat(40_000)}</t></is></c></row></s>`,
      /trop longue/,
    ],
  ])('refuses %s', async (_, sheet, message) => {
    expect(await rowsOf(sheet)).toEqual([expect.stringMatching(message)]);
  });

  it('refuses what is no workbook, without throwing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const read = await readWorkbook(bytes, 'x.xlsx');
        expect(read).toEqual([expect.objectContaining({ code: 'WORKBOOK_UNREADABLE', position: 'x.xlsx' })]);
      }),
    );
  });
});
