/** What the DMP answers (dmp.md §3, §5, §9, §10). Text, since nothing is signed and the shapes are fixed. */

import type { TestPatient } from '../patients.ts';
import { TEST_INS_OID } from '../patients.ts';
import { escapeXml } from '../xml/read.ts';
import { SOAP, WSA, WSSE } from './soap.ts';

const RS = 'urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0';
const QUERY = 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0';
const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
const RESPONSE_STATUS = 'urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:';
const SEVERITY = 'urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:';

export interface RegistryIssue {
  readonly code: string;
  readonly context: string;
  readonly severity: 'Error' | 'Warning';
}

/** RegistryResponse: Success, with warnings or without, or Failure. */
export function registryResponse(issues: readonly RegistryIssue[] = []): string {
  const status = issues.some(({ severity }) => severity === 'Error') ? 'Failure' : 'Success';
  return `<rs:RegistryResponse xmlns:rs="${RS}" status="${RESPONSE_STATUS}${status}"${errorList(issues)}</rs:RegistryResponse>`;
}

/** AdhocQueryResponse with the entryUUIDs found, or the reason of a failure. */
export function queryResponse(entryUuids: readonly string[], issues: readonly RegistryIssue[] = []): string {
  const status = issues.length > 0 ? 'Failure' : 'Success';
  const refs = entryUuids.map((id) => `<rim:ObjectRef id="${escapeXml(id)}"/>`).join('');
  const list = issues.length > 0 ? errorList(issues) : '>';
  return `<q:AdhocQueryResponse xmlns:q="${QUERY}" xmlns:rs="${RS}" xmlns:rim="${RIM}" status="${RESPONSE_STATUS}${status}"${list}<rim:RegistryObjectList>${refs}</rim:RegistryObjectList></q:AdhocQueryResponse>`;
}

/** Ends the start tag that its caller left open, then lists the errors. */
function errorList(issues: readonly RegistryIssue[]): string {
  if (issues.length === 0) return '>';
  const errors = issues.map(
    ({ code, context, severity }) =>
      `<rs:RegistryError errorCode="${escapeXml(code)}" codeContext="${escapeXml(context)}" location="" severity="${SEVERITY}${severity}"/>`,
  );
  return `><rs:RegistryErrorList>${errors.join('')}</rs:RegistryErrorList>`;
}

/** A SOAP 1.2 fault of the sender, whose subcode is a DMP code or a WS-Security one. */
export function fault(code: string, reason: string): string {
  const subcode =
    code === '' ? '' : `<s:Subcode><s:Value xmlns:wsse="${WSSE}">${escapeXml(code)}</s:Value></s:Subcode>`;
  return `<s:Fault><s:Code><s:Value>s:Sender</s:Value>${subcode}</s:Code><s:Reason><s:Text xml:lang="fr">${escapeXml(reason)}</s:Text></s:Reason></s:Fault>`;
}

/** The envelope of an answer: own MessageID, RelatesTo the request. */
export function envelope(action: string, messageId: string, relatesTo: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${SOAP}" xmlns:a="${WSA}"><s:Header><a:Action s:mustUnderstand="true">${escapeXml(action)}</a:Action><a:MessageID>${escapeXml(messageId)}</a:MessageID><a:To>${WSA}/anonymous</a:To><a:RelatesTo>${escapeXml(relatesTo)}</a:RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

interface ExistenceAnswer {
  readonly id: string;
  /** yyyyMMddHHmmss, UTC. */
  readonly time: string;
  /** Undefined when there is no such DMP. */
  readonly patient: TestPatient | undefined;
}

/** PRPA_IN201308UV02: existence, state and traits of a DMP. */
export function existenceResponse({ id, time, patient }: ExistenceAnswer): string {
  const device = (role: string, type: string): string =>
    `<${role} typeCode="${type}"><device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.250.1.213.4.1.1.1"/></device></${role}>`;
  const detail =
    patient === undefined
      ? ''
      : `<acknowledgementDetail typeCode="I"><code code="${patient.dmp === 'active' ? 'DMPFound' : 'DMPClosed'}"/></acknowledgementDetail>`;
  const line = (keyword: string, system: string, value: string): string =>
    `<attentionLine><keyWordText code="${keyword}" codeSystem="${system}"/>${value}</attentionLine>`;
  const lines =
    patient === undefined
      ? ''
      : line(
          'AUTORISATION',
          '1.2.250.1.213.4.1.2.6.1',
          '<value xsi:type="CV" code="NON_EXISTE" codeSystem="1.2.250.1.213.4.1.2.6.2"/>',
        );
  return `<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ITSVersion="XML_1.0"><id root="1.2.250.1.213.4.1.1.1" extension="${escapeXml(id)}"/><creationTime value="${time}"/><interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201308UV02"/><processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>${device('receiver', 'RCV')}${device('sender', 'SND')}<acknowledgement typeCode="AA">${detail}</acknowledgement>${lines}<controlActProcess classCode="CACT" moodCode="EVN">${patient === undefined ? '' : subject(patient)}<queryAck><queryResponseCode code="${patient === undefined ? 'NF' : 'OK'}"/></queryAck></controlActProcess></PRPA_IN201308UV02>`;
}

function subject(patient: TestPatient): string {
  const given = patient.givenNames
    .split(' ')
    .map((name) => `<given>${escapeXml(name)}</given>`)
    .join('');
  return `<subject typeCode="SUBJ"><registrationEvent classCode="REG" moodCode="EVN"><statusCode code="active"/><subject1 typeCode="SBJ"><patient classCode="PAT"><id root="${TEST_INS_OID}" extension="${patient.ins}"/><statusCode code="${patient.dmp === 'active' ? 'active' : 'terminated'}"/><patientPerson classCode="PSN" determinerCode="INSTANCE"><name><family qualifier="BR">${escapeXml(patient.birthName)}</family>${given}</name><administrativeGenderCode code="${patient.sex}" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="${patient.birthDate}"/><birthPlace><addr><county>${patient.birthPlace}</county></addr></birthPlace></patientPerson></patient></subject1></registrationEvent></subject>`;
}
