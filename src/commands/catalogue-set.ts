import { basename } from 'node:path';
import type { Column } from '../terminology/catalogue-columns.ts';
import type { Finding } from '../terminology/finding.ts';
import { setCode } from '../terminology/set-code.ts';
import { sha256Of, VersionedFile } from '../terminology/versions.ts';
import { type CatalogueOptions, cataloguePath, dayOf, readFiles, tablesFor } from './catalogue-files.ts';
import { complain, EXIT, type ExitCode, type Output, say } from './output.ts';

export interface SetOptions extends CatalogueOptions {
  readonly by: string;
  readonly reason: string;
  readonly loinc?: string;
  readonly orderLoinc?: string;
  readonly chapter?: string;
  readonly subChapter?: string;
  readonly ucum?: string;
  readonly status?: string;
  readonly comment?: string;
  /** HL7 0487 of the line, when the code has several. */
  readonly specimen?: string;
  readonly validFrom?: string;
}

/** `crbio catalogue set CODE`: one code changed by hand, checked again, kept with its author and its reason. */
export async function setCatalogueCode(
  output: Output,
  options: SetOptions,
  code: string,
  now: Date,
): Promise<ExitCode> {
  const path = cataloguePath(output, options, 'write');
  const [file] = (path && readFiles(output, options, [path])) || [];
  const tables = path && file && tablesFor(output, options, path);
  if (!path || !file || !tables) return EXIT.usage;
  const cells = cellsOf(options);
  if (Object.keys(cells).length === 0 || !isDay(options.validFrom)) {
    complain(output, options, {
      code: 'CHANGE_EMPTY',
      cause: 'La commande ne dit pas ce qui change, ou la date n’est pas AAAA-MM-JJ.',
      hint: 'Indiquer au moins --loinc, --order-loinc, --chapter, --sub-chapter, --ucum, --status ou --comment.',
    });
    return EXIT.usage;
  }
  const outcome = setCode(file, tables, {
    code,
    cells,
    by: options.by,
    day: dayOf(now),
    ...(options.specimen === undefined ? {} : { specimen: options.specimen }),
    ...(options.validFrom === undefined ? {} : { validFrom: options.validFrom }),
  });
  switch (outcome.kind) {
    case 'unknown':
      complain(output, options, {
        code: 'CODE_UNKNOWN',
        cause: `Le catalogue n’a pas de ligne en vigueur pour « ${code} »${options.specimen ? ` et l’échantillon ${options.specimen}` : ''}.`,
        hint: 'Vérifier le code, majuscules comprises ; une analyse nouvelle s’ajoute dans le fichier ou par un import.',
      });
      return EXIT.refused;
    case 'ambiguous':
      complain(output, options, {
        code: 'CODE_AMBIGUOUS',
        cause: `Le catalogue a plusieurs lignes en vigueur pour « ${code} ».`,
        hint: 'Préciser --specimen, ou modifier le fichier puis l’importer (--from native).',
      });
      return EXIT.refused;
    case 'refused':
      showFindings(output, options, path, outcome.findings);
      output.err(say(options, 'refusé : rien n’a été modifié', 'refused: nothing was changed'));
      return EXIT.refused;
    case 'unchanged':
      output.out(say(options, 'rien à modifier', 'nothing to change'));
      return EXIT.done;
    case 'changed': {
      const { text, changes, findings, measure } = outcome;
      const version = new VersionedFile(path).activate(
        text,
        { at: now.toISOString(), by: options.by, reason: options.reason, action: 'set', changes, measure },
        sha256Of(file.bytes),
      );
      if ('cause' in version) {
        complain(output, options, version);
        return EXIT.refused;
      }
      if (options.json) output.out(JSON.stringify({ version: version.version, changes }));
      else {
        for (const { column, from, to } of changes)
          output.out(`${code} ${column} : ${from || '—'} → ${to || '—'}`);
        output.out(
          say(options, `version ${version.version} activée`, `version ${version.version} is active`),
        );
      }
      showFindings(output, options, path, findings);
      return EXIT.done;
    }
  }
}

/** A LOINC code given by a person is validated by that person, unless a status says otherwise. */
function cellsOf(options: SetOptions): Partial<Record<Column, string>> {
  const given: [Column, string | undefined][] = [
    ['loinc', options.loinc],
    ['order_loinc', options.orderLoinc],
    ['chapter', options.chapter],
    ['sub_chapter', options.subChapter],
    ['ucum_unit', options.ucum],
    ['status', options.status ?? (options.loinc ? 'validated' : undefined)],
    ['comment', options.comment],
  ];
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function isDay(text: string | undefined): boolean {
  return text === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)));
}

function showFindings(output: Output, options: SetOptions, path: string, findings: readonly Finding[]): void {
  const write = options.json ? output.out : output.err;
  for (const finding of findings) {
    const { line, column, level, message, rule } = finding;
    write(
      options.json
        ? JSON.stringify({ file: basename(path), ...finding })
        : `${basename(path)}:${line}${column ? ` ${column}` : ''} ${level} ${message} [${rule}]`,
    );
  }
}
