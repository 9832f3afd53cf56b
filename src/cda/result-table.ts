import type { Laboratory } from '../report/laboratory.ts';
import { printedName } from '../report/people.ts';
import { printedRange, printedValue } from '../report/printed.ts';
import { toFrench } from '../report/timestamp.ts';
import { ACCREDITATION_MARK, isAccredited } from './accreditation.ts';
import { anchored, bold, broken, paragraph, preformatted } from './inline.ts';
import type { Line } from './line.ts';
import { methodId, remarkId, statusRemarks, valueId } from './line.ts';
import { otherThan, printedLaboratory } from './other-laboratory.ts';
import { isOrdinary, printedInterpretation } from './value-sets/interpretations.ts';
import type { XmlContent, XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** Tables of the narrative: one row a line, then a row for what does not fit in columns. */

const RESULT_COLUMNS = [
  'Examen',
  'Résultat',
  'Unité',
  'Valeurs de référence',
  'Interprétation',
  'Antériorités',
];
const ANTIBIOGRAM_COLUMNS = ['Antibiotique', 'Interprétation', 'Résultat ou CMI', 'Unité'];
/** Where the source gives breakpoints or previous values, which is rare. */
const BREAKPOINTS = 'Valeurs critiques';
const PREVIOUS = 'Antériorités';

/** The table's title, under the ID that its battery refers to. */
export interface Caption {
  readonly id: string;
  readonly text: string;
}

export function resultTable(
  lines: readonly Line[],
  caption: Caption | undefined,
  laboratory: Laboratory,
): XmlElement {
  return table(RESULT_COLUMNS, caption, lines, laboratory, (line) => {
    const units = [line.printedUnit, ...(line.beside ? [line.beside.printedUnit] : [])];
    const after = [
      units.some((unit) => unit !== '') ? interleave(units) : undefined,
      rangesOf(line).length > 0 ? ranges(line) : undefined,
      interpretations(line),
      line.second || line.result.previous.length === 0 ? undefined : previousValues(line),
    ];
    // Words run over the empty columns at their right: a conclusion is not to be read in a column of figures.
    const filled = after.findIndex((content) => content !== undefined);
    const span = isWords(line) ? (filled < 0 ? after.length : filled) : 0;
    return [
      nameCell(line, laboratory),
      valueCell(line, span + 1),
      ...after.slice(span).map((content) => el('td', {}, content)),
    ];
  });
}

const isWords = ({ value }: Line): boolean => value?.kind === 'text' || value?.kind === 'coded';

export function antibiogramTable(
  lines: readonly Line[],
  caption: Caption,
  laboratory: Laboratory,
): XmlElement {
  const breakpoints = lines.some((line) => rangesOf(line).length > 0);
  const previous = lines.some(({ result }) => result.previous.length > 0);
  const columns = [
    ...ANTIBIOGRAM_COLUMNS,
    ...(breakpoints ? [BREAKPOINTS] : []),
    ...(previous ? [PREVIOUS] : []),
  ];
  return table(columns, caption, lines, laboratory, (line) => [
    nameCell(line, laboratory),
    el('td', {}, interpretations(line)),
    valueCell(line),
    el('td', {}, line.printedUnit),
    ...(breakpoints ? [el('td', {}, ranges(line))] : []),
    ...(previous ? [el('td', {}, previousValues(line))] : []),
  ]);
}

function table(
  columns: readonly string[],
  caption: Caption | undefined,
  lines: readonly Line[],
  laboratory: Laboratory,
  cells: (line: Line) => XmlElement[],
): XmlElement {
  return el(
    'table',
    {},
    caption && el('caption', { ID: caption.id }, caption.text),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        columns.map((column) => el('th', {}, column)),
      ),
    ),
    el(
      'tbody',
      {},
      lines.flatMap((line) => {
        const details = detailsOf(line, laboratory);
        const row = el('tr', {}, cells(line));
        if (details.length === 0) return [row];
        return [
          row,
          el('tr', {}, el('td', { colspan: String(columns.length), styleCode: 'xDetail' }, details)),
        ];
      }),
    ),
  );
}

/** The test's name; what the accreditation covers bears its mark (GEN REF 11). */
function nameCell(line: Line, laboratory: Laboratory): XmlElement {
  const { local, coding } = line.result;
  const name = local.label || local.code;
  return isAccredited(coding, laboratory)
    ? el('td', {}, anchored(line.path, name), ` ${ACCREDITATION_MARK}`)
    : el('td', { ID: line.path }, name);
}

/** @param columns that the value takes */
function valueCell(line: Line, columns = 1): XmlElement {
  const { beside } = line;
  const colspan = columns > 1 ? String(columns) : undefined;
  const other = beside ? [el('br'), bold(printedValue(beside.value))] : undefined;
  return el('td', { ID: valueId(line), colspan }, printedResult(line), other);
}

const rangesOf = ({ ranges, beside }: Line) => (beside?.range ? [...ranges, beside.range] : ranges);

const ranges = (line: Line): XmlContent =>
  interleave(rangesOf(line).map((range) => broken(printedRange(range))));

function printedResult({ value, result }: Line): XmlContent {
  if (result.status === 'pending') return 'En cours';
  if (result.status === 'cancelled') return 'Non réalisé';
  if (!value) return 'Non disponible';
  if (value.kind === 'text' && value.preformatted) return preformatted(value.text);
  return bold(broken(printedValue(value)));
}

function interpretations({ result }: Line): XmlContent {
  const printed = result.interpretations.map(printedInterpretation).join(', ');
  return result.interpretations.every(isOrdinary) ? printed || undefined : bold(printed);
}

function previousValues({ result }: Line): XmlContent {
  return interleave(
    result.previous.map(({ value, observedAt }) => [
      broken(printedValue(value)),
      ` (${toFrench(observedAt)})`,
    ]),
  );
}

/** Method, performer and comments of one line. */
function detailsOf(line: Line, laboratory: Laboratory): XmlElement[] {
  const { result, method, remarks, path } = line;
  const details: XmlElement[] = [];
  const other = line.second ? undefined : otherThan(laboratory, result.performer);
  if (method !== undefined) details.push(paragraph('Technique : ', anchored(methodId(line), method)));
  if (other) {
    const done = result.status === 'pending' ? 'Confié à' : 'Réalisé par';
    details.push(paragraph(`${done} : ${printedLaboratory(other)}`));
  }
  const weighty = line.second ? [] : statusRemarks(result);
  remarks.forEach((remark, index) => {
    const said = weighty.includes(remark) ? bold(broken(remark)) : broken(remark);
    details.push(paragraph(anchored(remarkId(path, index), said)));
  });
  if (result.automaticValidation && !line.second) details.push(paragraph('Validation automatique'));
  if (result.validator && !line.second)
    details.push(paragraph(`Validé par ${printedName(result.validator)}`));
  return details;
}

function interleave(items: readonly XmlContent[]): XmlContent {
  return items.flatMap((item, index): XmlContent[] => (index === 0 ? [item] : [el('br'), item]));
}
