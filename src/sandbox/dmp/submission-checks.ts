/** Identifiers, associations and the submission set: what a TD2.1 and a TD3.3c have in common, and the links of a lot. */
import type { Check } from '../check.ts';
import { firstOf } from '../check.ts';
import {
  authors,
  codedValues,
  DOCUMENT_ENTRY,
  identifier,
  type RegistryObject,
  SUBMISSION_SET,
  type Submission,
  slot,
} from '../document/ebrim.ts';
import type { Deposit } from './deposit.ts';
import { isOid, isSoftwareXcn, isUtcTime, parseCx, parseXcn, parseXon } from './grammar.ts';
import type { Registry } from './registry.ts';
import { CONTENT_TYPES, valueProblem } from './value-sets.ts';
import type { Vihf } from './vihf.ts';

const ASSOCIATION = 'urn:oasis:names:tc:ebxml-regrep:AssociationType:';
const HAS_MEMBER = `${ASSOCIATION}HasMember`;
const SIGNS = 'urn:ihe:iti:2007:AssociationType:signs';
/** The year in the URN is not settled between the sources: both are read. */
export const REPLACES = ['urn:ihe:iti:2007:AssociationType:RPLC', 'urn:ihe:iti:2010:AssociationType:RPLC'];

/** A submission set in its request, of either transaction. */
export interface SetSubject {
  readonly submission: Submission;
  readonly set: RegistryObject;
  readonly vihf: Vihf;
  readonly registry: Registry;
}

export const SUBMISSION_SET_CHECKS: readonly Check<SetSubject>[] = [
  {
    name: 'ids-unique',
    code: 'XDSRegistryMetadataError',
    run: ({ submission }) => {
      const ids = submission.ids;
      if (ids.includes('')) return 'an id is empty';
      return new Set(ids).size === ids.length ? undefined : 'an id is used twice in the message';
    },
  },
  {
    name: 'references',
    code: 'XDSRegistryMetadataError',
    run: ({ submission }) => {
      for (const object of [...submission.packages, ...submission.entries]) {
        const stray =
          object.classifications.some((one) => one.classifiedObject !== object.id) ||
          object.identifiers.some((one) => one.registryObject !== object.id);
        if (stray) return 'a classification or identifier names another object than its own';
      }
      return undefined;
    },
  },
  {
    name: 'submission-set',
    code: 'XDSRepositoryMetadataError',
    run: ({ set }, ecart) => {
      const [author, ...others] = authors(set, SUBMISSION_SET.author);
      const person = author?.get('authorPerson')?.[0] ?? '';
      const institution = author?.get('authorInstitution')?.[0];
      const contentTypes = codedValues(set, SUBMISSION_SET.contentType);
      const [contentType] = contentTypes;
      if (others.length > 0) ecart('several authors of the submission set');
      return firstOf(
        () =>
          set.classifications.some((one) => one.node === SUBMISSION_SET.marker)
            ? undefined
            : 'no submission set marker',
        () => (isUtcTime(slot(set, 'submissionTime') ?? '') ? undefined : 'submissionTime'),
        () => (parseXcn(person) !== undefined || isSoftwareXcn(person) ? undefined : 'author: authorPerson'),
        () =>
          institution === undefined || parseXon(institution) !== undefined
            ? undefined
            : 'author: authorInstitution',
        () =>
          contentType === undefined || contentTypes.length !== 1
            ? 'contentTypeCode'
            : valueProblem('contentTypeCode', contentType, CONTENT_TYPES, ecart),
        () => (isOid(identifier(set, SUBMISSION_SET.sourceId) ?? '') ? undefined : 'sourceId'),
        () => (isOid(identifier(set, SUBMISSION_SET.uniqueId) ?? '') ? undefined : 'uniqueId'),
      );
    },
  },
  {
    name: 'set-patient-id',
    code: 'XDSPatientIdDoesNotMatch',
    run: ({ set, vihf }) =>
      samePatient(identifier(set, SUBMISSION_SET.patientId) ?? '', vihf.resourceId)
        ? undefined
        : 'the patientId of the submission set is not the resource-id of the assertion',
  },
  {
    name: 'submission-unique-id',
    code: 'XDSDuplicateUniqueIdInRegistry',
    run: ({ set, submission, registry }) => {
      const uniqueId = identifier(set, SUBMISSION_SET.uniqueId) ?? '';
      const others = submission.entries.map((entry) => identifier(entry, DOCUMENT_ENTRY.uniqueId));
      if (new Set([uniqueId, ...others]).size !== others.length + 1) {
        return { code: 'XDSDuplicateUniqueIdInMessage', detail: 'a uniqueId is used twice in the message' };
      }
      // A whole lot sent again is answered for its document (document-unique-id), which says more.
      const resent = others.some((id) => id !== undefined && registry.byUniqueId(id) !== undefined);
      return !resent && registry.hasSubmission(uniqueId)
        ? 'the uniqueId of the submission set was already used'
        : undefined;
    },
  },
];

export const LOT_LINK_CHECKS: readonly Check<Deposit>[] = [
  {
    name: 'associations',
    code: 'XDSRepositoryMetadataError',
    run: ({ submission, set }) => {
      const members = submission.associations.filter(
        (one) => one.type === HAS_MEMBER && one.source === set.id,
      );
      for (const entry of submission.entries) {
        const links = members.filter((one) => one.target === entry.id);
        if (links.length !== 1) return 'each entry needs one HasMember';
        if (slot(links[0] ?? { slots: new Map() }, 'SubmissionSetStatus') !== 'Original')
          return 'SubmissionSetStatus is not Original';
      }
      if (members.length !== submission.entries.length) return 'a HasMember names no entry';
      const unknown = submission.associations.find(
        (one) => one.type !== HAS_MEMBER && one.type !== SIGNS && !REPLACES.includes(one.type),
      );
      return unknown === undefined ? undefined : 'an association type is unknown';
    },
  },
  {
    name: 'lot-signs',
    code: 'XDSRepositoryMetadataError',
    run: ({ submission, set, signature }) => {
      const signs = submission.associations.filter((one) => one.type === SIGNS);
      const [link] = signs;
      const fits = signs.length === 1 && link?.source === signature.entry.id && link.target === set.id;
      return fits ? undefined : 'one signs association from the signature to the submission set is expected';
    },
  },
];

/** Same INS in the same space, whatever CX.7 says. */
export function samePatient(left: string, right: string): boolean {
  const [one, other] = [parseCx(left), parseCx(right)];
  return (
    one !== undefined &&
    other !== undefined &&
    one.id === other.id &&
    one.oid === other.oid &&
    one.type === other.type
  );
}
