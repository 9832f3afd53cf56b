/** Metadata of the document entry: presence, grammar, value sets, order of times (dmp.md §7, §8, §12.5). */
import type { Check } from '../check.ts';
import { firstOf } from '../check.ts';
import {
  authors,
  codedValues,
  DOCUMENT_ENTRY,
  identifier,
  type RegistryObject,
  SUBMISSION_SET,
  slot,
} from '../document/ebrim.ts';
import { textOf } from '../xml/read.ts';
import type { Deposit } from './deposit.ts';
import { isOid, isUtcTime, parseCx, parseXcn, parseXon, utcMillis } from './grammar.ts';
import { signingTime } from './lot-signature.ts';
import { samePatient } from './submission-checks.ts';
import {
  CLASSES,
  CONFIDENTIALITIES,
  EVENT_SCHEMES,
  FACILITIES,
  FORMATS,
  MASKS,
  PRACTICES,
  SPECIALTIES,
  TYPES,
  type ValueSet,
  valueProblem,
} from './value-sets.ts';

const MIME_TYPES = ['text/xml', 'application/xslt+xml'];
const MAX_TITLE = 128;
const CODED: readonly (readonly [string, string, ValueSet])[] = [
  ['classCode', DOCUMENT_ENTRY.class, CLASSES],
  ['typeCode', DOCUMENT_ENTRY.type, TYPES],
  ['formatCode', DOCUMENT_ENTRY.format, FORMATS],
  ['healthcareFacilityTypeCode', DOCUMENT_ENTRY.facility, FACILITIES],
  ['practiceSettingCode', DOCUMENT_ENTRY.practice, PRACTICES],
];

export const ENTRY_CHECKS: readonly Check<Deposit>[] = [
  {
    name: 'entry-required',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry } }) => {
      const missing = [
        ...[
          'creationTime',
          'languageCode',
          'legalAuthenticator',
          'serviceStartTime',
          'sourcePatientId',
        ].filter((name) => (slot(entry, name) ?? '') === ''),
        ...[
          ...CODED.map(([name, scheme]) => [name, scheme] as const),
          ['confidentialityCode', DOCUMENT_ENTRY.confidentiality] as const,
        ]
          .filter(([, scheme]) => codedValues(entry, scheme).length === 0)
          .map(([name]) => name),
        ...(authors(entry, DOCUMENT_ENTRY.author).some((author) => author.has('authorPerson'))
          ? []
          : ['author']),
        ...(['patientId', 'uniqueId'] as const).filter(
          (name) => identifier(entry, DOCUMENT_ENTRY[name]) === undefined,
        ),
        ...(entry.name === '' ? ['title'] : []),
        ...(entry.objectType === DOCUMENT_ENTRY.objectType ? [] : ['objectType']),
      ];
      return missing.length === 0 ? undefined : missing.join(', ');
    },
  },
  {
    name: 'entry-grammar',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry } }) => grammarProblem(entry),
  },
  {
    name: 'entry-values',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry } }, ecart) => {
      for (const [name, scheme, valueSet] of CODED) {
        const [value, ...more] = codedValues(entry, scheme);
        if (value === undefined || more.length > 0) return `${name}: one value is expected`;
        const problem = valueProblem(name, value, valueSet, ecart);
        if (problem !== undefined) return problem;
      }
      for (const author of authors(entry, DOCUMENT_ENTRY.author)) {
        const specialty = author.get('authorSpecialty')?.[0];
        if (specialty === undefined) continue;
        const [code = '', , scheme = ''] = specialty.split('^');
        const problem = valueProblem('authorSpecialty', { code, scheme }, SPECIALTIES, ecart);
        if (problem !== undefined) return problem;
      }
      for (const event of codedValues(entry, DOCUMENT_ENTRY.event)) {
        if (!EVENT_SCHEMES.has(event.scheme)) ecart('eventCodeList: scheme not known here');
      }
      return undefined;
    },
  },
  {
    name: 'entry-confidentiality',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry } }, ecart) => {
      const values = codedValues(entry, DOCUMENT_ENTRY.confidentiality);
      const [first, ...masks] = values;
      if (first === undefined || values.length > 4) return 'one to four values are expected';
      const problem = valueProblem('confidentialityCode', first, CONFIDENTIALITIES, ecart);
      if (problem !== undefined) return problem;
      if (first.code !== 'N') ecart('R and V should not be shared');
      for (const mask of masks) {
        const wrong = valueProblem('confidentialityCode', mask, MASKS, ecart);
        if (wrong !== undefined) return wrong;
      }
      return new Set(values.map(({ code }) => code)).size === values.length
        ? undefined
        : 'a value is repeated';
    },
  },
  {
    name: 'cumul',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry } }) => {
      const codes = codedValues(entry, DOCUMENT_ENTRY.confidentiality).map(({ code }) => code);
      return codes.includes('MASQUE_PS') && codes.includes('INVISIBLE_PATIENT')
        ? 'MASQUE_PS and INVISIBLE_PATIENT are not given together'
        : undefined;
    },
  },
  {
    name: 'patient-id',
    code: 'XDSPatientIdDoesNotMatch',
    run: ({ report, signature, vihf }) =>
      firstOf(
        ...[report.entry, signature.entry].map((entry) => () => {
          const patientId = identifier(entry, DOCUMENT_ENTRY.patientId) ?? '';
          return samePatient(patientId, vihf.resourceId)
            ? undefined
            : 'the patientId of an entry is not that of the assertion';
        }),
      ),
  },
  {
    name: 'unique-id-form',
    code: 'XDSDocumentUniqueIdError',
    run: ({ report, signature }) => {
      const ids = [report.entry, signature.entry].map(
        (entry) => identifier(entry, DOCUMENT_ENTRY.uniqueId) ?? '',
      );
      return ids.every(isOid) ? undefined : 'a uniqueId is no OID of at most 64 characters';
    },
  },
  {
    name: 'time-order',
    code: 'XDSRepositoryMetadataError',
    run: (deposit) => {
      const created = utcMillis(slot(deposit.report.entry, 'creationTime') ?? '') ?? Number.NaN;
      const submitted = utcMillis(slot(deposit.set, 'submissionTime') ?? '') ?? Number.NaN;
      const signed = Date.parse(textOf(signingTime(deposit.signature.file)));
      // Metadata times have no fraction: compare to the second.
      const times = [created, submitted, signed, deposit.vihf.issueInstant.getTime()].map((time) =>
        Math.floor(time / 1000),
      );
      const ordered = times.every((time, index) => index === 0 || (times[index - 1] ?? Number.NaN) <= time);
      return ordered ? undefined : 'creation ≤ submission ≤ signature ≤ assertion does not hold';
    },
  },
  {
    name: 'author-structure',
    code: 'XDSRepositoryMetadataError',
    run: ({ set, vihf }, ecart) => {
      const institution = authors(set, SUBMISSION_SET.author)[0]?.get('authorInstitution')?.[0] ?? '';
      const structure = parseXon(institution)?.id;
      if (structure !== undefined && structure !== vihf.structure)
        ecart('the institution of the lot is not that of the certificate');
      return undefined;
    },
  },
  {
    name: 'registered-traits',
    code: 'XDSPatientIdDoesNotMatch',
    run: ({ report: { header }, vihf, patients }, ecart) => {
      const cx = parseCx(vihf.resourceId);
      const known = cx === undefined ? undefined : patients.get(cx.id, cx.oid);
      if (known === undefined) return undefined;
      if (header.patient.birthTime.slice(0, 8) !== known.birthDate)
        ecart('birth date is not the registered one');
      if (header.patient.sex !== known.sex) ecart('sex is not the registered one');
      return undefined;
    },
  },
];

