import type { SubmissionSet } from '../xds/model.ts';
import { ASSOCIATION, SUBMISSION_SET_ID, submitObjectsRequest } from '../xds/registry-objects.ts';

/** TD3.3c: IHE ITI-57 Update Document Set, logical deletion (dmp.md §9). Only the structure that fed may delete. */
export const DELETE_DOCUMENT = {
  service: 'registry',
  action: 'urn:ihe:iti:2010:UpdateDocumentSet',
} as const;

const APPROVED = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';
const DELETED = 'urn:asip:ci-sis:2010:StatusType:Deleted';

/**
 * @param submissionSet a set of its own: new uniqueId and time
 * @param entryUuid from TD3.1b, just looked up
 */
export function deleteDocument(submissionSet: SubmissionSet, entryUuid: string): string {
  return submitObjectsRequest({
    submissionSet,
    documents: [],
    associations: [
      {
        type: ASSOCIATION.updateAvailabilityStatus,
        source: SUBMISSION_SET_ID,
        target: entryUuid,
        slots: { OriginalStatus: APPROVED, NewStatus: DELETED },
      },
    ],
  });
}
