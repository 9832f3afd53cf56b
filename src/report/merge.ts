import type { Attachment, Dossier, Exam } from './dossier.ts';
import { antibiogramOf, antibiogramsIn, withinCulture } from './merge-antibiogram.ts';
import { isBareCancellation, isOpen, mergeExam, rowsOf, spelledOut } from './merge-exam.ts';
import type { Result } from './result.ts';
import { instantOf, latest } from './timestamp.ts';

/**
 * What several messages say together of one lab request. Messages are taken in the order of their own time (MSH-7),
 * whatever the order they arrived in, so that a late old message only fills what nothing newer has said
 * (IHE LAB-3: a message is a snapshot of the rows it lists; inputs.md §5, §9).
 *
 * - An exam or result that a newer message does not list is kept; a listed one replaces the earlier row.
 * - A pending or preliminary row does not replace a final one, unless its exam also carries a corrected row.
 * - A pending line that a newer, complete message no longer lists in the same exam is dropped: nothing is expected.
 * - OBX-11 D (`exam.deleted`) removes the row.
 * - A final value that changes becomes `corrected` and keeps what it replaces in `corrects`, even when the source sent
 *   F instead of C; X over a final row keeps the value in `corrects` as well, so that it never vanishes silently.
 * - An exam cancelled with the request (ORC-1 CA), or without a row (OBR-25 X alone), cancels all that was said of it, whatever
 *   it lists; its isolates, pictures and documents go, and so do rows that nobody verified. The line that says so goes when rows
 *   come for it.
 * - An antibiogramme that comes again without its culture says of its organism there what it says.
 * - An exam sent again late under an older OBR-22 than the one already there does not take its place, nor do its documents:
 *   it is what was corrected. Nor does it lift a withdrawal. A cancelled request (ORC-1 CA) is as new as its message.
 * - Flags: each keeps its latest order. Lists (recipients, comments): the latest that is not empty.
 * - W or a cancelled request holds until a newer message of the same request comes without it. A cancellation that leaves
 *   other exams standing withdraws nothing, and neither does X on a request of which nothing was known: its report says
 *   that the exams were not done.
 *
 * @param messages at least one; of the same time (to the second): later in the list counts as newer
 * @throws RangeError when there is no message
 */
export function mergeDossiers(messages: readonly Dossier[]): Dossier {
  const ordered = inTimeOrder(messages);
  const [oldest] = ordered;
  if (!oldest) throw new RangeError('no message to merge');
  const { withdrawn: _stated, sourcePdf: _printed, ...shape } = oldest;
  const nothingSaid: Dossier = { ...shape, exams: [], attachments: [] };
  const { exams, ...rest } = ordered.reduce(addMessage, nothingSaid);
  const merged = { ...rest, exams: exams.flatMap(withoutWithheld) };
  return { ...merged, completeness: completenessOf(merged, messages) };
}

/** The exam as a report may hold it; none when it has nothing else than rows that nobody verified. */
export function withoutWithheld({ withheld, ...exam }: Exam): Exam[] {
  return withheld === undefined || saysSomething(exam) ? [exam] : [];
}

/** An exam whose rows are all withheld has nothing to show; a metadata OBR neither. */
export function saysSomething(exam: Exam): boolean {
  return (
    exam.results.length > 0 ||
    exam.isolates.length > 0 ||
    (exam.images?.length ?? 0) > 0 ||
    exam.comments.length > 0 ||
    exam.deleted.length > 0 ||
    exam.specimens.some(({ nonConformity }) => nonConformity)
  );
}

const inTimeOrder = (messages: readonly Dossier[]): Dossier[] =>
  messages.toSorted((a, b) => instantOf(a.messageAt) - instantOf(b.messageAt));

