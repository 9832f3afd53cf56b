/** The bytes against the metadata, and the CDA header against the metadata (dmp.md §7, §12.5, §12.7, §12.9). */
import { createHash } from 'node:crypto';
import type { Check } from '../check.ts';
import { firstOf } from '../check.ts';
import type { CdaHeader, InstanceIdentifier, Person } from '../document/cda-header.ts';
import { insOf } from '../document/cda-header.ts';
import {
  authors,
  codedValues,
  DOCUMENT_ENTRY,
  identifier,
  type RegistryObject,
  slot,
} from '../document/ebrim.ts';
import type { Deposit, DepositedDocument } from './deposit.ts';
import { parseCx, parseXcn, parseXon } from './grammar.ts';
import { CONFIDENTIALITIES } from './value-sets.ts';

const PERSON_OID = '1.2.250.1.71.4.2.1';
const ORGANISATION_OID = '1.2.250.1.71.4.2.2';

export const DOCUMENT_CHECKS: readonly Check<Deposit>[] = [
  {
    name: 'size',
    code: 'XDSRepositoryMetadataError',
    run: ({ report, signature }, ecart) =>
      firstOf(
        ...both(report, signature).map((document) => () => {
          const size = slot(document.entry, 'size');
          if (size === undefined) ecart('size is absent');
          return size === undefined || size === String(document.bytes.length)
            ? undefined
            : 'size is not that of the bytes received';
        }),
      ),
  },
  {
    name: 'hash',
    code: 'XDSRepositoryMetadataError',
    run: ({ report, signature }, ecart) =>
      firstOf(
        ...both(report, signature).map((document) => () => {
          const hash = slot(document.entry, 'hash');
          if (hash === undefined) ecart('hash is absent');
          return hash === undefined || hash.toLowerCase() === sha1(document.bytes)
            ? undefined
            : 'hash is not that of the bytes received';
        }),
      ),
  },
  {
    name: 'cda-id',
    code: 'XDSDocumentUniqueIdError',
    run: ({ report: { entry, header } }) => {
      if (header.id.extension !== undefined) return 'the id of the CDA has an extension';
      return header.id.root === identifier(entry, DOCUMENT_ENTRY.uniqueId)
        ? undefined
        : 'uniqueId is not the id of the CDA';
    },
  },
  {
    name: 'cda-confidentiality',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry, header } }) => {
      const { code, codeSystem } = header.confidentiality;
      if (codeSystem !== CONFIDENTIALITIES.scheme || !CONFIDENTIALITIES.codes.has(code))
        return 'the CDA carries another code than N, R, V';
      return codedValues(entry, DOCUMENT_ENTRY.confidentiality)[0]?.code === code
        ? undefined
        : 'not the confidentiality of the CDA';
    },
  },
  {
    name: 'cda-patient',
    code: 'XDSPatientIdDoesNotMatch',
    run: ({ report: { header }, vihf }) => {
      const ins = insOf(header);
      const cx = parseCx(vihf.resourceId);
      return ins !== undefined && cx !== undefined && ins.ins === cx.id && ins.oid === cx.oid
        ? undefined
        : 'the INS of the CDA is not the patientId';
    },
  },
  {
    name: 'cda-header',
    code: 'XDSRepositoryMetadataError',
    run: ({ report: { entry, header } }, ecart) => headerProblem(entry, header, ecart),
  },
];

function headerProblem(
  entry: RegistryObject,
  header: CdaHeader,
  ecart: (detail: string) => void,
): string | undefined {
  const equal = (name: string, written: string | undefined, expected: string) => () =>
    written === expected ? undefined : `${name} is not that of the CDA`;
  const coded =
    (name: string, scheme: string, expected: { readonly code: string; readonly codeSystem: string }) =>
    () => {
      const [value] = codedValues(entry, scheme);
      return value?.code === expected.code && value.scheme === expected.codeSystem
        ? undefined
        : `${name} is not that of the CDA`;
    };
  const time = (name: string, expected: string) => () => {
    const written = slot(entry, name);
    if (written === undefined && expected === '') return undefined;
    return written !== undefined && sameMoment(written, expected)
      ? undefined
      : `${name} is not that of the CDA, in UTC`;
  };
  return firstOf(
    equal('title', entry.name, header.title),
    coded('typeCode', DOCUMENT_ENTRY.type, header.code),
    time('creationTime', header.effectiveTime),
    time('serviceStartTime', header.principal.low),
    () =>
      slot(entry, 'serviceStopTime') === undefined
        ? undefined
        : time('serviceStopTime', header.principal.high)(),
    equal('languageCode', slot(entry, 'languageCode'), header.languageCode),
    coded('healthcareFacilityTypeCode', DOCUMENT_ENTRY.facility, header.facility),
    coded('practiceSettingCode', DOCUMENT_ENTRY.practice, header.principal.practiceSetting),
    () =>
      personProblem('legalAuthenticator', slot(entry, 'legalAuthenticator') ?? '', header.legalAuthenticator),
    () => authorProblem(entry, header),
    () => {
      const known = new Set(header.serviceEventCodes.map(({ code, codeSystem }) => `${code} ${codeSystem}`));
      const stray = codedValues(entry, DOCUMENT_ENTRY.event).find(
        ({ code, scheme }) => !known.has(`${code} ${scheme}`),
      );
      return stray === undefined ? undefined : 'eventCodeList has a code that no serviceEvent has';
    },
    () => sourcePatientProblem(entry, header, ecart),
  );
}

