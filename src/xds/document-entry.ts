import { createHash } from 'node:crypto';
import { type Coding, OID } from '../report/coding.ts';
import type { MaskingCode } from '../report/delivery.ts';
import type { Fault } from '../report/fault.ts';
import { parseTimestamp, toXds } from '../report/timestamp.ts';
import { type CdaHeader, type HeaderAuthor, type HeaderPatient, readCdaHeader } from './cda-header.ts';
import { ce, component, cx, xcn, xcnOfDevice, xon } from './datatypes.ts';
import { headerInvalid } from './faults.ts';
import type { DocumentEntry, XdsAuthor } from './model.ts';

export interface DispatchMetadata {
  /** The masks ordered for this destination; the CDA itself carries N, R or V only. */
  readonly confidentiality: readonly MaskingCode[];
  /** When it must differ from what the bytes show: `text/xml`, or `application/xslt+xml` if self-presenting. */
  readonly mimeType?: string;
}

/** JDV_J58 (dmp.md §8). */
const MASKING_LABELS: Readonly<Record<MaskingCode, string>> = {
  MASQUE_PS: 'Masqué aux professionnels de santé',
  INVISIBLE_PATIENT: 'Non visible par le patient',
  INVISIBLE_REPRESENTANTS_LEGAUX: 'Non visible par les représentants légaux du patient',
};

/** ASS_X16: document type → class, for the types that this product emits. */
const CLASS_OF_TYPE: Readonly<Record<string, Coding>> = {
  '11502-2': { code: '10', system: '1.2.250.1.213.1.1.4.1', display: 'Compte rendu' },
};

const FORMAT_SYSTEM = '1.3.6.1.4.1.19376.1.2.3';

/** ASS_A11: CDA template → format, first match wins. */
const FORMAT_OF_TEMPLATE: readonly (readonly [template: string, format: Coding])[] = [
  [
    '1.2.250.1.213.1.1.1.55',
    {
      code: 'urn:ihe:lab:xd-lab:2008',
      system: FORMAT_SYSTEM,
      display: "Compte rendu structuré d'examens de biologie médicale",
    },
  ],
  [
    '1.3.6.1.4.1.19376.1.3.3',
    {
      code: 'urn:ihe:lab:xd-lab:2008',
      system: FORMAT_SYSTEM,
      display: "Compte rendu structuré d'examens de biologie médicale",
    },
  ],
  [
    '1.3.6.1.4.1.19376.1.2.20',
    { code: 'urn:ihe:iti:xds-sd:pdf:2008', system: FORMAT_SYSTEM, display: 'Document PDF' },
  ],
];

/** Longest title that the DMP takes (dmp.md §7). */
const MAX_TITLE = 128;

/**
 * Metadata of one document: everything from its CDA header, the masks from the dispatch order, hash and size from the
 * bytes (IHE ITI TF-3 §4.2.3.2; dmp.md §7, §8).
 * @param cda bare ClinicalDocument or self-presenting form, UTF-8; the very bytes that will be sent
 * @returns the entry, or the first header element that is missing or wrong
 */
export function describeDocument(cda: Uint8Array, dispatch: DispatchMetadata): DocumentEntry | Fault {
  const header = readCdaHeader(cda);
  return 'cause' in header ? header : describeHeader(header, cda, dispatch);
}

