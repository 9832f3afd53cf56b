import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import { type Canvas, PAGE, type TextStyle } from './canvas.ts';
import { AREA } from './line.ts';
import type { Sheet } from './sheet.ts';
import { standingWord } from './standing.ts';
import { printable, widthOf } from './text.ts';

/** Smaller type is not read on paper. */
const LEAST_SIZE = 5.5;
/** Between two texts of one line. */
const GAP = 14;

/** Patient, dossier and page on each page; the laboratory's name at the top of those that follow the first. */
export function drawFooters(
  report: Report,
  canvases: readonly Canvas[],
  total: number,
  { styles, colours }: Sheet,
): void {
  const right = AREA.left + AREA.width;
  const strong = { ...styles.note, face: styles.strong.face };
  const patient = patientText(report);
  const pageWidth = widthOf(`Page ${total}/${total}`, strong);
  const who = fitted(patient, strong, AREA.width - pageWidth - GAP);
  const what = fitted(documentText(report), styles.label, AREA.width);
  const head = fitted(patient, styles.label, AREA.width * 0.75);
  const room = AREA.width - widthOf(head.text, head.style) - GAP;
  const laboratory = fitted({ cut: report.laboratory.name, kept: '' }, styles.label, room);
  const standing = standingWord(report);
  canvases.forEach((canvas, index) => {
    const top = PAGE.height - 44;
    canvas.rule(AREA.left, top, AREA.width, 0.6, colours.accent);
    canvas.text(AREA.left, top + 11, who.text, who.style);
    canvas.textRight(right, top + 11, `Page ${index + 1}/${total}`, strong);
    canvas.text(AREA.left, top + 21, what.text, what.style);
    if (index === 0) return;
    canvas.text(AREA.left, 40, laboratory.text, laboratory.style);
    canvas.textRight(right, 40, head.text, head.style);
    if (standing) canvas.textRight(right, 30, standing, styles.noteStrong);
    canvas.rule(AREA.left, 46, AREA.width, 0.6, colours.accent);
  });
}

/** A text of one line: what may be cut where room is short, and what may not. */
interface Identifying {
  readonly cut: string;
  readonly kept: string;
  /** Whether what is kept comes first. */
  readonly keptFirst?: true;
}

/** Names, which the identity block has whole; then the birth date and the number, which tell two patients apart. */
function patientText({ patient }: Report): Identifying {
  const { usedName, birthName, usedGiven, firstGiven, birthDate, sex } = patient.traits;
  const name = [usedName ?? birthName, usedGiven ?? firstGiven].filter(Boolean).join(' ');
  const birth = usedName && usedName !== birthName ? ` (nom de naissance ${birthName})` : '';
  const born = sex === 'F' ? 'née le' : sex === 'M' ? 'né le' : 'né(e) le';
  return {
    cut: `${name}${birth}`,
    kept: `${birthDate ? `, ${born} ${toFrench(birthDate)}` : ''}, n° de patient ${patient.localId.value}`,
  };
}

function documentText({ laboratory, dossier, version }: Report): Identifying {
  return {
    kept: `Dossier ${dossier} · version ${version.number} du ${toFrench(version.effectiveTime)}`,
    cut: ` · ${laboratory.name}`,
    keptFirst: true,
  };
}

/** Sets smaller what does not fit; what would want type too small to read is cut, with an ellipsis, where it may be. */
function fitted({ cut, kept, keptFirst }: Identifying, style: TextStyle, width: number) {
  const [long, whole] = [printable(cut), printable(kept)];
  const characters = [...long];
  const join = (shown: string) => (keptFirst ? whole + shown : shown + whole);
  const natural = widthOf(join(long), style);
  if (natural <= width) return { text: join(long), style };
  const smaller = { ...style, size: Math.max(LEAST_SIZE, (style.size * width) / natural) };
  let text = join(long);
  while (characters.length > 0 && widthOf(text, smaller) > width + 0.01) {
    characters.pop();
    text = join(`${characters.join('')}…`);
  }
  return { text, style: smaller };
}
