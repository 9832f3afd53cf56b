import type { Attachment, Dossier, Exam } from './dossier.ts';
import { rowsOf } from './merge-exam.ts';
import { isOpen } from './merge-row.ts';
import { contentAfter, type Statement, statementsOf } from './merge-statements.ts';
import { instantOf, latest } from './timestamp.ts';

/**
 * What several messages say together of one lab request. Messages are taken in the order of their own time (MSH-7),
 * whatever the order they arrived in, and what they say of one exam in the order in which it was reported (OBR-22), so that a
 * late old message only fills what nothing newer has said (IHE LAB-3: a message is a snapshot of the rows it lists;
 * inputs.md §5, §9).
 *
 * - An exam or result that a newer message does not list is kept; a listed one replaces the earlier row.
 * - A pending or preliminary row does not replace a final one, unless its order also carries a corrected row.
 * - A pending line, or a row that nobody verified, that a newer, complete message no longer lists in the same exam is dropped:
 *   nothing is expected.
 * - OBX-11 D (`exam.deleted`) removes the row.
 * - A final value that changes becomes `corrected` and keeps what it replaces in `corrects`, even when the source sent
 *   F instead of C; X over a final row keeps the value in `corrects` as well, so that it never vanishes silently.
 * - An exam cancelled with the request (ORC-1 CA) or as such (OBR-25 X) cancels all that was said of it, whatever it lists; its
 *   isolates, pictures and documents go, and so do rows that nobody verified. The line that says so goes when rows come for it.
 * - An antibiogramme that comes without its culture, before it or after, says of its organism there what it says.
 * - A cancelled request (ORC-1 CA) and a row of another patient (W) are as new as their message, whatever OBR-22 says.
 * - A document goes with its row, and is that of the row's value.
 * - Flags: each keeps its latest order. Lists (recipients, comments): the latest that is not empty.
 * - W holds until a newer message of the same request comes without it; an exam sent again late lifts nothing.
 * - A request of which something was said is withdrawn once nothing of it stands: all is given up and nothing awaited, or
 *   nothing is left to show. One that was never said is only where its order was taken back: else its report says that the
 *   exams were not done.
 *
 * @param messages at least one; of the same time (to the second): later in the list counts as newer
 * @throws RangeError when there is no message
 */
export function mergeDossiers(messages: readonly Dossier[]): Dossier {
  const whole = withAllSaid(messages);
  const exams = whole.exams.flatMap(withoutWithheld).filter(saysSomething);
  return { ...whole, exams };
}

/** What messages come to, with the rows that nobody verified. */
function withAllSaid(messages: readonly Dossier[]): Dossier {
  const ordered = inTimeOrder(messages);
  const [oldest, ...newer] = ordered;
  if (!oldest) throw new RangeError('no message to merge');
  const statements = [...statementsOf(ordered).values()];
  const contents = statements.flatMap((all) => contentAfter(all) ?? []);
  const exams = contents.map(({ exam }) => exam);
  const documents = contents.flatMap((one) => [...one.documents.values()]);
  const attachments = withOwnIds([...documents, ...attachmentsAlone(ordered)]);
  const current = withoutLate(ordered, statements.flat());
  const sourcePdf = sourcePdfOf(current);
  const { withdrawn: _stated, sourcePdf: _printed, ...rest } = newer.reduce(addMessage, oldest);
  const withdrawn = withdrawalOf(
    current,
    { exams, attachments, ...(sourcePdf ? { sourcePdf } : {}) },
    ordered.some(saidSomething),
  );
  return {
    ...rest,
    ...(sourcePdf ? { sourcePdf } : {}),
    ...(withdrawn ? { withdrawn } : {}),
    exams,
    attachments,
    completeness: isPartial(exams, ordered) ? 'partial' : 'complete',
  };
}