/** {@link describeDocument} for a caller that has read the header already. */
export function describeHeader(
  header: CdaHeader,
  cda: Uint8Array,
  dispatch: DispatchMetadata,
): DocumentEntry | Fault {
  const classCode = CLASS_OF_TYPE[header.code.code];
  if (!classCode || header.code.system !== OID.loinc) return headerInvalid('code', '11502-2 (LOINC)');
  const formatCode = FORMAT_OF_TEMPLATE.find(([template]) => header.templateIds.includes(template))?.[1];
  if (!formatCode) return headerInvalid('templateId', 'un modèle CR-BIO ou « document non structuré »');
  const creationTime = utc(header.effectiveTime);
  if (!creationTime) return headerInvalid('effectiveTime', 'une date et heure CDA');
  const serviceStartTime = utc(header.serviceStart);
  if (!serviceStartTime) return headerInvalid('serviceEvent/effectiveTime/low', 'une date et heure CDA');
  const serviceStopTime = header.serviceStop === undefined ? undefined : utc(header.serviceStop);
  return {
    uniqueId: header.id,
    title: header.title.slice(0, MAX_TITLE),
    typeCode: header.code,
    classCode,
    formatCode,
    confidentialityCodes: [header.confidentiality, ...dispatch.confidentiality.map(maskingCoding)],
    eventCodes: distinct(header.serviceCodes),
    facilityType: header.facilityType,
    practiceSetting: header.practiceSetting,
    creationTime,
    serviceStartTime,
    ...(serviceStopTime === undefined ? {} : { serviceStopTime }),
    languageCode: header.languageCode,
    mimeType: dispatch.mimeType ?? mimeTypeOf(cda),
    authors: header.authors.map(authorOf),
    legalAuthenticator: xcn(header.legalAuthenticator.id, header.legalAuthenticator.name),
    ...patientIdentifiers(header.patient),
    sourcePatientInfo: patientInfo(header.patient),
    hash: createHash('sha1').update(cda).digest('hex'),
    size: cda.byteLength,
    ...(header.replaces === undefined ? {} : { replaces: header.replaces }),
  };
}

/** A mask as an XDS code. */
export function maskingCoding(code: MaskingCode): Coding {
  return { code, system: OID.masking, display: MASKING_LABELS[code] };
}

/** `patientId` is the INS; without a qualified INS (mail only) the local identifier stands in for it. */
function patientIdentifiers(patient: HeaderPatient): { patientId: string; sourcePatientId: string } {
  const ins = patient.ins ?? patient.localId;
  const local = patient.localId ?? patient.ins;
  if (!ins || !local) throw new TypeError('a header that was read has a patient identifier');
  return { patientId: cx(ins), sourcePatientId: cx(local) };
}

function patientInfo({ name, birthTime, gender }: HeaderPatient): readonly string[] {
  const sex = gender === 'M' || gender === 'F' ? gender : 'U';
  return [
    `PID-5|${component(name.family)}^${component(name.given ?? '')}^^^^^L`,
    ...(birthTime === undefined ? [] : [`PID-7|${birthTime.slice(0, 8)}`]),
    `PID-8|${sex}`,
  ];
}

function authorOf(author: HeaderAuthor): XdsAuthor {
  const { organization, role } = author;
  const profession = author.kind === 'person' ? author.profession : undefined;
  return {
    person:
      author.kind === 'person'
        ? xcn(author.id, author.name)
        : xcnOfDevice(author.id, author.model, author.software),
    ...(organization ? { institution: xon(organization.name, organization.id) } : {}),
    ...(profession ? { specialty: ce(profession) } : {}),
    ...(role === undefined ? {} : { role }),
  };
}

/** CDA TS → XDS DTM. Our documents always carry the offset; a bare one is read as French local time. */
function utc(time: string): string | undefined {
  const timestamp = parseTimestamp(time, 'Europe/Paris');
  return timestamp && toXds(timestamp);
}

/** The self-presenting form is an XSLT stylesheet, whose media type differs (dmp.md §7, mimeType). */
function mimeTypeOf(cda: Uint8Array): string {
  const beginning = Buffer.from(cda.buffer, cda.byteOffset, Math.min(cda.byteLength, 4096)).toString('utf8');
  return /<(?:[\w-]+:)?(?:stylesheet|transform)[\s>]/.test(beginning) ? 'application/xslt+xml' : 'text/xml';
}

function distinct(codings: readonly Coding[]): readonly Coding[] {
  const seen = new Set<string>();
  return codings.filter(({ code, system }) => {
    const key = `${system}|${code}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
