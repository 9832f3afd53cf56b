import { deflateSync } from 'node:zlib';
import type { Fault } from '../report/fault.ts';
import type { Report, Warning } from '../report/report.ts';
import type { PdfAssets } from './assets.ts';
import { Canvas, PAGE } from './canvas.ts';
import { type AppendedPages, placeClosing } from './closing.ts';
import { drawFooters } from './footer.ts';
import { placeIdentity } from './identity-block.ts';
import { nameOf } from './images.ts';
import { LOGO, placeLetterhead } from './letterhead.ts';
import { paragraph } from './paragraph.ts';
import { PdfFile, type Ref } from './pdf-file.ts';
import { addPdfaParts } from './pdfa.ts';
import { readPictures } from './pictures.ts';
import type { Picture } from './raster.ts';
import { placeResults } from './results.ts';
import { newSheet, type Sheet } from './sheet.ts';
import { WITHDRAWN_TEXT } from './standing.ts';
import { printable } from './text.ts';

export interface TypesetReport {
  readonly bytes: Uint8Array;
  /** What its pages say, in the order of drawing: row by row, as a text extractor would find it. */
  readonly text: string;
  /** Characters that no font has: shown as U+FFFD, named by code point. */
  readonly warnings: readonly Warning[];
}

/**
 * Sets a report as PDF/A-1b. Pure: the same report and assets give the same bytes, dated by the version's effectiveTime.
 * @param appended pages that {@link appendPdfs} will add; announced and counted
 * @returns the file, or which picture of the report cannot be printed
 */
export function typeset(
  report: Report,
  assets: PdfAssets,
  appended: readonly AppendedPages[] = [],
): TypesetReport | Fault {
  const withdrawn = report.version.cause === 'withdrawal';
  const pictures = withdrawn ? new Map() : readPictures(report);
  if ('code' in pictures) return pictures;
  const sheet = newSheet(report, assets, pictures);
  placeLetterhead(report, assets, sheet);
  placeIdentity(report, sheet);
  if (withdrawn) placeWithdrawal(sheet);
  else placeResults(report, sheet);
  placeClosing(report, appended, assets, sheet);
  const appendedPages = appended.reduce((sum, { pages }) => sum + pages, 0);
  const canvases = sheet.flow.draw(appendedPages);
  drawFooters(report, canvases, canvases.length + appendedPages, sheet);
  return {
    bytes: assemble(report, assets, sheet, canvases),
    text: canvases.flatMap(({ drawn }) => drawn).join('\n'),
    warnings: missingCharacters(sheet),
  };
}

/** A blank page in a document that says of itself what ours say: for pages that were made elsewhere. */
export function frameOf(report: Report, assets: PdfAssets): Uint8Array {
  const sheet = newSheet(report, assets, new Map());
  const { logo: _unused, ...bare } = assets;
  return assemble(report, bare, sheet, [new Canvas()]);
}

function placeWithdrawal({ flow, styles }: Sheet): void {
  flow.space(12);
  flow.place(paragraph(WITHDRAWN_TEXT, styles.strong, { leading: 14 }));
}

function assemble(report: Report, assets: PdfAssets, sheet: Sheet, canvases: readonly Canvas[]): Uint8Array {
  const file = new PdfFile();
  const tree = file.reserve();
  const fonts = sheet.fonts.filter((font) => font.used).map((font) => `/${font.name} ${font.embed(file)}`);
  const resources = file.add(
    `<< /ProcSet [/PDF /Text /ImageB /ImageC] /Font << ${fonts.join(' ')} >>${pictureResources(file, assets, sheet)} >>`,
  );
  const kids = canvases.map((canvas): Ref => {
    const contents = file.add('<<', deflateSync(canvas.content()));
    return file.add(
      `<< /Type /Page /Parent ${tree} /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Resources ${resources}` +
        ` /Contents ${contents} >>`,
    );
  });
  file.add(`<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${kids.length} >>`, undefined, { at: tree });
  const { version, laboratory, dossier } = report;
  const { info, metadata, outputIntent } = addPdfaParts(file, {
    title: printable(`${assets.theme.texts.title}, dossier ${dossier}, version ${version.number}`),
    author: printable(laboratory.name),
    subject: printable(assets.theme.texts.title),
    at: version.effectiveTime,
  });
  const catalog = file.add(
    `<< /Type /Catalog /Version /1.4 /Pages ${tree} /Lang (fr-FR) /ViewerPreferences << /DisplayDocTitle true >>` +
      ` /Metadata ${metadata} /OutputIntents [${outputIntent}] >>`,
  );
  return file.finish(catalog, info, version.setOid);
}

function pictureResources(file: PdfFile, { logo }: PdfAssets, { pictures }: Sheet): string {
  const images = [
    ...(logo ? [`/${LOGO} ${addPicture(file, logo)}`] : []),
    ...[...pictures].map(([image, picture]) => `/${nameOf(image, pictures)} ${addPicture(file, picture)}`),
  ];
  return images.length === 0 ? '' : ` /XObject << ${images.join(' ')} >>`;
}

function addPicture(file: PdfFile, { width, height, colourSpace, filter, data }: Picture): Ref {
  return file.add(
    `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /${colourSpace} /BitsPerComponent 8`,
    data,
    { filter },
  );
}

function missingCharacters({ fonts }: Sheet): Warning[] {
  const missing = new Set(fonts.flatMap((font) => [...font.missing]));
  return [...missing]
    .sort((a, b) => a - b)
    .map((codePoint) => ({
      code: 'PDF_CHARACTER_MISSING',
      text: `Le caractère U+${codePoint.toString(16).toUpperCase().padStart(4, '0')} manque aux polices du PDF : un signe de remplacement est imprimé.`,
    }));
}
