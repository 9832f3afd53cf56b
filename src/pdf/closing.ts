import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import type { PdfAssets } from './assets.ts';
import { AREA, gap, type Line } from './line.ts';
import { AUTOMATIC_MARK } from './marks.ts';
import { paragraph } from './paragraph.ts';
import { LEADING, NOTE_LEADING, type Sheet } from './sheet.ts';
import { printable } from './text.ts';
import { pages, printedIdNat, printedPerformer, unbrokenName } from './wording.ts';

/** Pages of one attachment that will follow ours, in order. */
export interface AppendedPages {
  readonly attachmentId: string;
  readonly pages: number;
}

/** Sets what ends a report: comments, validation, other laboratories, pages that follow, notices. */
export function placeClosing(
  report: Report,
  appended: readonly AppendedPages[],
  assets: PdfAssets,
  sheet: Sheet,
): void {
  const { flow, styles } = sheet;
  const withdrawn = report.version.cause === 'withdrawal';
  if (report.comments.length > 0 && !withdrawn) {
    flow.place([gap(8), ...paragraph('Commentaires', styles.subChapter, { leading: 13 })], LEADING * 2);
    for (const comment of report.comments) flow.place(paragraph(comment, styles.body, { leading: LEADING }));
  }
  flow.close();
  if (!withdrawn) placeValidation(report, sheet);
  placePerformers(sheet);
  placeAppended(report, appended, sheet);
  placeNotices(report, assets, sheet);
}

/** Said where the laboratory has no words of its own (SGL.DOC.09). */
const AUTOMATIC_NOTICE =
  'Examen validé automatiquement, selon des règles établies par les biologistes du laboratoire, sans relecture humaine ultérieure.';

/** The biologist who answers for the results, by full name (CSP D.6211-3). */
function placeValidation({ validators, laboratory }: Report, { flow, styles, colours, marks }: Sheet): void {
  const lines = validators.flatMap(({ professional, at }) => {
    const about = [professional.profession?.display, professional.idNat && printedIdNat(professional.idNat)];
    const details = about.filter(Boolean).join(', ');
    const label = {
      text: `Validé par ${unbrokenName(professional)} le ${toFrench(at)}`,
      style: styles.strong,
    };
    return paragraph(details && `(${details})`, styles.label, { leading: 12.5, label });
  });
  const { automaticValidationNotice: notice = AUTOMATIC_NOTICE } = laboratory;
  if (marks.automatic) {
    const label = { text: AUTOMATIC_MARK, style: styles.label };
    lines.push(...paragraph(notice, styles.label, { leading: NOTE_LEADING, label }));
  }
  if (lines.length === 0) return;
  const rule: Line = {
    height: 8,
    draw: (canvas, top) => canvas.rule(AREA.left, top + 2, AREA.width, 0.8, colours.accent),
  };
  flow.place([gap(9), rule, ...lines]);
}

/** Examinations done elsewhere, each laboratory with its address (CSP R.6222-3). */
function placePerformers({ flow, styles, performers }: Sheet): void {
  const list = performers.list();
  if (list.length === 0) return;
  const lines = list.flatMap(({ mark, laboratory }) =>
    paragraph(printedPerformer(laboratory), styles.note, {
      leading: NOTE_LEADING,
      label: { text: mark, style: styles.note },
    }),
  );
  flow.place([
    gap(8),
    ...paragraph('Examens sous-traités, réalisés par :', styles.subChapter, { leading: 13 }),
    ...lines,
  ]);
}

/** Says whose pages follow ours, and where they are. */
function placeAppended(report: Report, appended: readonly AppendedPages[], sheet: Sheet): void {
  const { flow, styles } = sheet;
  let before = 0;
  const lines: Line[] = [];
  for (const { attachmentId, pages: count } of appended) {
    const attachment = report.attachments.find(({ id }) => id === attachmentId);
    if (!attachment) continue;
    const offset = before;
    before += count;
    const from = attachment.from ? `, compte rendu établi par : ${printedPerformer(attachment.from)}` : '';
    const text = `« ${attachment.title} », ${pages(count)}${from}`;
    lines.push(
      ...numbered(paragraph(text, styles.note, { leading: NOTE_LEADING, indent: 74 }), offset, count, sheet),
    );
  }
  if (lines.length === 0) return;
  const title = 'Pages jointes à la suite, telles que reçues';
  flow.place([gap(8), ...paragraph(title, styles.subChapter, { leading: 13 }), ...lines]);
}

/** `Pages 3 à 5` before the first line: known only when all is laid out. */
function numbered(
  [first, ...rest]: readonly Line[],
  offset: number,
  count: number,
  { styles }: Sheet,
): Line[] {
  if (!first) return [];
  return [
    {
      height: first.height,
      draw: (canvas, top, counts) => {
        const from = counts.own + offset + 1;
        const label = count === 1 ? `Page ${from}` : `Pages ${from} à ${from + count - 1}`;
        canvas.text(AREA.left, top + NOTE_LEADING * 0.78, label, {
          ...styles.note,
          face: styles.strong.face,
        });
        first.draw(canvas, top, counts);
      },
    },
    ...rest,
  ];
}

/** Legal mentions of the laboratory and the privacy notice. */
function placeNotices({ laboratory }: Report, { theme }: PdfAssets, { flow, styles }: Sheet): void {
  const { name, legalForm, idNat, address } = laboratory;
  const city = [address.postalCode, address.city].filter(Boolean).join(' ');
  const site = [[name, legalForm].filter(Boolean).join(', '), printedIdNat(idNat), ...address.lines, city];
  const options = { leading: NOTE_LEADING };
  const lines = [
    ...paragraph(
      printable(`Site qui a réalisé les examens : ${site.filter(Boolean).join(', ')}.`),
      styles.label,
      options,
    ),
    ...theme.texts.legalMentions.flatMap((text) => paragraph(text, styles.label, options)),
    ...(laboratory.privacyNotice
      ? paragraph(laboratory.privacyNotice, styles.label, {
          ...options,
          label: { text: 'Données personnelles :', style: { ...styles.label, face: styles.strong.face } },
        })
      : []),
  ];
  flow.place([gap(10), ...lines]);
}
