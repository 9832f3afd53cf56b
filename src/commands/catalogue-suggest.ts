import { join } from 'node:path';
import { isFaults } from '../report/fault.ts';
import type { Catalogue } from '../terminology/catalogue.ts';
import { loadCatalogue, readSourceFile } from '../terminology/catalogue-file.ts';
import { parseWords } from '../terminology/label-similarity.ts';
import { Suggester, type Suggestion, type TestToMap } from '../terminology/suggest.ts';
import { type CatalogueOptions, cataloguePath, SHIPPED_TABLES } from './catalogue-files.ts';
import { countFeed } from './feed.ts';
import { complain, EXIT, type ExitCode, type Output, say } from './output.ts';

export interface SuggestOptions extends CatalogueOptions {
  readonly all?: boolean;
  readonly input?: readonly string[];
  readonly limit: string;
}

/** `crbio catalogue suggest CODE|--all`: candidates for tests without a validated code. It writes nothing. */
export async function suggestCodes(
  output: Output,
  options: SuggestOptions,
  code: string | undefined,
): Promise<ExitCode> {
  if ((code === undefined) === (options.all !== true)) {
    complain(output, options, {
      code: 'CODE_OR_ALL',
      cause: 'La commande attend un code, ou --all.',
      hint: 'crbio catalogue suggest GLYC, ou crbio catalogue suggest --all.',
    });
    return EXIT.usage;
  }
  const path = cataloguePath(output, options, 'read');
  const catalogue = path && loadCatalogue(path, SHIPPED_TABLES);
  const file = readSourceFile(join(SHIPPED_TABLES, 'words-fr-en.tsv'), 'words-fr-en.tsv');
  const words = 'bytes' in file ? parseWords(file) : [file];
  if (!catalogue) return EXIT.usage;
  if (Array.isArray(catalogue) || isFaults(words)) {
    for (const fault of [catalogue, words].flatMap((one) => (Array.isArray(one) ? one : [])))
      complain(output, options, fault);
    return EXIT.usage;
  }
  const feed = countFeed(output, options, options.input ?? [], catalogue);
  if (!feed) return EXIT.usage;
  const tests = testsOf(catalogue, code, feed.count.coverage().uncoded);
  if (code !== undefined && tests.length === 0) {
    complain(output, options, {
      code: 'CODE_UNKNOWN',
      cause: `« ${code} » n’est ni dans le catalogue ni dans les fichiers donnés.`,
      hint: 'Vérifier le code, majuscules comprises, ou ajouter --input avec des résultats qui le portent.',
    });
    return EXIT.refused;
  }
  const suggester = new Suggester(catalogue.tables, words);
  const limit = Math.min(Math.max(Number(options.limit) || 5, 1), 50);
  for (const test of tests) show(output, options, test, suggester.suggest(test, limit));
  if (!options.json)
    output.out(
      say(
        options,
        'Rien n’est modifié : le biologiste choisit (crbio catalogue set CODE --loinc … --by … --reason …).',
        'Nothing is changed: the biologist decides (crbio catalogue set CODE --loinc … --by … --reason …).',
      ),
    );
  return EXIT.done;
}

/** The test named, mapped or not; with --all those without a validated code, then those of the feed, each once. */
function testsOf(catalogue: Catalogue, code: string | undefined, met: readonly TestToMap[]): TestToMap[] {
  const entries = [...catalogue.entries.values()]
    .flat()
    .filter((entry) =>
      code === undefined ? entry.status !== 'validated' && entry.status !== 'retired' : entry.code === code,
    );
  const tests = new Map<string, TestToMap>();
  for (const { code, label, synonym, printedUnit, specimen, numeric } of entries) {
    tests.set(`${code} ${specimen} ${printedUnit}`, {
      code,
      label,
      synonym,
      unit: printedUnit,
      specimen,
      numeric,
    });
  }
  const known = new Set(entries.map((entry) => entry.code));
  for (const test of met) {
    if (known.has(test.code) || (code !== undefined && test.code !== code)) continue;
    const { label, unit, specimen, numeric } = test;
    tests.set(test.code, { code: test.code, label, unit, specimen, numeric });
  }
  return [...tests.values()];
}

function show(output: Output, options: SuggestOptions, test: TestToMap, found: readonly Suggestion[]): void {
  if (options.json) {
    output.out(JSON.stringify({ ...test, suggestions: found }));
    return;
  }
  const details = [test.unit, test.specimen].filter(Boolean).join(', ');
  output.out(`${test.code} — ${test.label}${details ? ` (${details})` : ''}`);
  if (found.length === 0) output.out(say(options, '  aucun candidat', '  no candidate'));
  for (const { loinc, display, score, parts, remarks } of found) {
    const { label, unit, specimen, scale, preference } = parts;
    const why = say(
      options,
      `libellé ${label}, unité ${round(unit)}, échantillon ${specimen}, échelle ${scale}, préférence ${preference}`,
      `label ${label}, unit ${round(unit)}, specimen ${specimen}, scale ${scale}, preference ${preference}`,
    );
    output.out(`  ${String(round(score)).padStart(3)}  ${loinc.padEnd(9)} ${display}`);
    output.out(`       ${why}${remarks.length > 0 ? ` ; ${remarks.join(' ; ')}` : ''}`);
  }
}

function round(score: number): number {
  return Math.round(score);
}
