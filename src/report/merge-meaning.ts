import type { Attachment, Dossier, Exam } from './dossier.ts';
import { examsByKey, orderOf, prefixOf, rowsOf } from './merge-exam.ts';
import type { LocalCode, Result } from './result.ts';
import { sole } from './sole.ts';

/** What is said of an exam of the report. */
export interface Meaning {
  /** Of the exam ({@link examsByKey}). */
  readonly key: string;
  /** In its terms. */
  readonly exam: Exam;
  /** Of its rows, by their key. */
  readonly documents: ReadonlyMap<string, Attachment>;
  /** Begins the keys of the rows of the order that is stated: the exam's, or that of an antibiogramme. */
  readonly about: string;
}

/** An order that messages give rows of: an exam, or the antibiogramme of one. */
interface KnownOrder {
  readonly key: string;
  readonly exam: Pick<Exam, 'order' | 'local'>;
  readonly prefix: string;
  readonly local: LocalCode;
  /** Of the organisms that an antibiogramme is about: each begins its keys, after the prefix; empty where it is not told. */
  readonly numbers: Set<string>;
}

/**
 * What exam each statement is about, as all messages tell it together.
 *
 * - An antibiogramme that comes without its culture, or without its organism, is what another message has within that culture:
 *   alone it would stand beside the rows that it corrects or takes back.
 * - An order that is taken back (ORC-1) names its exam by its number: OBR-4 may be empty, or that of the request.
 */
export function meaningOf(
  messages: readonly Dossier[],
): (ownKey: string, stated: Exam, documents: Meaning['documents'], request: string) => readonly Meaning[] {
  const { exams, antibiograms } = knownOrders(messages);
  const cultureOf = (prefix: string) => sole([...(antibiograms.get(prefix)?.values() ?? [])]);
  return (ownKey, stated, documents, request) => {
    const culture = cultureOf(prefixOf(stated));
    if (culture && isPartOf(stated, culture)) return [withinCulture(stated, culture, documents)];
    if (isTakenBack(stated) && !exams.has(ownKey)) {
      const orders = [
        ...exams.values(),
        ...[...antibiograms.keys()].flatMap((prefix) => cultureOf(prefix) ?? []),
      ];
      const ofNumber = orders.filter(({ prefix }) => prefix.startsWith(`${stated.order}|`));
      const isNamed =
        stated.local.code === stated.order || (stated.order !== request && ofNumber.length === 1);
      if (isNamed && ofNumber.length > 0) return ofNumber.map((order) => takenBack(stated, order));
    }
    const ownTerms = (key: string) => {
      const known = cultureOf(orderOf(key));
      const given = known && key.startsWith(`${known.prefix}|`) && key !== `${known.prefix}|`;
      return given ? `${known.prefix}${numberOf(known) ?? ''}${key.slice(known.prefix.length)}` : key;
    };
    return [{ key: ownKey, about: prefixOf(stated), ...inTerms(stated, documents, ownTerms) }];
  };
}

/** The orders that messages give rows of: exams by their key, antibiogrammes by the prefix of their rows and by culture. */
function knownOrders(messages: readonly Dossier[]) {
  const exams = new Map<string, KnownOrder>();
  const antibiograms = new Map<string, Map<string, KnownOrder>>();
  for (const message of messages) {
    for (const [key, exam] of examsByKey(message.exams)) {
      const own = prefixOf(exam);
      const { local } = exam;
      if (!isTakenBack(exam)) exams.set(key, { key, exam, prefix: own, local, numbers: new Set() });
      const { withheld = [], deleted, unfinished = [], cancelled = [] } = exam;
      const keys = [...rowsOf(exam), ...withheld].map((row) => row.key);
      for (const one of [...keys, ...deleted, ...unfinished, ...cancelled]) {
        const prefix = orderOf(one);
        if (prefix === own || prefix === '') continue;
        const cultures = antibiograms.get(prefix) ?? new Map<string, KnownOrder>();
        antibiograms.set(prefix, cultures);
        const [, code = ''] = prefix.split('|');
        const first = { key, exam, prefix, local: { code, label: code }, numbers: new Set<string>() };
        const known = cultures.get(key) ?? first;
        cultures.set(key, known);
        known.numbers.add(one.slice(prefix.length).split('|', 1)[0] ?? '');
      }
    }
  }
  return { exams, antibiograms };
}

/** The number of the organism of an antibiogramme; empty where no message tells, undefined where several do. */
function numberOf({ numbers }: KnownOrder): string | undefined {
  const told = [...numbers].filter(Boolean);
  return told.length > 0 ? sole(told) : '';
}

/** Is the exam cancelled by its order, as a whole? */
const isTakenBack = (exam: Exam): boolean =>
  exam.revokes === true && (exam.cancelled?.includes(prefixOf(exam)) ?? false);

/** Does an antibiogramme tell which of the culture's rows its own are? */
function isPartOf(child: Exam, culture: KnownOrder): boolean {
  const { results, withheld = [], deleted, isolates, images } = child;
  const keys = [...results, ...withheld].map(({ key }) => key).concat(deleted);
  return (
    isolates.length === 0 &&
    images === undefined &&
    keys.every((key) => key.startsWith(culture.prefix)) &&
    (numberOf(culture) !== undefined || keys.every((key) => key === `${culture.prefix}|`))
  );
}

function withinCulture(
  child: Exam,
  culture: KnownOrder,
  documents: ReadonlyMap<string, Attachment>,
): Meaning {
  const { key, exam, prefix } = culture;
  const inCulture = (own: string) =>
    own === `${prefix}|` ? own : `${prefix}${numberOf(culture)}|${own.slice(prefix.length)}`;
  const { performer: _their, section: _own, ...part } = child;
  const stated = { ...part, specimens: [] };
  const terms = inTerms(stated, documents, inCulture);
  return { key, about: prefix, ...terms, exam: { ...terms.exam, order: exam.order, local: exam.local } };
}

/** The cancellation of an order in terms of the exam that it means. */
function takenBack(stated: Exam, { key, exam, prefix, local }: KnownOrder): Meaning {
  const { order } = exam;
  const [line] = stated.results;
  const results = line ? [{ ...line, key: `${prefix}|`, local }] : [];
  const terms = { order, local: exam.local, results, isolates: [], cancelled: [prefix] };
  return { key, about: prefix, documents: new Map(), exam: { ...stated, ...terms } };
}

/** An exam whose rows have other keys, and their documents. */
function inTerms(
  exam: Exam,
  documents: ReadonlyMap<string, Attachment>,
  terms: (key: string) => string,
): Pick<Meaning, 'exam' | 'documents'> {
  const row = <T extends Pick<Result, 'key'>>(one: T): T => ({ ...one, key: terms(one.key) });
  const carried = rowsOf(exam).flatMap(({ key }): [string, Attachment][] => {
    const document = documents.get(key);
    return document ? [[terms(key), { ...document, id: terms(key) }]] : [];
  });
  return {
    exam: {
      ...exam,
      results: exam.results.map(row),
      isolates: exam.isolates.map((isolate) => ({
        ...isolate,
        ...(isolate.count ? { count: row(isolate.count) } : {}),
        antibiogram: isolate.antibiogram.map(row),
      })),
      deleted: exam.deleted.map(terms),
      ...(exam.withheld ? { withheld: exam.withheld.map(row) } : {}),
    },
    documents: new Map(carried),
  };
}
