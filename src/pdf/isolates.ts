import { printedValue } from '../report/printed.ts';
import type { CodedIsolate } from '../report/report.ts';
import type { CodedResult } from '../report/result.ts';
import { gap, type Line } from './line.ts';
import { paragraph } from './paragraph.ts';
import { headingLines, resultLines, tableOf } from './result-table.ts';
import { NOTE_LEADING, type Sheet } from './sheet.ts';
import { printedFlag } from './wording.ts';

const HEADINGS = {
  exam: 'Antibiotique',
  value: 'CMI ou résultat',
  unit: 'Unité',
  flag: 'Interprétation',
  range: 'Valeurs critiques',
  previous: 'Antériorités',
} as const;

/** Sets an organism with its count, its comments and its antibiogram. */
export function placeIsolate(isolate: CodedIsolate, sheet: Sheet): void {
  const { flow, styles } = sheet;
  const { antibiogram } = isolate;
  const opening: Line[] = [
    gap(5),
    ...paragraph(isolate.organism.label, styles.strong, {
      leading: 13,
      label: { text: `Isolat ${isolate.id} :`, style: styles.body },
    }),
    ...countLines(isolate, sheet),
  ];
  for (const comment of isolate.comments) {
    opening.push(...paragraph(comment, styles.note, { leading: NOTE_LEADING }));
  }
  if (antibiogram.length === 0) {
    flow.place(opening);
    return;
  }
  const table = tableOf(antibiogram, HEADINGS, sheet);
  const head = headingLines(table, sheet);
  flow.place([...opening, gap(2), ...head], 30);
  const outer = flow.repeated;
  flow.repeat(() => [
    ...paragraph(`${isolate.organism.label} : antibiogramme (suite)`, styles.subChapter, { leading: 15 }),
    ...head,
  ]);
  for (const row of antibiogram) flow.place(resultLines(row, table, sheet));
  flow.repeat(outer);
}

function countLines({ count, countCoding }: CodedIsolate, { styles, marks }: Sheet): Line[] {
  if (!count) return [];
  const unit = countCoding?.printedUnit ?? count.unit ?? '';
  const value = count.value ? `${printedValue(count.value)} ${unit}`.trimEnd() : statusText(count.status);
  const flag = printedFlag(count.interpretations).text;
  return paragraph([value, flag].filter(Boolean).join(' · '), styles.body, {
    leading: 12,
    label: { text: `${count.local.label}${marks.of(count)} :`, style: styles.body },
  });
}

function statusText(status: CodedResult['status']): string {
  return status === 'pending' ? 'en cours' : 'non réalisé';
}
