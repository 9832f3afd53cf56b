/** A deposit against what the registry already holds: duplicates and replacement (dmp.md §6.4, §10, §12.10). */
import type { Check } from '../check.ts';
import { DOCUMENT_ENTRY, identifier } from '../document/ebrim.ts';
import type { Deposit } from './deposit.ts';
import { sha1 } from './document-checks.ts';
import { type RegisteredDocument, STATUS } from './registry.ts';
import { REPLACES, samePatient } from './submission-checks.ts';

/** The document in the registry that the lot replaces. */
export function replacedDocument({ submission, registry }: Deposit): RegisteredDocument | undefined {
  const link = submission.associations.find(({ type }) => REPLACES.includes(type));
  return link === undefined ? undefined : registry.byEntryUuid(link.target);
}

export const DEPOSIT_STATE_CHECKS: readonly Check<Deposit>[] = [
  {
    name: 'document-unique-id',
    code: 'XDSDuplicateUniqueIdInRegistry',
    run: ({ report, signature, registry }) => {
      for (const { entry, bytes } of [report, signature]) {
        const known = registry.byUniqueId(identifier(entry, DOCUMENT_ENTRY.uniqueId) ?? '');
        if (known === undefined) continue;
        return known.hash === sha1(bytes)
          ? 'a uniqueId is already registered'
          : { code: 'XDSNonIdenticalHash', detail: 'a uniqueId is already registered with other bytes' };
      }
      return undefined;
    },
  },
  {
    name: 'cda-replacement',
    code: 'XDSRepositoryMetadataError',
    run: (deposit, ecart) => {
      const links = deposit.submission.associations.filter(({ type }) => REPLACES.includes(type));
      const named = deposit.report.header.replaces;
      if (links.length === 0) {
        // Whether a first deposit may name a version that never reached the DMP is an open question.
        if (named !== undefined) ecart('the CDA replaces a document and the lot does not');
        return undefined;
      }
      if (links.length > 1) return 'several replacements';
      if (links[0]?.source !== deposit.report.entry.id)
        return 'the replacement does not start at the document';
      const target = replacedDocument(deposit);
      if (target === undefined)
        return { code: 'XDSUnresolvedReferenceException', detail: 'the target is no entryUUID in force' };
      return named?.root === target.uniqueId
        ? undefined
        : 'relatedDocument of the CDA is not the document replaced';
    },
  },
  {
    name: 'replacement',
    code: 'XDSReplaceFailed',
    run: (deposit) => {
      const target = replacedDocument(deposit);
      if (target === undefined) return undefined;
      if (target.status !== STATUS.approved)
        return { code: 'XDSRegistryDeprecatedDocumentError', detail: 'the target is not Approved' };
      if (!samePatient(target.patientId, deposit.vihf.resourceId)) return 'the target is of another patient';
      return target.structure === deposit.vihf.structure ? undefined : 'the target is of another structure';
    },
  },
];
