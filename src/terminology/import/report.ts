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

const LEVEL_WORDS: Readonly<Record<FindingLevel, string>> = {
  error: 'erreur',
  warning: 'avertissement',
  info: 'information',
};

/** `erreur bloquante`, `erreur`, `avertissement`, `information`. */
export function levelWord({ level, blocking }: ImportFinding): string {
  return blocking ? 'erreur bloquante' : LEVEL_WORDS[level];
}

/** The counts, as label and value. */
export function countsOf(summary: ImportSummary, findings: readonly ImportFinding[]): [string, string][] {
  const { before, after } = summary;
  const count = (level: FindingLevel) => findings.filter((finding) => finding.level === level).length;
  const share = ({ mapped, codes }: Measure) =>
    `${mapped} sur ${codes} (${percent(codes === 0 ? 0 : mapped / codes)})`;
  return [
    ['Lignes lues', String(summary.rows)],
    ['Analyses ajoutées', String(summary.added)],
    ['Analyses modifiées', String(summary.changed)],
    ['Analyses retirées', String(summary.removed)],
    ['Codes non repris', String(summary.refused)],
    ['Erreurs bloquantes', String(findings.filter(({ blocking }) => blocking).length)],
    [
      'Erreurs non bloquantes',
      String(findings.filter(({ level, blocking }) => level === 'error' && !blocking).length),
    ],
    ['Avertissements', String(count('warning'))],
    ['Informations', String(count('info'))],
    ['Codes transcodés avant', share(before)],
    ['Codes transcodés après', share(after)],
  ];
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
