import type { Specimen } from '../report/dossier.ts';
import { insNature } from '../report/ins.ts';
import type { Professional } from '../report/people.ts';
import { printedBirthPlace } from '../report/printed.ts';
import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import { type Canvas, colourOf, type TextStyle } from './canvas.ts';
import { dataMatrix, insPayload, type Modules } from './datamatrix.ts';
import { AREA, gap, type Line } from './line.ts';
import { paragraph } from './paragraph.ts';
import { NOTE_LEADING, type Sheet } from './sheet.ts';
import { printable, widthOf, wrap } from './text.ts';
import { printedIdNat, printedSex, unbrokenName } from './wording.ts';

/** A module of 1.5 points is three dots at 150 dpi, twice what a reader needs. */
const MODULE = 1.5;
/** White around the matrix: ISO/IEC 16022 asks for one module. */
const QUIET = 2;

/** A reader wants contrast, whatever the theme. */
const BLACK = colourOf('#000000');
const WHITE = colourOf('#FFFFFF');

/** Part of the width that the patient takes. */
const PATIENT = AREA.width * 0.58;
const INSET = 9;
const LEADING = 11;

interface Field {
  readonly label: string;
  readonly value: string;
  readonly strong?: true;
}

/** Sets the patient on the left, the request on the right, then recipients and clinical information. */
export function placeIdentity(report: Report, sheet: Sheet): void {
  const { flow, styles } = sheet;
  const { patient } = report;
  const modules = patient.kind === 'qualified' ? dataMatrix(insPayload(patient)) : undefined;
  const matrixSide = modules ? (modules.size + 2 * QUIET) * MODULE : 0;
  const patientWidth = PATIENT - 2 * INSET - (modules ? matrixSide + 4 : 0);
  const left = fieldRows(patientFields(report), patientWidth, sheet);
  const right = fieldRows(requestFields(report), AREA.width - PATIENT - INSET, sheet);
  const least = modules ? Math.ceil((matrixSide + 12) / LEADING) : 0;
  const count = Math.max(left.length, right.length, least);

  const lines = Array.from({ length: count }, (_, index): Line => {
    const [above, below] = [index === 0 ? 6 : 0, index === count - 1 ? 5 : 0];
    const height = above + LEADING + below;
    return {
      height,
      draw: (canvas, top) => {
        canvas.box(AREA.left, top, PATIENT - 5, height, sheet.colours.band);
        const baseline = top + above + LEADING * 0.78;
        left[index]?.(canvas, AREA.left + INSET, baseline);
        right[index]?.(canvas, AREA.left + PATIENT + INSET, baseline);
      },
    };
  });
  const matrix: Line[] = modules ? [matrixLine(modules, matrixSide, sheet)] : [];
  // The matrix is drawn over the block's ground, hence after it, from the block's top.
  const height = lines.reduce((sum, line) => sum + line.height, 0);
  flow.place([...lines, ...matrix.map((line) => raised(line, height))]);

  const wide = { leading: NOTE_LEADING };
  const about = (label: string, text: string) =>
    paragraph(text, styles.note, { ...wide, label: { text: `${label} :`, style: styles.label } });
  flow.place([
    gap(6),
    ...(report.recipients.length > 0 ? about('Destinataires', recipientsText(report)) : []),
    ...(report.clinicalInformation && report.version.cause !== 'withdrawal'
      ? about('Renseignements cliniques', report.clinicalInformation)
      : []),
  ]);
}

function raised(line: Line, by: number): Line {
  return { height: 0, draw: (canvas, top, counts) => line.draw(canvas, top - by, counts) };
}

function matrixLine(modules: Modules, side: number, { styles }: Sheet): Line {
  return {
    height: 0,
    draw: (canvas, top) => {
      const x = AREA.left + PATIENT - 5 - INSET + 3 - side;
      const y = top + 7;
      canvas.box(x, y, side, side, WHITE);
      canvas.grid(x + QUIET * MODULE, y + QUIET * MODULE, MODULE, darkRuns(modules), BLACK);
      const caption = 'Datamatrix INS';
      canvas.text(x + (side - widthOf(caption, styles.label)) / 2, y + side + 8, caption, styles.label);
    },
  };
}

/** Neighbours of a row as one box: fewer operators and no seams. */
function darkRuns({ size, dark }: Modules): [number, number, number, number][] {
  const runs: [number, number, number, number][] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (!dark(row, column)) continue;
      let end = column;
      while (end < size && dark(row, end)) end++;
      runs.push([column, row, end - column, 1]);
      column = end;
    }
  }
  return runs;
}

type DrawRow = (canvas: Canvas, x: number, baseline: number) => void;

