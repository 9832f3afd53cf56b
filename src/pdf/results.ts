import type { Specimen } from '../report/dossier.ts';
import type { Battery, Content, Report } from '../report/report.ts';
import type { CodedResult } from '../report/result.ts';
import { toFrench } from '../report/timestamp.ts';
import { batteriesOf, contentsOf } from './contents.ts';
import { placeImages } from './images.ts';
import { placeIsolate } from './isolates.ts';
import { AREA, gap, type Line } from './line.ts';
import { paragraph } from './paragraph.ts';
import { headingLines, resultLines, type Table, tableOf } from './result-table.ts';
import { LEADING, NOTE_LEADING, type Sheet } from './sheet.ts';
import { printable } from './text.ts';
import { unbrokenName } from './wording.ts';

/** Height that must remain under a title: a heading and a row. */
const FOLLOW = 42;

const TREND_LEGEND =
  'Graphiques : valeurs antérieures (points) et du jour (losange), espacées selon leur date ; signe évidé : valeur au-delà d’une limite de mesure ; entre les deux traits : valeurs de référence.';

const HEADINGS = {
  exam: 'Examen',
  value: 'Résultat',
  unit: 'Unité',
  flag: '',
  range: 'Valeurs de référence',
  previous: 'Antériorités',
} as const;

/** Sets all chapters: titles, specimens, batteries with their rows, isolates, comments. */
export function placeResults(report: Report, sheet: Sheet): void {
  const results = batteriesOf(report).flatMap((battery) => battery.results);
  const table = tableOf(results, HEADINGS, sheet);
  const severalValidators = report.validators.length > 1;
  sheet.flow.space(8);
  if (results.length > 0) sheet.flow.place(headingLines(table, sheet), FOLLOW * 2);

  for (const chapter of report.chapters) {
    let title = titleLines(chapter.title, sheet);
    let begun: readonly string[] = [];
    for (const { subTitle, content } of contentsOf(chapter)) {
      const place = [chapter.title, ...(subTitle === undefined ? [] : [subTitle])];
      if (subTitle !== undefined) title = [...title, ...subTitleLines(subTitle, sheet)];
      // The title goes with what comes first under it.
      placeContent(content, { place, begun, title, table, severalValidators }, sheet);
      title = [];
      begun = [chapter.title];
    }
  }
  sheet.flow.repeat(() => []);
  if (sheet.trends.drawn) {
    sheet.flow.space(3);
    sheet.flow.place(paragraph(TREND_LEGEND, sheet.styles.label, { leading: NOTE_LEADING }));
  }
}

function titleLines(title: string, { styles, colours }: Sheet): Line[] {
  const lines = paragraph(title.toLocaleUpperCase('fr'), styles.chapter, {
    leading: 16,
    indent: 6,
    right: 6,
  });
  const banded = lines.map((line) => ({
    height: line.height,
    draw: (canvas, top, counts) => {
      canvas.box(AREA.left, top, AREA.width, line.height, colours.band);
      line.draw(canvas, top + 0.5, counts);
    },
  })) satisfies Line[];
  return [gap(7), ...banded, gap(2)];
}

function subTitleLines(title: string, { styles }: Sheet): Line[] {
  return [gap(4), ...paragraph(title, styles.subChapter, { leading: 13 })];
}

/** Where a content stands, and what it shares with the rest of the report. */
interface Setting {
  /** Titles of the chapter and sub-chapter, for the top of a page on which they go on. */
  readonly place: readonly string[];
  /** Those of them that were set before this content. */
  readonly begun: readonly string[];
  /** Not set yet: goes with what comes first. */
  readonly title: readonly Line[];
  readonly table: Table;
  readonly severalValidators: boolean;
}

/** What a page begins with where a chapter goes on: its titles, under the column heads where results go on too. */
function repeatTitles(titles: readonly string[], table: Table | undefined, sheet: Sheet): void {
  const context = titles.length > 0 ? `${titles.join(' – ')} (suite)` : undefined;
  sheet.flow.repeat(() => [
    ...(table ? headingLines(table, sheet) : []),
    ...(context === undefined ? [] : paragraph(context, sheet.styles.subChapter, { leading: 15 })),
  ]);
}

