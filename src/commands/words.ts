import type { Channel } from '../report/delivery.ts';
import type { ReportVersion } from '../report/report.ts';
import type { DeliveryState, MailEffect } from '../store/records.ts';
import type { ReportDetails } from '../store/rows.ts';

/** French words for the states that a person reads; English ones are the states' own names. */
export const STATE_WORDS: Readonly<Record<DeliveryState, string>> = {
  waiting: 'en attente',
  held: 'retenu',
  never: 'jamais',
  leased: 'en cours',
  'on-wire': 'en transmission',
  unknown: 'issue inconnue',
  delivered: 'remis',
  failed: 'échec',
  cancelled: 'annulé',
  superseded: 'remplacé',
};

export const CHANNEL_WORDS: Readonly<Record<Channel, string>> = {
  dmp: 'DMP',
  'mssante-pro': 'MSSanté professionnel',
  'mssante-patient': 'MSSanté patient',
};

/** What came back says of a delivery. */
export const MAIL_WORDS: Readonly<Record<MailEffect, string>> = {
  delivered: 'remis à la boîte',
  delayed: 'retardé',
  relayed: 'relayé, sans garantie',
  undelivered: 'non distribué',
  read: 'lu',
  integrated: 'intégré',
  'not-integrated': 'non intégré',
  dispatched: 'transmis',
  deleted: 'supprimé sans être lu',
  unclear: 'avis incompris',
  automatic: 'réponse automatique',
  letter: 'lettre',
  unreadable: 'illisible',
};

/** Why a version was made. */
export const CAUSE_WORDS: Readonly<Record<ReportVersion['cause'], string>> = {
  first: 'première',
  correction: 'correction',
  completion: 'complément',
  masking: 'masquage',
  identity: 'identité',
  withdrawal: 'retrait',
};

/** How far a version is. */
export const VERSION_WORDS: Readonly<Record<ReportDetails['versions'][number]['state'], string>> = {
  interpreted: 'document à faire',
  rendered: 'à décider',
  planned: 'décidée',
  blocked: 'document refusé',
  superseded: 'remplacée',
};
