import type { Channel } from '../report/delivery.ts';
import type { DeliveryState } from '../store/model.ts';

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