function placeContent(content: Content, setting: Setting, sheet: Sheet): void {
  const { styles } = sheet;
  const opening = [...setting.title];
  repeatTitles(setting.begun, setting.table, sheet);
  for (const specimen of content.specimens) {
    opening.push(...paragraph(specimenText(specimen), styles.label, { leading: NOTE_LEADING }));
    if (specimen.nonConformity) {
      const label = { text: '⚠ Prélèvement non conforme :', style: styles.noteStrong };
      opening.push(...paragraph(specimen.nonConformity, styles.note, { leading: NOTE_LEADING, label }));
    }
  }
  if (content.performer) opening.push(...performedBy(sheet.performers.markOf(content.performer), sheet));
  sheet.flow.place(opening, FOLLOW);
  for (const battery of content.batteries) placeBattery(battery, setting, sheet);
  repeatTitles(setting.place, undefined, sheet);
  placeComments(content.comments, sheet);
}

function performedBy(mark: string, { styles }: Sheet): Line[] {
  return paragraph(`Examens sous-traités, laboratoire ${mark}`, styles.label, { leading: NOTE_LEADING });
}

function specimenText(specimen: Specimen): string {
  const { typeText, type, id, site, collectedAt, receivedAt, collector } = specimen;
  const kind = typeText ?? type;
  const taken = [
    ...(collectedAt ? [`le ${toFrench(collectedAt)}`] : []),
    ...(collector ? [`par ${unbrokenName(collector)}`] : []),
  ].join(' ');
  return [
    kind ? `Prélèvement : ${kind}` : 'Prélèvement',
    ...(id ? [`n° ${id}`] : []),
    ...(site ? [site] : []),
    ...(taken ? [`prélevé ${taken}`] : []),
    ...(receivedAt ? [`reçu le ${toFrench(receivedAt)}`] : []),
  ].join(' · ');
}

function placeBattery(battery: Battery, { place, table, severalValidators }: Setting, sheet: Sheet): void {
  const { flow, styles, performers } = sheet;
  repeatTitles(place, battery.results.length > 0 ? table : undefined, sheet);
  const mark = battery.performer ? ` ${performers.markOf(battery.performer)}` : '';
  const [only] = battery.results;
  const single = battery.results.length === 1 && only?.local.label === battery.local.label;
  if (!single || mark !== '') {
    const lines = paragraph(`${battery.local.label}${mark}`, styles.battery, { leading: 13 });
    flow.place([gap(3), ...lines], LEADING * 2);
  }
  const titles = single ? place : [...place, battery.local.label];
  repeatTitles(titles, table, sheet);
  for (const result of battery.results) flow.place(resultLines(result, table, sheet));
  repeatTitles(titles, undefined, sheet);
  for (const isolate of battery.isolates) placeIsolate(isolate, sheet);
  placeImages(battery.images ?? [], sheet);
  placeComments(battery.comments, sheet);
  const outside = battery.results.filter((result) => result.releasedByPerformer);
  if (severalValidators) placeValidators(battery.results, sheet);
  else if (outside.length > 0) placeValidators(outside, sheet);
}

function placeComments(comments: readonly string[], { flow, styles }: Sheet): void {
  for (const comment of comments) {
    flow.space(2);
    flow.place(
      paragraph(comment, styles.note, {
        leading: NOTE_LEADING,
        label: { text: 'Commentaire :', style: styles.label },
      }),
    );
  }
}

/** Where several biologists share a report, or another laboratory's had a part in it, each battery says who answers for it. */
function placeValidators(results: readonly CodedResult[], { flow, styles }: Sheet): void {
  const names = new Set(results.flatMap(({ validator }) => (validator ? [unbrokenName(validator)] : [])));
  if (names.size === 0) return;
  const said = printable(`Validation : ${[...names].join(', ')}`);
  flow.place([gap(1.5), ...paragraph(said, styles.label, { leading: NOTE_LEADING })]);
}
