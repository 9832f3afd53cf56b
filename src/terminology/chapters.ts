import type { ResultImage, Specimen } from '../report/dossier.ts';
import type { Battery, Chapter, CodedIsolate, Content, SubChapter } from '../report/report.ts';
import type { CodedResult, LocalCode } from '../report/result.ts';
import type { Catalogue } from './catalogue.ts';
import type { CatalogueEntry } from './entry.ts';
import { codingOf } from './loinc.ts';
import { raiseToBattery, raiseToContent } from './performers.ts';
import type { Place } from './placement.ts';
import { type ChapterTerm, FALLBACK_CHAPTER, mayBeSubChapter } from './value-sets.ts';

/** A battery being filled; exams add to it in the order of the source. */
interface BatteryDraft {
  readonly local: LocalCode;
  /** Several tests that the catalogue groups, hence perhaps a panel that LOINC names. */
  readonly grouped: boolean;
  readonly entries: CatalogueEntry[];
  readonly results: CodedResult[];
  readonly isolates: CodedIsolate[];
  readonly images: ResultImage[];
  readonly comments: string[];
}

interface ContentDraft {
  readonly specimens: Map<string, Specimen>;
  readonly batteries: Map<string, BatteryDraft>;
}

/** The body of a report under construction: chapter → sub-chapter (`''`: none) → content. */
export class BodyDraft {
  readonly #chapters = new Map<string, Map<string, ContentDraft>>();
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /**
   * The battery that stands at a place, made on first use.
   * @param exam number of the exam in the dossier and its name: an exam without battery code is a battery by itself
   */
  battery(place: Place, exam: { readonly rank: number; readonly local: LocalCode }): BatteryDraft {
    const key = place.battery ? `battery ${place.battery}` : `exam ${exam.rank}`;
    const { batteries } = this.#content(place);
    const known = batteries.get(key);
    if (known) return known;
    const label = this.#catalogue.batteryLabels.get(place.battery) ?? place.battery;
    const draft: BatteryDraft = {
      local: place.battery ? { code: place.battery, label } : exam.local,
      grouped: place.battery !== '',
      entries: [],
      results: [],
      isolates: [],
      images: [],
      comments: [],
    };
    batteries.set(key, draft);
    return draft;
  }

  addSpecimens(place: Place, specimens: readonly Specimen[]): void {
    const content = this.#content(place);
    for (const specimen of specimens) content.specimens.set(JSON.stringify(specimen), specimen);
  }

  /** Chapters in the fixed order of chapters.tsv, each a leaf or a parent of sub-chapters, never both. */
  chapters(): Chapter[] {
    return this.#inOrder([...this.#chapters]).map(([code, contents]) => {
      const chapter = this.#term(code);
      const leaf = contents.get('');
      const head = { code: chapter.coding, title: chapter.coding.display };
      if (leaf && contents.size === 1) {
        return { ...head, body: { kind: 'leaf', content: this.#finish(leaf) } };
      }
      // What has no finer sub-chapter repeats the chapter's code, when that code may be a sub-chapter's.
      const own = mayBeSubChapter(chapter) ? code : FALLBACK_CHAPTER;
      const subChapters = this.#inOrder(
        [...contents].map(([sub, content]) => [sub || own, content] as const),
      ).map(([sub, content]): SubChapter => {
        const { coding } = this.#term(sub);
        return { code: coding, title: coding.display, content: this.#finish(content) };
      });
      return { ...head, body: { kind: 'parent', subChapters } };
    });
  }

  #content({ chapter, subChapter }: Place): ContentDraft {
    const contents = this.#chapters.get(chapter) ?? new Map<string, ContentDraft>();
    this.#chapters.set(chapter, contents);
    const content = contents.get(subChapter) ?? { specimens: new Map(), batteries: new Map() };
    contents.set(subChapter, content);
    return content;
  }

  #inOrder<T>(coded: (readonly [string, T])[]): (readonly [string, T])[] {
    return coded.sort(([a], [b]) => this.#term(a).order - this.#term(b).order);
  }

  /** @throws Error for a code that is in no table: the catalogue's checks refuse it at start */
  #term(code: string): ChapterTerm {
    const term = this.#catalogue.tables.chapters.get(code);
    if (!term) throw new Error(`chapter ${code} is in no table`);
    return term;
  }

  #finish(draft: ContentDraft): Content {
    return raiseToContent({
      specimens: [...draft.specimens.values()],
      batteries: [...draft.batteries.values()].map((battery) => raiseToBattery(this.#finishBattery(battery))),
      comments: [],
    });
  }

  #finishBattery({ local, grouped, entries, results, isolates, images, comments }: BatteryDraft): Battery {
    const [order = '', ...others] = new Set(entries.map((entry) => entry.orderLoinc));
    const panel = grouped && results.length > 1 && others.length === 0 ? order : '';
    const term = this.#catalogue.tables.loinc.get(panel);
    return {
      local,
      ...(term ? { loinc: codingOf(term) } : {}),
      results,
      isolates,
      ...(images.length > 0 ? { images } : {}),
      comments,
    };
  }
}