function authorProblem(entry: RegistryObject, header: CdaHeader): string | undefined {
  const [author] = authors(entry, DOCUMENT_ENTRY.author);
  const institution = author?.get('authorInstitution')?.[0];
  const specialty = author?.get('authorSpecialty')?.[0];
  const organisation = header.author.organisation;
  return firstOf(
    () => personProblem('authorPerson', author?.get('authorPerson')?.[0] ?? '', header.author),
    () => {
      if (institution === undefined)
        return organisation.ids.length === 0 ? undefined : 'authorInstitution is absent';
      const xon = parseXon(institution);
      const fits =
        xon !== undefined &&
        xon.name === organisation.name &&
        hasId(organisation.ids, ORGANISATION_OID, xon.id);
      return fits ? undefined : 'authorInstitution is not that of the CDA';
    },
    () => {
      if (specialty === undefined)
        return header.author.code.code === '' ? undefined : 'authorSpecialty is absent';
      return specialty.split('^')[0] === header.author.code.code
        ? undefined
        : 'authorSpecialty is not that of the CDA';
    },
  );
}

function personProblem(name: string, written: string, person: Person): string | undefined {
  const xcn = parseXcn(written);
  const fits =
    xcn !== undefined &&
    hasId(person.ids, PERSON_OID, xcn.id) &&
    xcn.family === person.family &&
    xcn.given === person.given;
  return fits ? undefined : `${name} is not that of the CDA`;
}

function sourcePatientProblem(
  entry: RegistryObject,
  header: CdaHeader,
  ecart: (detail: string) => void,
): string | undefined {
  const cx = parseCx(slot(entry, 'sourcePatientId') ?? '');
  if (cx === undefined || !hasId(header.patient.ids, cx.oid, cx.id))
    return 'sourcePatientId is no identifier of the CDA';
  if (cx.type === 'NH' && header.patient.ids.length > 1)
    ecart('sourcePatientId is the INS although the CDA has a local identifier');
  for (const info of entry.slots.get('sourcePatientInfo') ?? []) {
    const [field, value = ''] = info.split('|', 2);
    const [family = ''] = value.split('^');
    if (field === 'PID-5' && !header.patient.families.includes(family))
      return 'PID-5 is not a name of the CDA';
    if (field === 'PID-7' && value !== header.patient.birthTime.slice(0, 8))
      return 'PID-7 is not the birth date of the CDA';
    if (field === 'PID-8' && value !== header.patient.sex) return 'PID-8 is not the sex of the CDA';
  }
  return undefined;
}

/** Whether a UTC yyyyMMddHHmmss is the moment of an HL7 v3 time, whose missing parts count as zero. */
function sameMoment(utc: string, hl7: string): boolean {
  const match = /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?(?:([+-])(\d\d)(\d\d))?$/.exec(hl7);
  if (match === null) return false;
  const [
    ,
    year = '',
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    sign,
    hours = '0',
    minutes = '0',
  ] = match;
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const moment = Date.UTC(+year, +month - 1, +day, +hour, +minute - offset, +second);
  const written = new Date(moment).toISOString().replace(/\D/g, '').slice(0, 14);
  return written === utc;
}

function hasId(ids: readonly InstanceIdentifier[], root: string, extension: string): boolean {
  return ids.some((id) => id.root === root && id.extension === extension);
}

function both(report: DepositedDocument, signature: DepositedDocument): readonly DepositedDocument[] {
  return [report, signature];
}

export function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}
