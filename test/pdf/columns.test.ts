import { expect, it } from 'vitest';
import type { Colour } from '../../src/pdf/canvas.ts';
import { planColumns, type RowTexts } from '../../src/pdf/columns.ts';
import { FontSubset } from '../../src/pdf/font-subset.ts';
import { AREA } from '../../src/pdf/line.ts';
import { widthOf } from '../../src/pdf/text.ts';
import { loadAssets } from './tools.ts';

const style = { face: new FontSubset(loadAssets().regular, 'F1'), size: 9, colour: '0 0 0' as Colour };
const styles = { value: style, body: style, flag: style, heading: style };
const headings = {
  exam: 'Examen',
  value: 'Résultat',
  unit: 'Unité',
  flag: '',
  range: 'Valeurs de référence',
  previous: 'Antériorités',
};
const row = (value: string): RowTexts => ({
  exam: 'Recherche d’anticorps anti-nucléaires sur cellules HEp-2',
  method: '',
  values: [{ text: value, number: false }],
  units: ['mL/min/1,73m²'],
  flag: '▲▲ très haut, ● anormal',
  ranges: ['0,35 à 0,70 : douteux, à contrôler'],
  previous: [{ text: 'Escherichia coli', number: false, date: '10/01/2026' }],
});

it('a full table has room for the longest word of a result', () => {
  const { value } = planColumns([row('Klebsiella pneumoniae')], headings, styles);
  expect(value.width).toBeGreaterThanOrEqual(widthOf('pneumoniae', style));
});

it('a word that no column could hold leaves room for the others', () => {
  const columns = planColumns([row('x'.repeat(200))], headings, styles);
  expect(columns.exam.width).toBeGreaterThanOrEqual(100);
  expect(columns.previousDate.x + columns.previousDate.width).toBeLessThanOrEqual(
    AREA.left + AREA.width + 0.1,
  );
});
