/** The transactions that a structure may do with its own certificates, and what each one needs (dmp.md §1, §3). */
import type { Element } from '@xmldom/xmldom';
import type { Authority } from '../authority.ts';
import { type Check, Refused, runChecks, type Verdict } from '../check.ts';
import {
  codedValues,
  DOCUMENT_ENTRY,
  identifier,
  readSubmission,
  SUBMISSION_SET,
} from '../document/ebrim.ts';
import type { PatientList } from '../patients.ts';
import { attribute, child, children, descend } from '../xml/read.ts';
import { existenceResponse, queryResponse, type RegistryIssue, registryResponse } from './answers.ts';
import { DELETE_CHECKS, type Deletion } from './deletion.ts';
import { type Deposit, type DepositedDocument, readDeposit } from './deposit.ts';
import { DOCUMENT_CHECKS, sha1 } from './document-checks.ts';
import { ENTRY_CHECKS } from './entry-checks.ts';
import { parseCx } from './grammar.ts';
import { LOT_SIGNATURE_CHECKS } from './lot-signature.ts';
import { type NewDocument, type Registry, STATUS } from './registry.ts';
import { DEPOSIT_STATE_CHECKS, replacedDocument } from './state-checks.ts';
import { LOT_LINK_CHECKS, SUBMISSION_SET_CHECKS, samePatient } from './submission-checks.ts';
import type { Vihf } from './vihf.ts';

type Service = 'repository' | 'registry' | 'patients';

interface TransactionInput {
  readonly body: Element;
  readonly parts: ReadonlyMap<string, Buffer>;
  readonly vihf: Vihf;
  readonly registry: Registry;
  readonly patients: PatientList;
  readonly authority: Authority;
  readonly now: Date;
  readonly uuid: () => string;
}

/** A transaction that was understood: what it is about, what the checks said, and how to do and answer it. */
export interface Prepared {
  readonly transaction: string;
  readonly subjects: readonly string[];
  readonly verdict: Verdict;
  commit(): void;
  /** @param issues errors or warnings to answer with instead of plain success */
  answer(issues: readonly RegistryIssue[]): string;
}

export interface Transaction {
  readonly name: string;
  readonly service: Service;
  readonly action: string;
  readonly responseAction: string;
  /** A message in MTOM form. */
  readonly mtom: boolean;
  prepare(input: TransactionInput): Prepared;
}

const HL7 = 'urn:hl7-org:v3';
const QUERY = 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0';
const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
const GET_DOCUMENTS = 'urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4';
const ITI = 'urn:ihe:iti:';

export const TRANSACTIONS: readonly Transaction[] = [
  {
    name: 'TD2.1',
    service: 'repository',
    action: `${ITI}2007:ProvideAndRegisterDocumentSet-b`,
    responseAction: `${ITI}2007:ProvideAndRegisterDocumentSet-bResponse`,
    mtom: true,
    prepare: prepareDeposit,
  },
  {
    name: 'TD3.1b',
    service: 'registry',
    action: `${ITI}2007:RegistryStoredQuery`,
    responseAction: `${ITI}2007:RegistryStoredQueryResponse`,
    mtom: false,
    prepare: prepareQuery,
  },
  {
    name: 'TD3.3c',
    service: 'registry',
    action: `${ITI}2010:UpdateDocumentSet`,
    responseAction: `${ITI}2010:UpdateDocumentSet-Response`,
    mtom: false,
    prepare: prepareDeletion,
  },
  {
    name: 'TD0.2',
    service: 'patients',
    action: 'urn:hl7-org:v3:PRPA_IN201307UV02',
    responseAction: 'urn:hl7-org:v3:PRPA_IN201308UV02',
    mtom: false,
    prepare: prepareExistence,
  },
];

/** The patient has a DMP, and it is open: needed by all but the existence test. */
const PATIENT_CHECK: Check<Pick<TransactionInput, 'vihf' | 'patients'>> = {
  name: 'patient-known',
  code: 'XDSUnknownPatientId',
  run: ({ vihf, patients }) => {
    const cx = parseCx(vihf.resourceId);
    const known = cx === undefined ? undefined : patients.get(cx.id, cx.oid);
    if (known === undefined) return 'no DMP for this INS';
    return known.dmp === 'closed' ? { code: 'DMPClosed', detail: 'the DMP is closed' } : undefined;
  },
};

function prepareDeposit(input: TransactionInput): Prepared {
  const deposit = readDeposit(input, input);
  const verdict = runChecks<Deposit>(
    [
      ...SUBMISSION_SET_CHECKS,
      ...LOT_LINK_CHECKS,
      ...ENTRY_CHECKS,
      ...DOCUMENT_CHECKS,
      ...LOT_SIGNATURE_CHECKS,
      PATIENT_CHECK,
      ...DEPOSIT_STATE_CHECKS,
    ],
    deposit,
  );
  const replaced = replacedDocument(deposit);
  return {
    transaction: deposit.submission.associations.some(({ type }) => type.endsWith(':RPLC'))
      ? 'TD2.1b'
      : 'TD2.1a',
    subjects: [identifier(deposit.report.entry, DOCUMENT_ENTRY.uniqueId) ?? ''],
    verdict,
    commit: () =>
      input.registry.commit(identifier(deposit.set, SUBMISSION_SET.uniqueId) ?? '', [
        {
          ...newDocument(deposit, deposit.report, 'document'),
          ...(replaced === undefined ? {} : { replaces: replaced.uniqueId }),
        },
        newDocument(deposit, deposit.signature, 'signature'),
      ]),
    answer: registryResponse,
  };
}

