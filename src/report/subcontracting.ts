import type { Contribution } from './contribution.ts';
import type { Attachment, Dossier, Exam, Isolate } from './dossier.ts';
import { completenessOf, mergeDossiers, withoutWithheld } from './merge.ts';
import { rowsOf } from './merge-exam.ts';
import { isOpen } from './merge-row.ts';
import type { PerformingLaboratory } from './people.ts';
import type { Result } from './result.ts';
import { instantOf, latest } from './timestamp.ts';

/**
 * What our own messages and the laboratories that worked for ours say together of one request.
 *
 * - A contribution answers the examinations that ours still awaits of that laboratory: the one whose order or code it
 *   gives; all of them when it is complete and brings at least as many. What it answers it replaces; a document alone
 *   leaves the line, which then refers to it. What is not surely answered stays awaited: the report stays partial.
 * - An examination that our own messages give final or cancel, done by that laboratory, is not said a second time. What only
 *   answers examinations that ours cancelled is not shown, its documents and comments neither, whatever its codes.
 * - A later word of the same stream replaces the earlier one; a changed value says what it was.
 * - Comments and documents are added, under the laboratory's name.
 * @param messages of ours, at least one
 */
export function mergeReport(messages: readonly Dossier[], contributions: readonly Contribution[]): Dossier {
  const own = mergeDossiers(messages);
  const said = standing(contributions, own).filter((one) => !isTakenBack(one, own));
  if (said.length === 0) return own;
  const whole = said.reduce(addContribution, own);
  const openThere = said.some((one) => one.completeness === 'partial' && isShown(one, whole));
  return {
    ...whole,
    completeness: openThere ? 'partial' : completenessOf(whole, messages),
    issuedAt: latest([own.issuedAt, ...said.map(({ issuedAt }) => issuedAt)]) ?? own.issuedAt,
  };
}

/** Has another laboratory answered what our own messages have cancelled? Nothing shows it: a person has to know. */
export function answersCancelled(
  messages: readonly Dossier[],
  contributions: readonly Contribution[],
): boolean {
  const own = mergeDossiers(messages);
  return !own.withdrawn && standing(contributions, own).some((one) => isTakenBack(one, own));
}

/** Does a row wait for another laboratory? */
export function awaitsLaboratory({ exams, withdrawn }: Dossier): boolean {
  return (
    !withdrawn &&
    exams.some((exam) =>
      rowsOf(exam).some(
        (row) => isOpen(row.status) && ((row.performer ?? exam.performer) !== undefined || isOutside(exam)),
      ),
    )
  );
}

/** Every number by which another laboratory may name this request or one of its examinations. */
export function orderNumbersOf({ number, prescriptionNumber, exams }: Dossier): string[] {
  const numbers = [number, prescriptionNumber ?? '', ...exams.map(({ order }) => order)];
  return [...new Set(numbers.map((one) => one.trim()).filter(Boolean))];
}

/** OBR-24 of an examination that leaves the house (HL7 table 0074). */
const isOutside = ({ section }: Exam): boolean => section === 'OSL';

const standing = (contributions: readonly Contribution[], own: Dossier): Contribution[] =>
  streamsOf(contributions, own).filter(({ withdrawn }) => !withdrawn);

/** Is all that it answers cancelled by our own messages? What its order or its codes name; else all that it was asked. */
function isTakenBack(said: Contribution, own: Dossier): boolean {
  const asked = own.exams.filter((exam) => askedRows(exam, said, own).length > 0);
  const isCancelled = (exam: Exam) =>
    askedRows(exam, said, own).every(({ status }) => status === 'cancelled');
  const byOrder = asked.filter((exam) => isOrdered(exam, said, own));
  const byTest = asked.filter((exam) => said.exams.some((one) => isSameTest(one, exam, said)));
  if (byOrder.length > 0 || byTest.length === 0)
    return asked.length > 0 && (byOrder.length > 0 ? byOrder : asked).every(isCancelled);
  const isNamed = (one: Exam) => byTest.some((exam) => isSameTest(one, exam, said));
  return byTest.every(isCancelled) && said.exams.every(isNamed);
}

/** Each stream as it stands after all its words. @param contributions in the order in which they came */
function streamsOf(contributions: readonly Contribution[], own: Dossier): Contribution[] {
  const streams = new Map<string, Contribution[]>();
  const time = ({ messageAt }: Contribution) => (messageAt ? instantOf(messageAt) : 0);
  const ordered = contributions.toSorted((a, b) => time(a) - time(b));
  for (const one of ordered) {
    const key = JSON.stringify([one.source, one.stream]);
    streams.set(key, [...(streams.get(key) ?? []), one]);
  }
  return [...streams.values()].map((words) => inOurTerms(lastWord(words, own))).map(withOwnDocuments);
}

