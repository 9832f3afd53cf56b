/** TD3.3c: the logical deletion of a document by the structure that deposited it (dmp.md §9). */
import type { Check } from '../check.ts';
import { slot } from '../document/ebrim.ts';
import { type RegisteredDocument, STATUS } from './registry.ts';
import { type SetSubject, samePatient } from './submission-checks.ts';

const UPDATE_STATUS = 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus';

export interface Deletion extends SetSubject {
  /** What the association targets; undefined when no present entryUUID is named. */
  readonly target: RegisteredDocument | undefined;
}

export const DELETE_CHECKS: readonly Check<Deletion>[] = [
  {
    name: 'rights',
    code: 'XDSRegistryError',
    run: ({ submission, set }) => {
      const [update, ...others] = submission.associations;
      if (submission.entries.length > 0) return 'changing metadata is not allowed: replace the document';
      if (
        update === undefined ||
        others.length > 0 ||
        update.type !== UPDATE_STATUS ||
        update.source !== set.id
      ) {
        return 'one UpdateAvailabilityStatus from the submission set is expected';
      }
      return slot(update, 'NewStatus') === STATUS.deleted ? undefined : 'only deletion is allowed';
    },
  },
  {
    name: 'delete-target',
    code: 'XDSUnresolvedReferenceException',
    run: ({ target, vihf }) => {
      if (target === undefined || target.status === STATUS.deleted)
        return 'the target is no entryUUID in force';
      return samePatient(target.patientId, vihf.resourceId)
        ? undefined
        : 'the document is of another patient';
    },
  },
  {
    name: 'delete-structure',
    code: 'XDSRegistryError',
    run: ({ target, vihf }) =>
      target?.structure === vihf.structure ? undefined : 'the document is of another structure',
  },
  {
    name: 'delete-status',
    code: 'XDSRegistryMetadataError',
    run: ({ submission, target }) => {
      const original = submission.associations.map((one) => slot(one, 'OriginalStatus'))[0];
      return original === target?.status ? undefined : 'OriginalStatus is not the present status';
    },
  },
];
