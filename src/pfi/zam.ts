import { createHash } from 'node:crypto';
import type { BusinessAck } from '../report/business-ack.ts';
import { fromInstant } from '../report/timestamp.ts';

/** Codes and labels of the table AckMetierZAM. */
const ROWS = {
  Z01: { code: 'ACK_RECEPTION_DMP', label: 'Accusé de réception DMP' },
  Z02: {
    code: 'ACK_RECEPTION_MSS',
    label: 'Accusé de réception MSSanté',
    mailbox: ['DESTINATAIRE_MSS', 'Destinataire MSSanté'],
  },
  Z03: {
    code: 'ACK_LECTURE_MSS',
    label: 'Accusé de lecture',
    mailbox: ['LECTEUR_MSS', 'Lecteur du courriel MSSanté'],
  },
} as const;

/** Table applicationErrorCondition of the volet; what none of them says is 906. */
const APPLICATION: Readonly<Record<string, readonly [code: string, label: string]>> = {
  CDA_REPLACES_OLD: ['900', 'Version du document incorrecte'],
  CDA_VERSIONS_DIFFER: ['900', 'Version du document incorrecte'],
  CDA_DELETES_ANOTHER: ['900', 'Version du document incorrecte'],
  CDA_OTHER_BYTES: ['900', 'Version du document incorrecte'],
  CDA_PATIENT_DIFFERS: ['904', "L'INS transmis ne correspond pas"],
  CDA_INS_SPACE: ['904', "L'INS transmis ne correspond pas"],
  DMP_INS_MISSING: ['903', 'INS non présent dans le document'],
};
const OTHER = ['906', "Erreur 'Autre'"] as const;

/** What the recipient's own software says of a mail that it could not integrate. */
const INTEGRATION: Readonly<Record<string, string>> = {
  '900': 'Version du document incorrecte',
  '901': 'Auteur non autorisé',
  '902': 'Identifiant patient inconnu',
  '903': 'INS non présent dans le document',
  '904': "L'INS transmis ne correspond pas",
  '905': "Traits de l'INS incomplets",
};

/** SMTPERRORCODE of the volet for the mail channel's own codes. */
const SMTP: Readonly<Record<string, string>> = {
  MSSANTE_UNKNOWN_MAILBOX: '550',
  MSSANTE_MAILBOX_CLOSED: '550',
  MSSANTE_MAILBOX_FULL: '552',
  MSSANTE_TOO_LARGE: '523',
  MSSANTE_POLICY: '541',
  MSSANTE_AUTHENTICATION: '530',
  MSSANTE_UNREACHABLE: '441',
  MSSANTE_REFUSED: '554',
  MSSANTE_UNDELIVERED: '554',
};

/**
 * Codes of ours are upper case with underscores, our rules lower case with hyphens; what the DMP answers has its own forms
 * (`DMPClosed`, `XDSRepositoryError`).
 */
const OURS = /^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*|[a-z]+(?:-[a-z0-9]+)*)$/;

/**
 * Writes a business acknowledgement, HL7 v2.6 ZAM_Z01, UTF-8: the same acknowledgement gives the same bytes, so that one
 * sent twice is known for one.
 * @param zone IANA zone of its times
 */
export function zamMessage(ack: BusinessAck, zone: string): Buffer {
  const { event, done, orders } = ack;
  const at = fromInstant(Math.floor(ack.at / 1000) * 1000, zone);
  const time = `${at.local}${at.offset ?? ''}`;
  const row = ROWS[event];
  const segments = [
    [
      ...['MSH', '^~\\&', ...orders.receiver.map(escaped), ...orders.sender.map(escaped), time, ''],
      ...[`ZAM^${event}^ZAM_Z01`, controlIdOf(ack), escaped(orders.processing), '2.6', '', '', '', ''],
      ...['FRA', 'UNICODE UTF-8', '', '', `${escaped(orders.volet)}^CISIS_CDA_HL7_V2`],
    ],
    ['EVN', '', time],
    observation(
      '1',
      'CWE',
      [row.code, row.label],
      escaped(orders.controlId),
      `${done ? 'Y' : 'N'}^^expandedYes-NoIndicator`,
    ),
    ...('mailbox' in row && ack.mailbox
      ? [observation('2', 'XTN', row.mailbox, '', `^^X.400^${escaped(ack.mailbox)}`)]
      : []),
    ...(done ? [] : [['ERR', '', '', '207^Application error^messageErrorCondition', 'E', errorOf(ack)]]),
  ];
  return Buffer.from(`${segments.map((fields) => fields.join('|')).join('\r')}\r`, 'utf8');
}

/** MSH-10, 20 characters: tells nothing, and is the same at each try. */
export function controlIdOf({ ackId }: Pick<BusinessAck, 'ackId'>): string {
  return `ZAM-${createHash('sha256').update(ackId, 'utf8').digest('hex').slice(0, 16)}`;
}

function observation(
  rank: string,
  type: string,
  [code, label]: readonly [string, string],
  subId: string,
  value: string,
): string[] {
  return ['OBX', rank, type, `${code}^${label}^AckMetierZAM`, subId, value, '', '', '', '', '', 'F'];
}

/** ERR-5. */
function errorOf({ event, error = '' }: BusinessAck): string {
  const smtp = event === 'Z02' ? SMTP[error] : undefined;
  if (smtp) return `${smtp}^^SMTPERRORCODE`;
  if (event === 'Z01' && error !== '' && !OURS.test(error)) return `${escaped(error)}^^DMPERRORCODE`;
  const integration = INTEGRATION[error];
  const [code, label] = integration ? [error, integration] : (APPLICATION[error] ?? OTHER);
  return `${code}^${escaped(label)}^applicationErrorCondition`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '|': '\\F\\',
  '^': '\\S\\',
  '~': '\\R\\',
  '\\': '\\E\\',
  '&': '\\T\\',
};

/** HL7 v2 §2.7; control characters cannot be in a field. */
function escaped(text: string): string {
  return text.replace(/[|^~\\&]/g, (sign) => ESCAPES[sign] ?? '').replace(/\p{Cc}/gu, ' ');
}