/** Labels in one column, values in the other, wrapped. */
function fieldRows(fields: readonly Field[], width: number, { styles }: Sheet): DrawRow[] {
  const labelWidth = Math.max(...fields.map(({ label }) => widthOf(label, styles.label))) + 8;
  return fields.flatMap(({ label, value, strong }) => {
    const style: TextStyle = strong ? styles.strong : styles.body;
    return wrap(printable(value), style, width - labelWidth).map(
      (text, index): DrawRow =>
        (canvas, x, baseline) => {
          if (index === 0) canvas.text(x, baseline, label, styles.label);
          canvas.text(x + labelWidth, baseline, text, style);
        },
    );
  });
}

function patientFields({ patient }: Report): Field[] {
  const { birthName, firstGiven, birthGivens, usedName, usedGiven, birthDate, sex } = patient.traits;
  const place = printedBirthPlace(patient.traits.birthPlaceName, patient.traits.birthPlaceCode);
  const born = sex === 'F' ? 'Née le' : sex === 'M' ? 'Né le' : 'Né(e) le';
  const otherGivens = birthGivens !== undefined && birthGivens !== firstGiven ? birthGivens : undefined;
  return [
    { label: 'Nom de naissance', value: birthName, strong: true },
    ...(firstGiven ? [{ label: 'Premier prénom', value: firstGiven, strong: true } as const] : []),
    ...(otherGivens ? [{ label: 'Prénoms de naissance', value: otherGivens }] : []),
    ...(usedName ? [{ label: 'Nom utilisé', value: usedName, strong: true } as const] : []),
    ...(usedGiven ? [{ label: 'Prénom utilisé', value: usedGiven }] : []),
    ...(birthDate ? [{ label: born, value: toFrench(birthDate), strong: true } as const] : []),
    ...(place ? [{ label: 'Lieu de naissance', value: place }] : []),
    { label: 'Sexe', value: printedSex(sex) },
    ...(patient.kind === 'qualified'
      ? [{ label: 'INS', value: `${patient.ins.matricule}\u00a0(${insNature(patient.ins)})` }]
      : []),
    { label: 'N° de patient', value: patient.localId.value },
  ];
}

function requestFields(report: Report): Field[] {
  const { prescriber, prescriptionNumber, prescribedAt, collectedAt, receivedAt, version } = report;
  const prescription = [
    prescriptionNumber && `n° ${prescriptionNumber}`,
    prescribedAt && `du ${toFrench(prescribedAt)}`,
  ].filter(Boolean);
  const collectors = collectorNames(report);
  return [
    { label: 'Dossier n°', value: report.dossier, strong: true },
    { label: 'Version', value: `${version.number}, éditée le ${toFrench(version.effectiveTime)}` },
    ...(prescriber
      ? [
          { label: 'Prescripteur', value: unbrokenName(prescriber), strong: true } as const,
          ...prescriberDetails(prescriber, report).map((value) => ({ label: '', value })),
        ]
      : []),
    ...(prescription.length > 0 ? [{ label: 'Prescription', value: prescription.join(' ') }] : []),
    ...(report.location ? [{ label: 'Service', value: report.location }] : []),
    ...(report.visitNumber ? [{ label: 'N° de séjour', value: report.visitNumber }] : []),
    ...(collectedAt ? [{ label: 'Prélèvement', value: toFrench(collectedAt) }] : []),
    ...(collectors ? [{ label: 'Préleveur', value: collectors }] : []),
    ...(receivedAt ? [{ label: 'Réception', value: toFrench(receivedAt) }] : []),
  ];
}

function prescriberDetails(prescriber: Professional, { recipients }: Report): string[] {
  const { structure, idNat, mssante } = prescriber;
  // The requester's address is said once: with the recipients when the report goes to it.
  const listed = recipients.some(({ professional }) => professional.mssante === mssante);
  return [
    ...(idNat ? [printedIdNat(idNat)] : []),
    ...(structure ? [structure.name] : []),
    ...(mssante && !listed ? [mssante] : []),
  ];
}

function collectorNames({ chapters }: Report): string {
  const specimens = chapters.flatMap(({ body }): readonly Specimen[] =>
    body.kind === 'leaf' ? body.content.specimens : body.subChapters.flatMap((sub) => sub.content.specimens),
  );
  return [
    ...new Set(specimens.flatMap(({ collector }) => (collector ? [unbrokenName(collector)] : []))),
  ].join(', ');
}

function recipientsText({ recipients }: Report): string {
  return recipients
    .map(({ role, professional }) => {
      const address = professional.mssante ? ` <${professional.mssante}>` : '';
      return `${unbrokenName(professional)} (${role === 'prescriber' ? 'prescripteur' : 'copie'})${address}`;
    })
    .join(' ; ');
}