function addMessage(current: Dossier, incoming: Dossier): Dossier {
  const { withdrawn: standing, sourcePdf: printed, ...earlier } = current;
  const { withdrawn: stated, sourcePdf: sent, ...message } = incoming;
  const { exams, gone, outdated } = mergeExams(current, incoming);
  const fresh = incoming.attachments.filter(({ id }) => !outdated.has(id));
  const attachments = mergeAttachments(current.attachments, fresh).filter(({ id }) => !gone.has(id));
  const said = standing !== undefined || saidSomething(current);
  const emptied = said && takesAllBack(incoming, { exams, attachments });
  const stale = isStale(current, incoming);
  const withdrawn = stale
    ? (standing ?? effective(stated, exams, said))
    : (effective(stated, exams, said) ?? (emptied ? 'cancelled' : undefined));
  // The SGL's PDF shows what it knew: results that come without a new one outdate it, rows that are not shown do not.
  const isOutdated = !stale && incoming.exams.some(saysSomething);
  const sourcePdf = (stale ? undefined : sent) ?? (isOutdated ? undefined : printed);
  return {
    ...earlier,
    ...message,
    ...(sourcePdf ? { sourcePdf } : {}),
    ...(withdrawn ? { withdrawn } : {}),
    recipients: incoming.recipients.length > 0 ? incoming.recipients : current.recipients,
    comments: incoming.comments.length > 0 ? incoming.comments : current.comments,
    exams,
    attachments,
    flags: { ...current.flags, ...incoming.flags },
    ...(current.nonHuman || incoming.nonHuman ? { nonHuman: true } : {}),
    issuedAt: latest([current.issuedAt, incoming.issuedAt]) ?? incoming.issuedAt,
  };
}

/** What a withdrawal stated by a message comes to, beside what the others said. */
function effective(
  stated: Dossier['withdrawn'],
  exams: readonly Exam[],
  somethingSaid: boolean,
): Dossier['withdrawn'] {
  if (stated !== 'cancelled' && stated !== 'not-performed') return stated;
  if (exams.some(stands)) return undefined;
  return stated === 'cancelled' || somethingSaid ? 'cancelled' : undefined;
}

/** Is there more to the exam than rows that were given up? Rows that nobody verified yet are awaited. */
function stands(exam: Exam): boolean {
  return (
    exam.images !== undefined ||
    exam.withheld !== undefined ||
    rowsOf(exam).some(({ status }) => status !== 'cancelled')
  );
}

/** Are the last rows that were shown deleted, so that no report is left that could say so? */
function takesAllBack(
  incoming: Dossier,
  { exams, attachments }: Pick<Dossier, 'exams' | 'attachments'>,
): boolean {
  return (
    incoming.exams.some(({ deleted }) => deleted.length > 0) &&
    attachments.length === 0 &&
    exams.every((exam) => exam.images === undefined && rowsOf(exam).length === 0)
  );
}

/** Has anything been stated that a reader may have seen? */
function saidSomething({ exams, attachments, sourcePdf }: Dossier): boolean {
  const isValue = ({ value, corrects }: Result) => value !== undefined || corrects !== undefined;
  return (
    attachments.length > 0 ||
    sourcePdf !== undefined ||
    exams.some((exam) => (exam.images?.length ?? 0) > 0 || rowsOf(exam).some(isValue))
  );
}

/** Was this exam reported before the one that is already there? */
function isOlder(incoming: Exam, current: Exam | undefined): boolean {
  return (
    current?.reportedAt !== undefined &&
    incoming.reportedAt !== undefined &&
    instantOf(incoming.reportedAt) < instantOf(current.reportedAt)
  );
}

/** A message sent late: all that it lists has been reported anew since. */
function isStale(current: Dossier, incoming: Dossier): boolean {
  const known = examsByKey(current.exams);
  const listed = [...examsByKey(incoming.exams)];
  return listed.length > 0 && listed.every(([key, exam]) => isOlder(exam, known.get(key)));
}

/**
 * Documents go with the rows that carried them: deleted, of another patient, or cancelled, unless newer words keep the row.
 * A picture leaves no row; one sent in place of the deleted one stays.
 */
function documentsTakenBack(newer: Exam, merged: Exam): ReadonlySet<string> {
  const gone = new Set(newer.deleted);
  for (const { key, status } of rowsOf(newer)) if (status === 'cancelled') gone.add(key);
  for (const key of standingKeys([merged])) gone.delete(key);
  for (const { id } of newer.images ?? []) gone.delete(id);
  return gone;
}

const standingKeys = (exams: readonly Exam[]): string[] =>
  exams.flatMap((exam) => rowsOf(exam).flatMap(({ key, status }) => (status === 'cancelled' ? [] : [key])));

function withoutImages(exam: Exam, gone: ReadonlySet<string>): Exam {
  if (!exam.images?.some(({ id }) => gone.has(id))) return exam;
  const { images, ...rest } = exam;
  const kept = images.filter(({ id }) => !gone.has(id));
  return kept.length > 0 ? { ...rest, images: kept } : rest;
}

