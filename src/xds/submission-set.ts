import type { Coding } from '../report/coding.ts';
import type { DocumentEntry, SubmissionSet } from './model.ts';

/** JDV_J59: the content type of a lot that holds a biology report (dmp.md §8). */
const BIOLOGY_CONTENT_TYPE: Coding = {
  code: '26',
  system: '1.2.250.1.213.2.2',
  display: 'Analyses médicales biologiques',
};

/**
 * The submission set of one report: patient, author and title are those of its document.
 * @param identity.uniqueId OID of the lot, new for each lot, the same at each try
 * @param identity.sourceId OID of the system that submits
 * @param identity.submissionTime UTC yyyyMMddHHmmss
 */
export function submissionSetOf(
  entry: DocumentEntry,
  identity: {
    readonly uniqueId: string;
    readonly sourceId: string;
    readonly submissionTime: string;
    readonly contentType?: Coding;
    readonly comments?: string;
  },
): SubmissionSet {
  const author = entry.authors[0];
  if (!author) throw new TypeError('a document entry has at least one author');
  return {
    uniqueId: identity.uniqueId,
    sourceId: identity.sourceId,
    patientId: entry.patientId,
    author,
    contentType: identity.contentType ?? BIOLOGY_CONTENT_TYPE,
    submissionTime: identity.submissionTime,
    title: entry.title,
    ...(identity.comments === undefined ? {} : { comments: identity.comments }),
  };
}
