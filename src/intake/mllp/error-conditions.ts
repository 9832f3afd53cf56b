/** HL7 table 0357, message error condition codes (v2.5.1 §2.17.5), in its own English words. */
const CONDITIONS = {
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '207': 'Application internal error',
} as const;

export type ErrorCondition = keyof typeof CONDITIONS;

/** Our faults that have a condition of their own; any other is 207. */
const OF_FAULT: Readonly<Record<string, ErrorCondition>> = {
  HL7_STRUCTURE: '100',
  PID_MISSING: '100',
  ORU_NO_EXAM: '100',
  HL7_NO_CONTROL_ID: '101',
  HL7_NO_DATE: '101',
  PID_NO_NUMBER: '101',
  PID_NO_NAME: '101',
  DOSSIER_NO_NUMBER: '101',
  OBX_NO_CODE: '101',
  OBX_NO_VALUE: '101',
  MLLP_CONTROL_ID_LONG: '102',
  HL7_CHARSET: '102',
  HL7_DELIMITERS: '102',
  ED_UNREADABLE: '102',
  HL7_PROCESSING_ID: '202',
  HL7_VERSION: '203',
  HL7_OUL: '200',
  HL7_MDM: '200',
  HL7_CDA_IN_ORU: '200',
  HL7_BUSINESS_ACK: '200',
  OBR_STATUS: '103',
  OBX_STATUS: '103',
  META_VALUE: '103',
  META_UNKNOWN: '103',
  CONTROL_ID_REUSED: '205',
};

/** Types of which some events are read: an unread one is 201, an unread type 200. */
const TYPES_READ = ['ORU', 'ADT'];

/**
 * @param code of a fault
 * @param type MSH-9.1 of the message
 */
export function conditionOf(code: string, type: string): ErrorCondition {
  if (code === 'HL7_TYPE') return TYPES_READ.includes(type.toUpperCase()) ? '201' : '200';
  return OF_FAULT[code] ?? '207';
}

export function conditionText(condition: ErrorCondition): string {
  return CONDITIONS[condition];
}