/** Is more of the request to come: of what is shown, or of what messages of ours withhold? */
export function completenessOf(shown: Dossier, messages: readonly Dossier[]): 'partial' | 'complete' {
  const withheld = withAllSaid(messages).exams.map((exam) => ({ ...exam, results: [], isolates: [] }));
  return isPartial([...shown.exams, ...withheld], inTimeOrder(messages)) ? 'partial' : 'complete';
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

/** Something of an exam is to come, or the last message says so without telling what (a finished document). */
function isPartial(exams: readonly Exam[], messages: readonly Dossier[]): boolean {
  const newest = messages.at(-1);
  return exams.some(isAwaited) || (newest?.completeness === 'partial' && !newest.exams.some(isAwaited));
}

/** What is not about one exam: the newest message says it. */
function addMessage(current: Dossier, incoming: Dossier): Dossier {
  return {
    ...current,
    ...incoming,
    recipients: incoming.recipients.length > 0 ? incoming.recipients : current.recipients,
    comments: incoming.comments.length > 0 ? incoming.comments : current.comments,
    flags: { ...current.flags, ...incoming.flags },
    ...(current.nonHuman || incoming.nonHuman ? { nonHuman: true } : {}),
    issuedAt: latest([current.issuedAt, incoming.issuedAt]) ?? incoming.issuedAt,
  };
}

/** Messages but those sent late: all that they list has been reported anew before. */
function withoutLate(messages: readonly Dossier[], statements: readonly Statement[]): Dossier[] {
  const listing = new Set(statements.map(({ message }) => message));
  const timely = new Set(statements.filter(({ late }) => !late).map(({ message }) => message));
  return messages.filter((message) => !listing.has(message) || timely.has(message));
}

/** The SGL's PDF shows what it knew: results that come without a new one outdate it, rows that are not shown do not. */
function sourcePdfOf(messages: readonly Dossier[]): Attachment | undefined {
  const newest = messages.findLast((one) => one.sourcePdf !== undefined || one.exams.some(saysSomething));
  return newest?.sourcePdf;
}

/** Documents of no row, by their identifier. */
function attachmentsAlone(messages: readonly Dossier[]): Attachment[] {
  const byId = new Map<string, Attachment>();
  for (const { exams, attachments } of messages) {
    const rows = new Set(exams.flatMap(rowsOf).map(({ key }) => key));
    for (const one of attachments) if (!rows.has(one.id)) byId.set(one.id, one);
  }
  return [...byId.values()];
}

/** Told apart where rows of one key carry them. */
function withOwnIds(attachments: readonly Attachment[]): Attachment[] {
  const ranks = new Map<string, number>();
  return attachments.map((one) => {
    const rank = ranks.get(one.id) ?? 0;
    ranks.set(one.id, rank + 1);
    return rank === 0 ? one : { ...one, id: `${one.id}+${rank}` };
  });
}

/** @param somethingSaid a reader may have seen something of the request */
function withdrawalOf(
  messages: readonly Dossier[],
  { exams, attachments, sourcePdf }: Pick<Dossier, 'exams' | 'attachments' | 'sourcePdf'>,
  somethingSaid: boolean,
): Dossier['withdrawn'] {
  const stated = messages.at(-1)?.withdrawn;
  if (stated === 'wrong-patient' || stated === 'by-laboratory') return stated;
  const rows = exams.flatMap(rowsOf);
  const stands =
    attachments.length > 0 ||
    sourcePdf !== undefined ||
    exams.some(({ images }) => images) ||
    rows.some(({ status }) => status !== 'cancelled') ||
    (rows.length > 0 && exams.some(isAwaited));
  return !stands && (somethingSaid || stated === 'cancelled') ? 'cancelled' : undefined;
}

/** Has anything been stated that a reader may have seen? */
function saidSomething({ exams, attachments, sourcePdf }: Dossier): boolean {
  return (
    attachments.length > 0 ||
    sourcePdf !== undefined ||
    exams.some(
      (exam) =>
        (exam.images?.length ?? 0) > 0 ||
        rowsOf(exam).some(({ value, corrects }) => value !== undefined || corrects !== undefined),
    )
  );
}

/** Is more of the exam to come? */
const isAwaited = (exam: Exam): boolean =>
  exam.withheld !== undefined ||
  exam.unfinished !== undefined ||
  rowsOf(exam).some(({ status }) => isOpen(status));
