import type { Laboratory } from '../report/laboratory.ts';
import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import type { PdfAssets } from './assets.ts';
import { AREA, gap, type Line } from './flow.ts';
import { paragraph } from './paragraph.ts';
import { NOTE_LEADING, type Sheet } from './sheet.ts';
import { printable, wrap } from './text.ts';
import { printedIdNat, printedPhone, unbrokenName } from './wording.ts';

/** Name in the page's resources. */
export const LOGO = 'Logo';

/** Sets the logo, the laboratory with all that the law wants of it (CSP R.6222-3), the title and the banners. */
export function placeLetterhead(report: Report, assets: PdfAssets, sheet: Sheet): void {
  const { flow, styles, colours } = sheet;
  flow.place([letterheadLine(report.laboratory, assets, sheet), gap(10)]);
  flow.place([...paragraph(assets.theme.texts.title, styles.title, { leading: 17 }), gap(3)]);
  for (const text of banners(report)) {
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

function letterheadLine(laboratory: Laboratory, assets: PdfAssets, { styles, colours }: Sheet): Line {
  const { logo, theme } = assets;
  const logoHeight = logo ? (theme.logo?.height ?? 0) : 0;
  const logoWidth = logo ? Math.min(170, (logoHeight * logo.width) / logo.height) : 0;
  const left = AREA.left + (logo ? logoWidth + 12 : 0);
  const width = AREA.left + AREA.width - left;
  const rows = [
    ...wrap(printable(laboratory.name), styles.laboratory, width).map((text) => ({
      text,
      style: styles.laboratory,
    })),
    ...contactRows(laboratory)
      .flatMap((text) => wrap(printable(text), styles.label, width))
      .map((text) => ({ text, style: styles.label })),
  ];
  const heights = rows.map(({ style }) => (style === styles.laboratory ? 15 : NOTE_LEADING));
  const textHeight = heights.reduce((sum, height) => sum + height, 0);
  const height = Math.max(textHeight, logoHeight) + 8;
  return {
    height,
    draw: (canvas, top) => {
      if (logo) canvas.image(LOGO, AREA.left, top, logoWidth, (logoWidth * logo.height) / logo.width);
      let baseline = top - 3;
      rows.forEach(({ text, style }, index) => {
        baseline += heights[index] ?? 0;
        canvas.text(left, baseline, text, style);
      });
      canvas.rule(AREA.left, top + height, AREA.width, 1.2, colours.accent);
    },
  };
}

function contactRows(laboratory: Laboratory): string[] {
  const { address, phone, email, website, legalForm, idNat, director, biologists } = laboratory;
  const city = [address.postalCode, address.city].filter(Boolean).join(' ');
  const others = biologists.filter((one) => one.idNat !== director.idNat || one.family !== director.family);
  return [
    [...(legalForm ? [legalForm] : []), printedIdNat(idNat)].join(' · '),
    [...address.lines, city].filter((line) => line !== '').join(', '),
    [`Tél. ${printedPhone(phone)}`, ...(email ? [email] : []), ...(website ? [website] : [])].join(' · '),
    `Biologiste responsable : ${unbrokenName(director)}` +
      (others.length > 0 ? ` · Biologistes : ${others.map(unbrokenName).join(', ')}` : ''),
  ];
}

/** What a reader must know before the first figure. */
function banners({ version, validators, processing }: Report): string[] {
  const texts: string[] = [];
  const { replaces } = version;
  const earlier = replaces
    ? `la version ${replaces.number}${replaces.effectiveTime ? ` du ${toFrench(replaces.effectiveTime)}` : ''}`
    : 'la version précédente';
  if (version.cause === 'withdrawal') {
    texts.push(`COMPTE RENDU ANNULÉ : ne tenez aucun compte de ${earlier}.`);
  } else if (replaces) {
    texts.push(`ANNULE ET REMPLACE ${earlier}`);
  }
  if (version.completeness === 'partial') {
    texts.push('RÉSULTATS PARTIELS : un compte rendu complet suivra.');
  }
  if (validators.length === 0) texts.push('RÉSULTATS NON VALIDÉS : ne pas communiquer.');
  if (processing !== 'P') texts.push('DOCUMENT D’ESSAI, sans valeur médicale');
  return texts;
}
