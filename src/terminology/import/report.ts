import { writeDelimited } from '../delimited.ts';
import type { FindingLevel } from '../finding.ts';
import type { ImportFinding } from './finding.ts';
import { type Measure, percent } from './plan.ts';

/** What the report of an import (rapport d'import, SGL.LOI.07) says beside its findings. */
export interface ImportSummary {
  readonly format: string;
  readonly sources: readonly string[];
  /** `dd/mm/yyyy hh:mm`. */
  readonly at: string;
  /** Empty: dry run. */
  readonly by: string;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly refused: number;
  readonly before: Measure;
  readonly after: Measure;
  /** French: what became of it. */
  readonly outcome: string;
}

/** The file is French, whoever asked for it; what the terminal shows may be English. */
export type ReportLanguage = 'fr' | 'en';

const LEVEL_WORDS: Readonly<Record<FindingLevel, string>> = {
  error: 'erreur',
  warning: 'avertissement',
  info: 'information',
};

/** `erreur bloquante`, `erreur`, `avertissement`, `information`; in English the levels' own names. */
export function levelWord({ level, blocking }: ImportFinding, language: ReportLanguage = 'fr'): string {
  if (language === 'en') return blocking ? 'blocking error' : level;
  return blocking ? 'erreur bloquante' : LEVEL_WORDS[level];
}

const COUNT_LABELS: Readonly<Record<ReportLanguage, readonly string[]>> = {
  fr: [
    'Lignes lues',
    'Analyses ajoutées',
    'Analyses modifiées',
    'Analyses retirées',
    'Codes non repris',
    'Erreurs bloquantes',
    'Erreurs non bloquantes',
    'Avertissements',
    'Informations',
    'Codes transcodés avant',
    'Codes transcodés après',
  ],
  en: [
    'Lines read',
    'Tests added',
    'Tests changed',
    'Tests removed',
    'Codes not taken',
    'Blocking errors',
    'Other errors',
    'Warnings',
    'Information',
    'Codes mapped before',
    'Codes mapped after',
  ],
};

/** The counts, as label and value. */
export function countsOf(
  summary: ImportSummary,
  findings: readonly ImportFinding[],
  language: ReportLanguage = 'fr',
): [string, string][] {
  const { before, after } = summary;
  const count = (level: FindingLevel) => findings.filter((finding) => finding.level === level).length;
  const share = ({ mapped, codes }: Measure) => {
    const part = codes === 0 ? 0 : mapped / codes;
    return language === 'en'
      ? `${mapped} of ${codes} (${(part * 100).toFixed(1)}%)`
      : `${mapped} sur ${codes} (${percent(part)})`;
  };
  const blocking = findings.filter((finding) => finding.blocking).length;
  const values = [
    ...[summary.rows, summary.added, summary.changed, summary.removed, summary.refused],
    ...[blocking, count('error') - blocking, count('warning'), count('info')],
    ...[share(before), share(after)],
  ];
  return COUNT_LABELS[language].map((label, index) => [label, String(values[index])]);
}

/** The report as a file for a spreadsheet: counts, then one line a finding. */
export function writeImportReport(summary: ImportSummary, findings: readonly ImportFinding[]): string {
  return writeDelimited([
    ["Rapport d'import", summary.format],
    ['Fichiers', summary.sources.join(', ')],
    ['Date', summary.at],
    ['Auteur', summary.by || 'essai sans effet'],
    ['Issue', summary.outcome],
    ...countsOf(summary, findings),
    [],
    ['Fichier', 'Ligne', 'Code local', 'Colonne', 'Niveau', 'Règle', 'Message'],
    ...findings.map((finding) => [
      finding.file,
      String(finding.line),
      finding.code ?? '',
      finding.column,
      levelWord(finding),
      finding.rule,
      finding.message,
    ]),
  ]);
}
