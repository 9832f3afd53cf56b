import type { Catalogue } from './catalogue.ts';
import { writeDelimited } from './delimited.ts';
import type { CatalogueEntry } from './entry.ts';

/** One file of an export. */
export interface ExportFile {
  readonly name: string;
  readonly text: string;
  /** Lines, header apart. */
  readonly rows: number;
}

const HEADERS = {
  chapters: ['Code chapitre', 'Libellé chapitre', 'Code sous-chapitre', 'Libellé sous-chapitre'],
  orders: [
    'Code examen',
    'Libellé examen',
    'Synonyme',
    'Code chapitre',
    'Code sous-chapitre',
    'Nature échantillon',
    'NABM',
    'Code analyse',
    'Libellé analyse',
  ],
  results: [
    'Code analyse',
    'Libellé analyse',
    'Synonyme',
    'Grandeur',
    'Code unité',
    'Libellé unité',
    'Temps',
    'Code nature échantillon',
    'Libellé nature échantillon',
    'Échelle',
    'Technique',
    'NABM',
  ],
} as const;

/** A test outside the Nomenclature des actes de biologie médicale. */
const HORS_NOMENCLATURE = 'HN';

/**
 * The three files that a transcoding provider is given (SGL.LOI.01 to .03): chapters, orders, results, of the lines in
 * force, in the order of the catalogue.
 * @param day `YYYYMMDD`, also in the names of the files
 */
export function exportSegur(catalogue: Catalogue, day: string): ExportFile[] {
  const entries = inForce(catalogue, day);
  return [
    file(`LOINC_1_export_chapitres_${day}.csv`, HEADERS.chapters, chapterRows(entries, catalogue)),
    file(`LOINC_2_export_demandes_${day}.csv`, HEADERS.orders, orderRows(entries, catalogue)),
    file(`LOINC_3_export_resultats_${day}.csv`, HEADERS.results, resultRows(entries, catalogue)),
  ];
}

function file(name: string, header: readonly string[], rows: readonly (readonly string[])[]): ExportFile {
  return { name, text: writeDelimited([header, ...rows]), rows: rows.length };
}

function inForce(catalogue: Catalogue, day: string): CatalogueEntry[] {
  return [...catalogue.entries.values()]
    .flat()
    .filter((entry) => entry.status !== 'retired' && entry.validFrom <= day && day <= entry.validTo);
}

function chapterRows(entries: readonly CatalogueEntry[], { tables }: Catalogue): string[][] {
  const label = (code: string) => tables.chapters.get(code)?.coding.display ?? '';
  const order = (code: string) => tables.chapters.get(code)?.order ?? 0;
  const places = new Map(entries.map((entry) => [`${entry.chapter} ${subOf(entry)}`, entry]));
  return [...places.values()]
    .sort((a, b) => order(a.chapter) - order(b.chapter) || order(subOf(a)) - order(subOf(b)))
    .map((entry) => [entry.chapter, label(entry.chapter), subOf(entry), label(subOf(entry))]);
}

function subOf({ chapter, subChapter }: CatalogueEntry): string {
  return subChapter === chapter ? '' : subChapter;
}

/** One line for each analysis of an exam; a test without battery is an exam by itself. */
function orderRows(entries: readonly CatalogueEntry[], { batteryLabels }: Catalogue): string[][] {
  return distinct(
    entries.map((entry) => [
      entry.battery || entry.code,
      entry.battery ? (batteryLabels.get(entry.battery) ?? entry.battery) : entry.label,
      entry.battery ? '' : entry.synonym,
      entry.chapter,
      subOf(entry),
      entry.specimen,
      entry.nabm || HORS_NOMENCLATURE,
      entry.code,
      entry.label,
    ]),
  );
}

function resultRows(entries: readonly CatalogueEntry[], { tables }: Catalogue): string[][] {
  return distinct(
    entries.map((entry) => {
      const term = tables.loinc.get(entry.loinc);
      const numeric = entry.numeric ?? (term ? term.scale === 'Qn' : undefined);
      return [
        entry.code,
        entry.label,
        entry.synonym,
        term?.property ?? '',
        entry.ucum,
        entry.printedUnit,
        term?.time === '24H' ? '24H' : 'PT',
        entry.specimen,
        tables.specimenTypes.get(entry.specimen)?.display ?? '',
        numeric === undefined ? '' : numeric ? 'QN' : 'ORD',
        tables.methods.get(entry.method)?.display ?? entry.method,
        entry.nabm || HORS_NOMENCLATURE,
      ];
    }),
  );
}

function distinct(rows: string[][]): string[][] {
  return [...new Map(rows.map((row) => [row.join('\u0000'), row])).values()];
}
