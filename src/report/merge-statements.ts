import type { Attachment, Dossier, Exam } from './dossier.ts';
import { type ExamContent, examsByKey, mergeExam, prefixOf, rowsOf } from './merge-exam.ts';
import { type Meaning, meaningOf } from './merge-meaning.ts';
import { instantOf, latest, type Timestamp } from './timestamp.ts';

/** What one message says of one exam. */
export interface Statement extends Meaning {
  readonly message: Dossier;
  /** Something was reported of the exam after it (OBR-22), in an earlier message. */
  readonly late: boolean;
}

/**
 * All that messages say of each exam, oldest first: in the order of the messages, but what was reported (OBR-22) before
 * something that is there already goes before it. An order that is taken back, and what is another patient's, is as new as its
 * message.
 * @param messages in the order of their time
 */
export function statementsOf(messages: readonly Dossier[]): Map<string, Statement[]> {
  const statements = new Map<string, Statement[]>();
  const meaning = meaningOf(messages);
  for (const message of messages) {
    const documents = documentsIn(message);
    for (const [ownKey, stated] of examsByKey(message.exams))
      for (const said of meaning(ownKey, stated, documents(stated), message.number)) {
        const known = statements.get(said.key) ?? [];
        const newer = stated.revokes ? -1 : known.findIndex(({ exam }) => isOlder(stated, exam));
        const late = newer >= 0;
        statements.set(said.key, known.toSpliced(late ? newer : known.length, 0, { ...said, message, late }));
      }
  }
  return statements;
}

/** The documents of the rows of each exam in turn: two exams of one number and code have rows of one key. */
function documentsIn({ attachments }: Dossier): (exam: Exam) => Map<string, Attachment> {
  const byKey = new Map<string, Attachment[]>();
  for (const one of attachments) {
    const same = byKey.get(one.id);
    if (same) same.push(one);
    else byKey.set(one.id, [one]);
  }
  return (exam) => {
    const documents = new Map<string, Attachment>();
    for (const { key } of rowsOf(exam)) {
      const sent = byKey.get(key);
      const document = sent && sent.length > 1 ? sent.shift() : sent?.[0];
      if (document) documents.set(key, document);
    }
    return documents;
  };
}

/** Was this exam reported before the other? */
function isOlder({ reportedAt: one }: Exam, { reportedAt: other }: Exam): boolean {
  return one !== undefined && other !== undefined && instantOf(one) < instantOf(other);
}

/** What an exam comes to after all its statements, oldest first. */
export function contentAfter(statements: readonly Statement[]): ExamContent | undefined {
  let content: ExamContent | undefined;
  let issuedAt: Timestamp | undefined;
  for (const { exam, documents, about, message } of statements) {
    const isPart = about !== prefixOf(exam);
    const known = content ?? { exam: { ...bare(exam) }, documents: new Map() };
    const stated = isPart ? withComments(exam, about, known.exam) : exam;
    content = mergeExam(
      known,
      { exam: stated, documents },
      {
        about,
        // An antibiogramme alone says nothing of what its culture awaits.
        complete: !isPart && message.completeness === 'complete',
        replacedAt: issuedAt ?? message.issuedAt,
      },
    );
    issuedAt = latest([issuedAt, message.issuedAt]);
  }
  return content;
}

/** An exam of which nothing was said. */
const bare = ({ order, local }: Exam): Exam => ({
  ...{ order, local, results: [], isolates: [], specimens: [], comments: [], deleted: [] },
});

/** The comments of an antibiogramme are those of its organisms; without one they stand among the culture's. */
function withComments(part: Exam, about: string, culture: Exam): Exam {
  const own = culture.isolates.filter(({ antibiogram }) =>
    antibiogram.some(({ key }) => key.startsWith(about)),
  );
  if (own.length === 0) return { ...part, comments: [...new Set([...culture.comments, ...part.comments])] };
  const isolates = own.map(({ count: _count, ...one }) => ({
    ...one,
    antibiogram: [],
    comments: part.comments,
  }));
  return { ...part, comments: [], isolates };
}