function grammarProblem(entry: RegistryObject): string | undefined {
  const time =
    (name: string, optional = false) =>
    () => {
      const value = slot(entry, name);
      return (value === undefined && optional) || isUtcTime(value ?? '')
        ? undefined
        : `${name} is no UTC time`;
    };
  const sourceType = parseCx(slot(entry, 'sourcePatientId') ?? '')?.type ?? '';
  return firstOf(
    time('creationTime'),
    time('serviceStartTime'),
    time('serviceStopTime', true),
    () =>
      parseXcn(slot(entry, 'legalAuthenticator') ?? '') === undefined
        ? 'legalAuthenticator is no XCN'
        : undefined,
    () => {
      for (const author of authors(entry, DOCUMENT_ENTRY.author)) {
        const person = author.get('authorPerson')?.[0];
        const institution = author.get('authorInstitution')?.[0];
        if (person !== undefined && parseXcn(person) === undefined) return 'authorPerson is no XCN';
        if (institution !== undefined && parseXon(institution) === undefined)
          return 'authorInstitution is no XON';
      }
      return undefined;
    },
    () => (['PI', 'NH'].includes(sourceType) ? undefined : 'sourcePatientId is no CX'),
    () => {
      const values = entry.slots.get('sourcePatientInfo') ?? [];
      const form = /^PID-(?:5\|[^|]+\^[^|]*|7\|\d{8}|8\|[MFU]|\d+\|.*)$/;
      return values.every((value) => form.test(value)) ? undefined : 'sourcePatientInfo';
    },
    () => (MIME_TYPES.includes(entry.mimeType) ? undefined : `mimeType is not ${MIME_TYPES.join(' or ')}`),
    () => ([...entry.name].length <= MAX_TITLE ? undefined : `title is longer than ${MAX_TITLE} characters`),
  );
}