/** Names that are the other laboratory's own, told apart from ours; among themselves its words keep their own. */
function inOurTerms(said: Contribution): Contribution {
  const { source, stream, codePrefix, laboratory } = said;
  const row = <Row extends Result>(result: Row): Row => ({
    ...result,
    local: { ...result.local, code: `${codePrefix}${result.local.code}` },
    releasedByPerformer: true,
  });
  const isolate = (one: Isolate): Isolate => ({
    ...one,
    ...(one.count ? { count: row(one.count) } : {}),
    antibiogram: one.antibiogram.map(row),
  });
  return {
    ...said,
    exams: said.exams.flatMap(withoutWithheld).map((exam) => ({
      ...exam,
      order: `${source}|${stream}|${exam.order}`,
      local: { ...exam.local, code: `${codePrefix}${exam.local.code}` },
      results: exam.results.map(row),
      isolates: exam.isolates.map(isolate),
      performer: exam.performer ?? laboratory,
    })),
    attachments: said.attachments.map((one) => ({ ...one, from: one.from ?? laboratory })),
    comments: said.comments.map((comment) => `${laboratory.name} : ${comment}`),
  };
}

/** Told apart only now: within its stream a document bears the key of its row, and goes with it. */
function withOwnDocuments(said: Contribution): Contribution {
  const { source, stream } = said;
  return {
    ...said,
    attachments: said.attachments.map((one) => ({ ...one, id: `${source}|${stream}|${one.id}` })),
  };
}

/** What the words of a stream come to: as messages of one dossier, but that a whole one lists all there is. */
function lastWord(words: readonly Contribution[], own: Dossier): Contribution {
  let standing: readonly Contribution[] = [];
  for (const word of words) {
    const isAnew = word.withdrawn || standing.some(({ withdrawn }) => withdrawn) || standing.length === 0;
    if (isAnew) standing = [word];
    else if (!word.whole) standing = [...standing, word];
    else {
      const merged = together([...standing, word], own);
      standing = [{ ...word, exams: word.exams.map((exam) => corrected(exam, merged)) }];
    }
  }
  const last = standing.at(-1);
  if (!last) throw new RangeError('no word');
  if (standing.length === 1) return last;
  const { exams, attachments, comments, completeness } = together(standing, own);
  return { ...last, exams, attachments, comments, completeness };
}

const together = (words: readonly Contribution[], own: Dossier): Dossier =>
  mergeDossiers(words.map((word) => asDossier(word, own)));

/** The exam as a whole word lists it, its changed values saying what they were. */
function corrected(exam: Exam, { exams }: Dossier): Exam {
  const known = exams.find(({ order, local }) => order === exam.order && local.code === exam.local.code);
  const rows = new Map(known?.results.map((row) => [row.key, row]));
  return { ...exam, results: exam.results.map((row) => rows.get(row.key) ?? row) };
}

/** Borrows our dossier's shape: only what results, documents and comments come to is taken back. */
function asDossier(said: Contribution, own: Dossier): Dossier {
  const { withdrawn: _withdrawn, sourcePdf: _pdf, finished: _finished, ...shape } = own;
  const { exams, attachments, comments, completeness } = said;
  const { issuedAt = own.issuedAt, messageAt = own.messageAt } = said;
  return { ...shape, exams, attachments, comments, completeness, issuedAt, messageAt };
}

function addContribution(report: Dossier, said: Contribution): Dossier {
  const exams = said.exams.flatMap((exam) => notGivenByUs(exam, said, report));
  const answered = answeredBy(said, report);
  const placed = new Set<Exam>();
  const taken = report.exams.flatMap((exam) => {
    if (!answered.includes(exam)) return [exam];
    if (exams.length === 0) return [said.attachments.length > 0 ? withDocument(exam, said, report) : exam];
    const left = exam.results.filter((row) => !awaits(row, exam, said, report));
    const named = exams.filter((one) => !placed.has(one) && isSameTest(one, exam, said));
    const last = exam === answered.at(-1);
    const here = last ? exams.filter((one) => !placed.has(one)) : named;
    for (const one of here) placed.add(one);
    const answers = here.map((one) => beside(one, exam));
    return left.length + exam.isolates.length > 0 ? [{ ...exam, results: left }, ...answers] : answers;
  });
  return {
    ...report,
    exams: [...taken, ...exams.filter((one) => !placed.has(one))],
    attachments: [...report.attachments, ...said.attachments],
    comments: [...report.comments, ...said.comments],
  };
}

/** What our own side knew of the examination and theirs does not say. */
function beside(theirs: Exam, ours: Exam): Exam {
  return {
    ...theirs,
    ...(theirs.section === undefined && ours.section !== undefined ? { section: ours.section } : {}),
    specimens: theirs.specimens.length > 0 ? theirs.specimens : ours.specimens,
  };
}

