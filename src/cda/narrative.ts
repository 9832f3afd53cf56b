import type { Specimen } from '../report/dossier.ts';
import type { Laboratory } from '../report/laboratory.ts';
import { printedName } from '../report/people.ts';
import type { Battery, CodedIsolate, Content, Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import type { Leaf } from './chapters.ts';
import { imagesOf, imageText } from './image.ts';
import { anchored, bold, broken, paragraph } from './inline.ts';
import { isolateCountLines, isolateLines, isolatePath } from './isolate-lines.ts';
import type { Line } from './line.ts';
import { batteryLines, remarkId } from './line.ts';
import { otherThan, printedLaboratory } from './other-laboratory.ts';
import { antibiogramTable, resultTable } from './result-table.ts';
import { specimenTypeCoding } from './value-sets/specimen-types.ts';
import type { XmlContent, XmlElement } from './xml.ts';
import { el } from './xml.ts';

/**
 * The text of a chapter or sub-chapter: the legally readable content. Every coded fact stands here too, under the ID
 * that its entry refers to.
 */
export function narrative(leaf: Leaf, report: Report): XmlElement {
  const { content, path } = leaf;
  return el(
    'text',
    {},
    specimens(content.specimens),
    performedBy('Examens réalisés par', content, report.laboratory),
    content.batteries.map((battery, index) =>
      batteryText(battery, batteryPath(path, index), report.laboratory),
    ),
    remarks(content.comments, path),
    validation(report),
  );
}

export const batteryPath = (path: string, index: number): string => `${path}-b${index + 1}`;

function specimens(list: readonly Specimen[]): XmlContent {
  if (list.length === 0) return undefined;
  return el(
    'list',
    {},
    list.map((specimen) => el('item', {}, bold('Prélèvement'), ` : ${printedSpecimen(specimen)}`)),
  );
}

/** `Sang veineux, n° T26, prélevé le … par …, reçu le …`. */
export function printedSpecimen(specimen: Specimen): string {
  const { id, type, typeText, site, collectedAt, receivedAt, collector, nonConformity } = specimen;
  const nature = typeText ?? (type === undefined ? undefined : (specimenTypeCoding(type)?.display ?? type));
  const by = collector ? ` par ${printedName(collector)}` : '';
  return [
    nature ?? 'échantillon',
    site,
    id === undefined ? undefined : `n° ${id}`,
    collectedAt ? `prélevé le ${toFrench(collectedAt)}${by}` : by && `prélevé${by}`,
    receivedAt ? `reçu le ${toFrench(receivedAt)}` : undefined,
    nonConformity === undefined ? undefined : `non conforme : ${nonConformity}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function performedBy(
  what: string,
  { performer }: Pick<Content, 'performer'>,
  laboratory: Laboratory,
): XmlContent {
  const other = otherThan(laboratory, performer);
  return other && paragraph(bold(what), ` : ${printedLaboratory(other)}`);
}

function batteryText(battery: Battery, path: string, laboratory: Laboratory): XmlContent[] {
  const lines = batteryLines(battery, path);
  const title = battery.local.label || battery.local.code;
  return [
    lines.length > 0
      ? resultTable(lines, { id: path, text: title }, laboratory)
      : paragraph(anchored(path, bold(title))),
    ...imagesOf(battery, path).map(imageText),
    ...battery.isolates.map((isolate, index) => isolateText(isolate, isolatePath(path, index), laboratory)),
    performedBy('Examen réalisé par', battery, laboratory),
    remarks(battery.comments, path),
  ];
}

function isolateText(isolate: CodedIsolate, path: string, laboratory: Laboratory): XmlContent[] {
  const counts: Line[] = isolateCountLines(isolate, path);
  const lines = isolateLines(isolate, path);
  return [
    paragraph(bold('Germe isolé'), ' : ', anchored(path, isolate.organism.label || isolate.organism.code)),
    counts.length > 0 ? resultTable(counts, undefined, laboratory) : undefined,
    lines.length > 0
      ? antibiogramTable(lines, { id: `${path}-abg`, text: 'Antibiogramme' }, laboratory)
      : undefined,
    remarks(isolate.comments, path),
  ];
}

/** Comments, each under the ID that its entry refers to. */
function remarks(comments: readonly string[], path: string): XmlElement[] {
  return comments.map((comment, index) =>
    paragraph(bold('Commentaire'), ' : ', anchored(remarkId(path, index), broken(comment))),
  );
}

function validation({ validators, version }: Report): XmlContent {
  if (version.cause === 'withdrawal') return undefined;
  if (validators.length === 0) return paragraph('Compte rendu non validé : aucun biologiste n’est nommé.');
  const names = validators.map(({ professional, at }) => `${printedName(professional)} le ${toFrench(at)}`);
  return paragraph(bold('Validé par'), ` ${names.join(', ')}`);
}