function mergeAttachments(current: readonly Attachment[], incoming: readonly Attachment[]): Attachment[] {
  const byId = new Map(current.map((attachment) => [attachment.id, attachment]));
  for (const attachment of incoming) byId.set(attachment.id, attachment);
  return [...byId.values()];
}

/** Exams by their key: OBR-3, the local code, and its rank when a message lists the same pair several times. */
export function examsByKey(exams: readonly Exam[]): Map<string, Exam> {
  const found = new Map<string, Exam>();
  const ranks = new Map<string, number>();
  for (const exam of exams) {
    const pair = JSON.stringify([exam.order, exam.local.code]);
    const rank = ranks.get(pair) ?? 0;
    ranks.set(pair, rank + 1);
    found.set(rank === 0 ? pair : `${pair}${rank}`, exam);
  }
  return found;
}

interface MergedExams {
  readonly exams: Exam[];
  /** Keys of the rows whose documents went with them. */
  readonly gone: ReadonlySet<string>;
  /** Keys of rows of which something newer had been said: the documents that the message gives for them are old. */
  readonly outdated: ReadonlySet<string>;
}

function mergeExams(current: Dossier, incoming: Dossier): MergedExams {
  const merged = examsByKey(current.exams);
  const gone = new Set<string>();
  const outdated = new Set<string>();
  const antibiograms = antibiogramsIn(merged);
  for (const [ownKey, stated] of examsByKey(incoming.exams)) {
    const cultureKey = merged.has(ownKey) ? undefined : antibiogramOf(stated, antibiograms);
    const culture = cultureKey === undefined ? undefined : merged.get(cultureKey);
    const orderCancelled = incoming.withdrawn === 'cancelled' || isBareCancellation(stated);
    const part = culture && withinCulture(stated, culture, orderCancelled);
    const [key, exam] = part && cultureKey !== undefined ? [cultureKey, part] : [ownKey, stated];
    const known = merged.get(key);
    const late = known !== undefined && incoming.withdrawn !== 'cancelled' && isOlder(exam, known);
    if (late) for (const id of [...rowsOf(known).map((row) => row.key), ...known.deleted]) outdated.add(id);
    const [older, newer] = late
      ? [exam, known]
      : orderCancelled && known && !part
        ? [{ ...known, isolates: [] }, spelledOut(exam, known, current.attachments)]
        : [known ?? { ...exam, results: [], isolates: [] }, exam];
    const whole = mergeExam(older, newer, {
      correcting: (part ? rowsOf(newer) : newer.results).some((row) => row.status === 'corrected'),
      // An antibiogramme alone says nothing of what its culture awaits.
      complete: !late && !part && incoming.completeness === 'complete',
      replacedAt: late ? incoming.issuedAt : current.issuedAt,
    });
    const takenBack = documentsTakenBack(newer, whole);
    for (const id of takenBack) gone.add(id);
    const next = withoutImages(whole, takenBack);
    const emptied =
      next.deleted.length > 0 && next.results.length + next.isolates.length === 0 && !next.images;
    if (emptied) merged.delete(key);
    else merged.set(key, next);
  }
  const exams = [...merged.values()];
  for (const key of standingKeys(exams)) gone.delete(key);
  return { exams, gone, outdated };
}

/**
 * Partial while a row is open, or while the last message that listed an exam was partial without showing why (rows that
 * are not verified, OBX-11 R, are withheld and leave no line).
 */
export function completenessOf(merged: Dossier, messages: readonly Dossier[]): 'partial' | 'complete' {
  const ordered = inTimeOrder(messages);
  const hasOpenRow = (dossier: Dossier) =>
    dossier.exams.some((exam) => rowsOf(exam).some((row) => isOpen(row.status)));
  if (hasOpenRow(merged)) return 'partial';
  const withholds = (message: Dossier) => message.completeness === 'partial' && !hasOpenRow(message);
  const newest = ordered.at(-1);
  if (newest && withholds(newest)) return 'partial';
  const lastToList = new Map<string, Dossier>();
  for (const message of ordered)
    for (const key of examsByKey(message.exams).keys()) lastToList.set(key, message);
  for (const key of examsByKey(merged.exams).keys()) {
    const message = lastToList.get(key);
    if (message && withholds(message)) return 'partial';
  }
  return 'complete';
}
