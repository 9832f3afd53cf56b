import { loadCatalogue } from '../terminology/catalogue-file.ts';
import { percent } from '../terminology/import/plan.ts';
import { type CatalogueOptions, cataloguePath, SHIPPED_TABLES } from './catalogue-files.ts';
import { countFeed } from './feed.ts';
import { complain, EXIT, type ExitCode, list, type Output, say } from './output.ts';

/** French words for why a result leaves without LOINC. */
const REASON_WORDS: Readonly<Record<string, string>> = {
  CODE_UNMAPPED: 'pas de correspondance validée',
  UNIT_MISMATCH: 'autre unité que le catalogue',
  SCALE_MISMATCH: 'type de valeur contraire à l’échelle',
  LOINC_RETIRED: 'code LOINC obsolète',
  UNIT_UNKNOWN: 'unité sans forme UCUM',
};

/** `crbio catalogue coverage INPUT…`: the share of a feed's results that leave with LOINC, by codes and by volume. */
export async function showCoverage(
  output: Output,
  options: CatalogueOptions,
  inputs: readonly string[],
): Promise<ExitCode> {
  const path = cataloguePath(output, options, 'read');
  const catalogue = path && loadCatalogue(path, SHIPPED_TABLES);
  if (!catalogue) return EXIT.usage;
  if (Array.isArray(catalogue)) {
    for (const fault of catalogue) complain(output, options, fault);
    return EXIT.usage;
  }
  const feed = countFeed(output, options, inputs, catalogue);
  if (!feed) return EXIT.usage;
  const { codes, codedCodes, results, codedResults, uncoded, doubts } = feed.count.coverage();
  const share = (part: number, whole: number) => (whole === 0 ? '—' : percent(part / whole));
  if (options.json) {
    const { messages, rejected } = feed;
    output.out(JSON.stringify({ codes, codedCodes, results, codedResults, messages, rejected }));
    for (const test of uncoded) output.out(JSON.stringify(test));
    for (const doubt of doubts) output.out(JSON.stringify(doubt));
  } else {
    output.out(
      say(
        options,
        `codes : ${codedCodes} sur ${codes} transcodés (${share(codedCodes, codes)})`,
        `codes: ${codedCodes} of ${codes} mapped (${share(codedCodes, codes)})`,
      ),
    );
    output.out(
      say(
        options,
        `résultats : ${codedResults} sur ${results} codés (${share(codedResults, results)})`,
        `results: ${codedResults} of ${results} coded (${share(codedResults, results)})`,
      ),
    );
    if (uncoded.length > 0) {
      output.out('');
      list(
        output,
        options,
        uncoded.map((test) => ({ ...test })),
        [
          { french: 'résultats', english: 'results', value: (test) => String(test.results) },
          { french: 'code', english: 'code', value: (test) => test.code },
          { french: 'unité', english: 'unit', value: (test) => test.unit || '—' },
          { french: 'échantillon', english: 'specimen', value: (test) => test.specimen || '—' },
          { french: 'libellé', english: 'label', value: (test) => test.label },
          {
            french: 'pourquoi',
            english: 'why',
            value: (test) =>
              options.lang === 'en'
                ? test.reasons.join(', ')
                : test.reasons.map((reason) => REASON_WORDS[reason] ?? reason).join(', '),
          },
        ],
      );
    }
    for (const { code, level, rule, message } of doubts) output.out(`${code} ${level} ${message} [${rule}]`);
  }
  return feed.rejected > 0 ? EXIT.refused : EXIT.done;
}
