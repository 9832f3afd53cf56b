import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The sources as syntax trees, so that the pages are held against what the code writes and not against its comments. */

/** Every source file of the product: all of src/ but the sandbox, which is the other side. */
export const SOURCES: readonly ts.SourceFile[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('sandbox/'))
  .sort()
  .map((path) => {
    const file = join('src', path);
    return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
  });

/** What `pick` finds in each node of the files whose path begins with `under`, each once, sorted. */
export function scan(pick: (node: ts.Node) => readonly string[], under = 'src/'): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    for (const word of pick(node)) found.add(word);
    ts.forEachChild(node, visit);
  };
  for (const source of SOURCES) if (source.fileName.startsWith(under)) visit(source);
  return [...found].sort();
}

/** A string that the source writes out; undefined for anything computed. */
export const literal = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

/** The name of a property or a declaration, when it is written out. */
export const nameOf = ({ name }: { readonly name?: ts.Node }): string | undefined =>
  name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined;

/** The words in backquotes of the first cell of every table row, and the row's other cells. */
export function tableRows(
  page: string,
): { readonly names: readonly string[]; readonly cells: readonly string[] }[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([first = '', ...cells]) => ({
      names: [...first.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? ''),
      cells,
    }))
    .filter(({ names }) => names.length > 0);
}

/** The part of a page under a heading, up to the next heading of the same level or above. */
export function sectionOf(page: string, heading: string): string {
  const lines = page.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no heading « ${heading} »`);
  const level = heading.indexOf(' ');
  const after = lines.slice(start + 1);
  const end = after.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return after.slice(0, end < 0 ? undefined : end).join('\n');
}
