import { type Fault, isFaults } from '../report/fault.ts';
import type { LoincTable } from './loinc.ts';
import { readTsv, type SourceFile } from './source.ts';

/** French words of biology → the English ones of LOINC, separated by blanks; empty: a word that says nothing. */
export type WordList = ReadonlyMap<string, string>;

/** Reads words-fr-en.tsv. */
export function parseWords(file: SourceFile): WordList | Fault[] {
  const rows = readTsv(file, ['fr', 'en']);
  return isFaults(rows) ? rows : new Map(rows.map(({ cells }) => [cells.fr, cells.en]));
}

/** Words too common in labels to tell two tests apart. */
const STOP = new Set(
  'de du des la le les et en au aux a of in or and by the on with for par sur dans'.split(' '),
);

/** Two words at least this alike (Dice, trigrams) may be one: créatinine and creatinine, ferritine and ferritin. */
const MIN_ALIKE = 0.55;

/**
 * Likeness of a French label and the names of LOINC terms: words compared by their trigrams, rare words counting more.
 * Built once for a table.
 */
export class LabelIndex {
  /** Term → its words; the words of its component apart. */
  readonly #terms = new Map<
    string,
    { readonly words: ReadonlySet<string>; readonly component: ReadonlySet<string> }
  >();
  readonly #frequency = new Map<string, number>();
  readonly #byTrigram = new Map<string, string[]>();
  readonly #alike = new Map<string, ReadonlyMap<string, number>>();
  readonly #words: WordList;

  constructor(table: LoincTable, words: WordList) {
    this.#words = words;
    for (const term of table.values()) {
      const component = new Set(wordsOf(term.component || term.display.split('[')[0] || ''));
      const all = new Set([...wordsOf(term.names), ...component]);
      this.#terms.set(term.code, { words: all, component });
      for (const word of all) this.#frequency.set(word, (this.#frequency.get(word) ?? 0) + 1);
    }
    for (const word of this.#frequency.keys()) {
      for (const trigram of trigrams(word)) {
        const known = this.#byTrigram.get(trigram);
        if (known) known.push(word);
        else this.#byTrigram.set(trigram, [word]);
      }
    }
  }

  /** @returns code → likeness, 0 to 1, of the terms that share a word with the label */
  likeness(label: string): Map<string, number> {
    const wanted = [...new Set(wordsOf(label))].flatMap((word) => this.#senses(word));
    const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
    const found = new Map<string, number>();
    if (total === 0) return found;
    for (const [code, { words, component }] of this.#terms) {
      let covered = 0;
      const matched = new Set<string>();
      for (const { senses, weight } of wanted) {
        const [best, word] = bestOf(senses, words);
        covered += best * weight;
        if (best > 0) matched.add(word);
      }
      if (covered === 0) continue;
      const named = [...component].filter((word) => matched.has(word)).length;
      const exact = component.size === 0 ? 0 : named / component.size;
      found.set(code, 0.65 * (covered / total) + 0.35 * exact);
    }
    return found;
  }

  /**
   * What a word of a label may be in a name: itself, for French labels and for words that both languages share, or its
   * translation, each word of it wanted. Empty: the word says nothing.
   */
  #senses(word: string): Wanted[] {
    const english = this.#words.get(word);
    if (english === '') return [];
    if (english === undefined) return [{ senses: [this.#wordsLike(word)], weight: this.#weight(word) }];
    // French labels may hold the word itself; only whole, for its likenesses belong to other English words.
    const itself: Sense[] = this.#frequency.has(word) ? [new Map([[word, 1]])] : [];
    return english.split(' ').map((one) => ({
      senses: [this.#wordsLike(one), ...itself],
      weight: this.#weight(one),
    }));
  }

  #weight(word: string): number {
    const alike = this.#wordsLike(word);
    const frequency = Math.max(0, ...[...alike.keys()].map((one) => this.#frequency.get(one) ?? 0));
    return Math.log(1 + this.#terms.size / (1 + frequency));
  }

  #wordsLike(word: string): ReadonlyMap<string, number> {
    const known = this.#alike.get(word);
    if (known) return known;
    const mine = trigrams(word);
    const shared = new Map<string, number>();
    for (const trigram of mine) {
      for (const other of this.#byTrigram.get(trigram) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    const alike = new Map<string, number>();
    for (const [other, count] of shared) {
      const dice = (2 * count) / (mine.size + trigrams(other).size);
      if (dice >= MIN_ALIKE) alike.set(other, dice);
    }
    this.#alike.set(word, alike);
    return alike;
  }
}

/** The words of the table like one word, with their likeness. */
type Sense = ReadonlyMap<string, number>;

/** A word to find under one of its senses. */
interface Wanted {
  readonly senses: readonly Sense[];
  readonly weight: number;
}

/** The likeness of the best sense, and the word of the name that makes it. */
function bestOf(senses: readonly Sense[], words: ReadonlySet<string>): [number, string] {
  let best: [number, string] = [0, ''];
  for (const sense of senses) {
    for (const [word, likeness] of sense) if (likeness > best[0] && words.has(word)) best = [likeness, word];
  }
  return best;
}

function wordsOf(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !STOP.has(word));
}

function trigrams(word: string): Set<string> {
  const padded = ` ${word} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3)));
}
