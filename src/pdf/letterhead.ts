import type { Accreditation, Laboratory } from '../report/laboratory.ts';
import { printedPhone } from '../report/printed.ts';
import type { Report } from '../report/report.ts';
import type { PdfAssets } from './assets.ts';
import type { TextStyle } from './canvas.ts';
import { AREA, gap, type Line } from './line.ts';
import { ACCREDITED_MARK } from './marks.ts';
import { paragraph } from './paragraph.ts';
import { NOTE_LEADING, type Sheet } from './sheet.ts';
import { standingTexts } from './standing.ts';
import { printable, wrap } from './text.ts';
import { printedIdNat, unbrokenName } from './wording.ts';

/** Name in the page's resources. */
export const LOGO = 'Logo';

const LOGO_MOST = 170;
/** Width of what is said of the accreditation, at the right. */
const ACCREDITATION_WIDTH = 138;
const NAME_LEADING = 15;

/** Sets the logo, the laboratory with all that the law wants of it (CSP R.6222-3), the title and the version. */
export function placeLetterhead(report: Report, assets: PdfAssets, sheet: Sheet): void {
  const { flow, styles, colours } = sheet;
  flow.place([letterheadLine(report.laboratory, assets, sheet), gap(10)]);
  flow.place([...paragraph(assets.theme.texts.title, styles.title, { leading: 17 }), gap(3)]);
  for (const text of standingTexts(report)) {
    const lines = paragraph(text, styles.banner, { leading: 14, indent: 10, right: 10 });
    const boxed = lines.map(
      (line): Line => ({
        height: line.height,
        draw: (canvas, top, counts) => {
          canvas.box(AREA.left, top, 3, line.height, colours.alert);
          line.draw(canvas, top, counts);
        },
      }),
    );
    flow.place([gap(2), ...boxed, gap(2)]);
  }
  flow.space(4);
}

interface Row {
  readonly text: string;
  readonly style: TextStyle;
  readonly leading: number;
}

function letterheadLine(laboratory: Laboratory, assets: PdfAssets, sheet: Sheet): Line {
  const { logo, theme } = assets;
  const { colours, marks } = sheet;
  const logoHeight = logo ? (theme.logo?.height ?? 0) : 0;
  const logoWidth = logo ? Math.min(LOGO_MOST, (logoHeight * logo.width) / logo.height) : 0;
  const left = AREA.left + (logo ? logoWidth + 12 : 0);
  const accreditation = marks.accreditation ? laboratory.accreditation : undefined;
  const right = AREA.left + AREA.width - (accreditation ? ACCREDITATION_WIDTH : 0);
  const rows = laboratoryRows(laboratory, right - left - (accreditation ? 14 : 0), sheet);
  const beside = accreditation ? accreditationRows(accreditation, sheet) : [];
  const height = Math.max(heightOfRows(rows), heightOfRows(beside), logoHeight) + 8;
  return {
    height,
    draw: (canvas, top) => {
      if (logo) canvas.image(LOGO, AREA.left, top, logoWidth, (logoWidth * logo.height) / logo.width);
      for (const [x, list] of [
        [left, rows],
        [right, beside],
      ] as const) {
        let baseline = top - 3;
        for (const { text, style, leading } of list) {
          baseline += leading;
          canvas.text(x, baseline, text, style);
        }
      }
      canvas.rule(AREA.left, top + height, AREA.width, 1.2, colours.accent);
    },
  };
}

function heightOfRows(rows: readonly Row[]): number {
  return rows.reduce((sum, { leading }) => sum + leading, 0);
}

function rowsOf(text: string, style: TextStyle, leading: number, width: number): Row[] {
  return wrap(printable(text), style, width).map((line) => ({ text: line, style, leading }));
}

function laboratoryRows(laboratory: Laboratory, width: number, { styles }: Sheet): Row[] {
  const { name, address, phone, email, website, legalForm, idNat, director, biologists } = laboratory;
  const city = [address.postalCode, address.city].filter(Boolean).join(' ');
  const others = biologists.filter((one) => one.idNat !== director.idNat || one.family !== director.family);
  const about = [
    [...(legalForm ? [legalForm] : []), printedIdNat(idNat)].join(' · '),
    [...address.lines, city].filter((line) => line !== '').join(', '),
    [`Tél. ${printedPhone(phone)}`, ...(email ? [email] : []), ...(website ? [website] : [])].join(' · '),
    `Biologiste responsable : ${unbrokenName(director)}` +
      (others.length > 0 ? ` · Biologistes : ${others.map(unbrokenName).join(', ')}` : ''),
  ];
  return [
    ...rowsOf(name, styles.laboratory, NAME_LEADING, width),
    ...about.flatMap((text) => rowsOf(text, styles.label, NOTE_LEADING, width)),
  ];
}

/** Number, activity, scope and the meaning of the mark: on the page that bears the laboratory's name (GEN REF 11). */
function accreditationRows({ body, number, activity, scope }: Accreditation, { styles }: Sheet): Row[] {
  const title = body === 'COFRAC' ? 'Accréditation Cofrac' : 'Accréditation EFI';
  const strong = { ...styles.note, face: styles.strong.face };
  const about = [activity, scope, `${ACCREDITED_MARK} examen couvert par l’accréditation`];
  return [
    // On the line of the laboratory's name.
    ...rowsOf(`${title} n°\u00a0${number}`, strong, NAME_LEADING, ACCREDITATION_WIDTH),
    ...about.flatMap((text) => rowsOf(text, styles.label, NOTE_LEADING, ACCREDITATION_WIDTH)),
  ];
}
