import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import { type Canvas, PAGE } from './canvas.ts';
import { AREA } from './line.ts';
import type { Sheet } from './sheet.ts';
import { standingWord } from './standing.ts';
import { printable, widthOf } from './text.ts';

/** Patient, dossier and page on each page; the laboratory's name at the top of those that follow the first. */
export function drawFooters(
  report: Report,
  canvases: readonly Canvas[],
  total: number,
  { styles, colours }: Sheet,
): void {
  const { laboratory, dossier, version } = report;
  const right = AREA.left + AREA.width;
  const who = printable(patientText(report));
  const what = printable(
    `Dossier ${dossier} · version ${version.number} du ${toFrench(version.effectiveTime)} · ${laboratory.name}`,
  );
  const standing = standingWord(report);
  canvases.forEach((canvas, index) => {
    const page = `Page ${index + 1}/${total}`;
    const top = PAGE.height - 44;
    canvas.rule(AREA.left, top, AREA.width, 0.6, colours.accent);
    const strong = { ...styles.note, face: styles.strong.face };
    const room = AREA.width - widthOf(page, strong) - 10;
    canvas.text(AREA.left, top + 11, fitted(who, strong, room), strong);
    canvas.textRight(right, top + 11, page, strong);
    canvas.text(AREA.left, top + 21, fitted(what, styles.label, AREA.width), styles.label);
    if (index === 0) return;
    canvas.text(
      AREA.left,
      40,
      fitted(printable(laboratory.name), styles.label, AREA.width / 2),
      styles.label,
    );
    canvas.textRight(right, 40, fitted(who, styles.label, AREA.width / 2 - 10), styles.label);
    if (standing) canvas.textRight(right, 30, standing, styles.noteStrong);
    canvas.rule(AREA.left, 46, AREA.width, 0.6, colours.accent);
  });
}

function patientText({ patient }: Report): string {
  const { usedName, birthName, usedGiven, firstGiven, birthDate, sex } = patient.traits;
  const name = [usedName ?? birthName, usedGiven ?? firstGiven].filter(Boolean).join(' ');
  const birth = usedName && usedName !== birthName ? ` (nom de naissance ${birthName})` : '';
  const born = sex === 'F' ? 'née le' : sex === 'M' ? 'né le' : 'né(e) le';
  return `${name}${birth}${birthDate ? `, ${born} ${toFrench(birthDate)}` : ''}, n° de patient ${patient.localId.value}`;
}

/** A text cut, with an ellipsis, to what fits: the identity block has it whole. */
function fitted(text: string, style: Parameters<typeof widthOf>[1], width: number): string {
  if (widthOf(text, style) <= width) return text;
  let end = text.length;
  while (end > 0 && widthOf(`${text.slice(0, end)}…`, style) > width) end--;
  return `${text.slice(0, end)}…`;
}