const isOrdered = (exam: Exam, { orders }: Contribution, report: Dossier): boolean =>
  orders.includes(exam.order) && isOwnNumber(exam, report);

/** The rows of ours that are that laboratory's to answer. */
const askedRows = (exam: Exam, said: Contribution, report: Dossier): Result[] =>
  rowsOf(exam).filter((row) => isAskedOf(row, exam, said, report));

function isAskedOf(row: Result, exam: Exam, said: Contribution, report: Dossier): boolean {
  const performer = row.performer ?? exam.performer;
  if (performer) return isSameLaboratory(performer, said.laboratory);
  return isOutside(exam) || isOrdered(exam, said, report);
}

/** The awaited examinations that a contribution answers. */
function answeredBy(said: Contribution, report: Dossier): Exam[] {
  const awaited = report.exams.filter((exam) => exam.results.some((row) => awaits(row, exam, said, report)));
  const named = awaited.filter(
    (exam) => isOrdered(exam, said, report) || said.exams.some((one) => isSameTest(one, exam, said)),
  );
  const brought = Math.max(said.exams.length, said.attachments.length);
  if (named.length > 0 && (said.completeness === 'partial' || brought < awaited.length)) return named;
  return said.completeness === 'complete' && brought >= awaited.length ? awaited : named;
}

/** A row that is open, and that laboratory's to answer. */
function awaits(row: Result, exam: Exam, said: Contribution, report: Dossier): boolean {
  return isOpen(row.status) && isAskedOf(row, exam, said, report);
}

/** Is the exam's order its own, and not the number of the whole request? */
function isOwnNumber({ order }: Exam, { number, exams }: Dossier): boolean {
  return order !== number && exams.filter((exam) => exam.order === order).length === 1;
}

export function isSameLaboratory(one: PerformingLaboratory, other: PerformingLaboratory): boolean {
  return one.idNat !== undefined && other.idNat !== undefined
    ? one.idNat === other.idNat
    : one.name.toUpperCase() === other.name.toUpperCase();
}

/** Do they bear one code, the order's own or that of one of its results, in our terms or in LOINC? */
function isSameTest(theirs: Exam, ours: Exam, { codePrefix }: Contribution): boolean {
  const codes = ({ local, results }: Exam, prefix: string) => [
    local.code.slice(prefix.length),
    ...results.flatMap((row) => codesOf(row, prefix)),
  ];
  const known = codes(ours, '').filter(Boolean);
  return codes(theirs, codePrefix).some((code) => known.includes(code));
}

/** The codes of a result, in the terms of who gives it and in LOINC. */
function codesOf({ local, sentLoinc }: Result, prefix: string): string[] {
  return [local.code.slice(prefix.length), sentLoinc ?? ''].filter(Boolean);
}

/** The exam without the results that our own messages give, as that laboratory's; none when they give all of it. */
function notGivenByUs(theirs: Exam, said: Contribution, report: Dossier): Exam[] {
  const given = new Set(
    report.exams.flatMap((exam) =>
      exam.results
        .filter((row) => row.releasedByPerformer === undefined && !isOpen(row.status))
        .filter((row) => {
          const performer = row.performer ?? exam.performer;
          // What our order takes back need not name who was to do it.
          if (!performer) return isOutside(exam) && row.status === 'cancelled';
          return isSameLaboratory(performer, said.laboratory);
        })
        .flatMap((row) => codesOf(row, '')),
    ),
  );
  const results = theirs.results.filter(
    (row) => !codesOf(row, said.codePrefix).some((code) => given.has(code)),
  );
  const emptied = results.length === 0 && theirs.results.length > 0;
  const more = theirs.isolates.length + (theirs.images?.length ?? 0) > 0;
  return emptied && !more ? [] : [{ ...theirs, results }];
}

/** The lines of an exam that a document answers. */
function withDocument(exam: Exam, said: Contribution, report: Dossier): Exam {
  return {
    ...exam,
    results: exam.results.map((row): Result => {
      if (!awaits(row, exam, said, report)) return row;
      const { validator: _nobody, ...line } = row;
      return {
        ...line,
        status: 'final',
        value: { kind: 'text', text: 'Voir le document joint' },
        performer: said.laboratory,
        releasedByPerformer: true,
      };
    }),
  };
}

function isShown({ exams, attachments }: Contribution, report: Dossier): boolean {
  const orders = new Set(report.exams.map(({ order }) => order));
  return (
    exams.some(({ order }) => orders.has(order)) ||
    attachments.some(({ id }) => report.attachments.some((one: Attachment) => one.id === id))
  );
}