function newDocument(
  { set, vihf }: Deposit,
  { entry, bytes }: DepositedDocument,
  kind: 'document' | 'signature',
): NewDocument {
  return {
    uniqueId: identifier(entry, DOCUMENT_ENTRY.uniqueId) ?? '',
    hash: sha1(bytes),
    size: bytes.length,
    patientId: vihf.resourceId,
    structure: vihf.structure,
    kind,
    title: entry.name,
    typeCode: codedValues(entry, DOCUMENT_ENTRY.type)[0]?.code ?? '',
    confidentialityCodes: codedValues(entry, DOCUMENT_ENTRY.confidentiality).map(({ code }) => code),
    submission: identifier(set, SUBMISSION_SET.uniqueId) ?? '',
    bytes,
  };
}

function prepareQuery(input: TransactionInput): Prepared {
  const query = input.body.namespaceURI === QUERY ? descend(input.body, RIM, 'AdhocQuery') : undefined;
  if (query === undefined) throw new Refused('query', 'XDSRegistryError', 'no AdhocQuery');
  // FindDocuments and the others are not open to indirect authentication.
  if (attribute(query, 'id') !== GET_DOCUMENTS)
    throw new Refused('rights', '', 'only GetDocuments is allowed');
  const slots = children(query, RIM, 'Slot');
  const wanted = slots.find((one) => attribute(one, 'name') === '$XDSDocumentEntryUniqueId');
  const list = wanted === undefined ? undefined : child(wanted, RIM, 'ValueList');
  const values =
    list === undefined ? [] : children(list, RIM, 'Value').map((value) => value.textContent ?? '');
  const uniqueIds = values.flatMap((value) => [...value.matchAll(/'([\d.]+)'/g)].map(([, id = '']) => id));
  const verdict = runChecks<TransactionInput>(
    [
      {
        name: 'query',
        code: 'XDSRegistryError',
        run: ({ body }, ecart) => {
          const type = attribute(child(body, QUERY, 'ResponseOption'), 'returnType');
          if (type !== 'ObjectRef')
            ecart('returnType is not ObjectRef: answered with references all the same');
          if (uniqueIds.length === 0) return "$XDSDocumentEntryUniqueId with ('…') values is expected";
          if (uniqueIds.length > 1) ecart('several documents are asked for');
          return undefined;
        },
      },
      PATIENT_CHECK,
    ],
    input,
  );
  return {
    transaction: 'TD3.1b',
    subjects: uniqueIds,
    verdict,
    commit: () => undefined,
    answer: (issues) => {
      const found = uniqueIds
        .map((uniqueId) => input.registry.byUniqueId(uniqueId))
        .filter(
          (one) =>
            one !== undefined &&
            one.status !== STATUS.deleted &&
            samePatient(one.patientId, input.vihf.resourceId),
        );
      return queryResponse(issues.length > 0 ? [] : found.flatMap((one) => one?.entryUuid ?? []), issues);
    },
  };
}

function prepareDeletion(input: TransactionInput): Prepared {
  const submission = readSubmission(input.body);
  const [set] = submission.packages;
  if (set === undefined || submission.packages.length !== 1) {
    throw new Refused('metadata-structure', 'XDSRegistryMetadataError', 'one RegistryPackage is expected');
  }
  const [update] = submission.associations;
  const target = update === undefined ? undefined : input.registry.byEntryUuid(update.target);
  const deletion = { ...input, submission, set, target };
  const verdict = runChecks<Deletion & TransactionInput>(
    [...SUBMISSION_SET_CHECKS, PATIENT_CHECK, ...DELETE_CHECKS],
    deletion,
  );
  return {
    transaction: 'TD3.3c',
    subjects: target === undefined ? [] : [target.uniqueId],
    verdict,
    commit: () => {
      if (target !== undefined)
        input.registry.markDeleted(identifier(set, SUBMISSION_SET.uniqueId) ?? '', target.uniqueId);
    },
    answer: registryResponse,
  };
}

function prepareExistence(input: TransactionInput): Prepared {
  const { body, vihf } = input;
  const verdict = runChecks<TransactionInput>(
    [
      {
        name: 'existence-request',
        code: '',
        run: () => {
          if (body.namespaceURI !== HL7 || body.localName !== 'PRPA_IN201307UV02')
            return 'no PRPA_IN201307UV02';
          const process = child(body, HL7, 'controlActProcess');
          const reason = child(process ?? body, HL7, 'reasonCode');
          const fits =
            attribute(reason, 'code') === 'TEST_EXST' &&
            attribute(reason, 'codeSystem') === '1.2.250.1.213.1.1.4.11';
          return fits ? undefined : 'reasonCode is not TEST_EXST';
        },
      },
      {
        name: 'existence-patient',
        code: '',
        run: () => {
          const value = descend(
            body,
            HL7,
            'controlActProcess',
            'queryByParameter',
            'parameterList',
            'patientIdentifier',
            'value',
          );
          const cx = parseCx(vihf.resourceId);
          const same =
            cx !== undefined &&
            attribute(value, 'root') === cx.oid &&
            attribute(value, 'extension') === cx.id;
          return same ? undefined : 'the patient asked for is not the resource-id of the assertion';
        },
      },
    ],
    input,
  );
  return {
    transaction: 'TD0.2',
    subjects: [],
    verdict,
    commit: () => undefined,
    answer: () => {
      const cx = parseCx(vihf.resourceId);
      const patient = cx === undefined ? undefined : input.patients.get(cx.id, cx.oid);
      return existenceResponse({
        id: input.uuid(),
        time: input.now.toISOString().replace(/\D/g, '').slice(0, 14),
        patient,
      });
    },
  };
}
