import type { Channel } from '../report/delivery.ts';
import type { ReportVersion } from '../report/report.ts';
import type { MailEffect } from '../store/records.ts';
import type { JournalEntry } from '../store/rows.ts';
import type { CommonOptions } from './output.ts';
import { CAUSE_WORDS, CHANNEL_WORDS, MAIL_WORDS } from './words.ts';

/** What the journal's actions mean, for a person who does not read the machine's own words. */
export const ACTIONS: Readonly<Record<string, string>> = {
  received: 'message reçu',
  quarantined: 'mis en quarantaine',
  'quarantine-viewed': 'entrée de quarantaine consultée',
  replayed: 'rejoué',
  mended: 'copie corrigée prise à la place du message',
  'side-file-received': 'document joint reçu',
  'side-file-used': 'document joint employé',
  'scan-accepted': 'PDF numérisé joint par une personne qui l’a regardé',
  'version-made': 'nouvelle version',
  rendered: 'document et PDF faits et contrôlés',
  'render-failed': 'document refusé par le contrôle : rien n’est parti',
  planned: 'décision',
  'address-found': 'adresse d’un professionnel apprise',
  delivered: 'pris en charge par la destination',
  'outcome-unknown': 'issue inconnue : vérification en cours',
  'delivery-held': 'envoi retenu',
  'possible-duplicate': 'courriel peut-être reçu deux fois',
  'delivery-failed': 'envoi refusé',
  'delivery-retried': 'nouvel essai demandé',
  'delivery-cancelled': 'envoi annulé',
  held: 'retenu',
  released: 'libéré',
  withdrawn: 'retiré',
  masked: 'masquage changé',
  'mask-ended': 'masquage arrivé à sa date',
  opposed: 'opposition enregistrée',
  'opposition-lifted': 'opposition levée',
  'patient-merged': 'numéros de patient fusionnés',
  'mail-received': 'courriel revenu',
  'mail-viewed': 'courriel consulté',
  'mail-given-up': 'courriel laissé dans la boîte : illisible',
  'mail-gone': 'courriel disparu de la boîte avant d’être relevé',
  'mailbox-started': 'relevé de la boîte commencé : plus ancien laissé',
  'mailbox-failed': 'relevé de la boîte en échec',
  'lane-blocked': 'canal arrêté',
  'sender-told': 'accusé métier pris par l’émetteur',
  'sender-refused': 'accusé métier refusé par l’émetteur',
  'acknowledgement-received': 'accusé reçu',
  'alert-told': 'alerte échue',
  'alert-closed': 'alerte close',
  'files-removed': 'fichiers anciens effacés',
};

const DECISIONS: Readonly<Record<string, string>> = { send: 'envoyer', hold: 'retenir', never: 'jamais' };

type Say = (value: unknown) => string;

const channels: Say = (value) => (Array.isArray(value) ? value.map(channel).join(', ') : channel(value));
const channel = (value: unknown): string => CHANNEL_WORDS[value as Channel] ?? String(value);

/** `DMP envoyer, MSSanté patient retenir (annonce)` */
function decisions(value: unknown): string {
  if (!Array.isArray(value)) return plain(value);
  return value
    .map(({ channel: to, decision, rule }: Record<string, unknown>) => {
      const why = decision === 'send' ? '' : ` (${String(rule)})`;
      return `${channel(to)} ${DECISIONS[String(decision)] ?? String(decision)}${why}`;
    })
    .join(', ');
}

/** Details that read better in words; the others are told under the name that the journal gives them. */
const DETAILS: Readonly<Record<string, Say>> = {
  version: (value) => `v${String(value)}`,
  cause: (value) => CAUSE_WORDS[value as ReportVersion['cause']] ?? String(value),
  inbox: (value) => `inbox:${String(value)}`,
  source: (value) => `source ${String(value)}`,
  size: (value) => `${String(value)} octets`,
  documentOid: (value) => `document ${String(value)}`,
  warnings: (value) => `avertissements ${plain(value)}`,
  decisions,
  change,
  until: (value) => `jusqu’au ${String(value)}`,
  channel: channels,
  channels,
  delivery: String,
  code: String,
  kind: String,
  effect: (value) => MAIL_WORDS[value as MailEffect] ?? String(value),
  reason: (value) => `motif « ${String(value)} »`,
  by: (value) => `par ${String(value)}`,
  hint: (value) => `→ ${String(value)}`,
  rule: (value) => `règle ${String(value)}`,
};

const MASKS: Readonly<Record<string, string>> = {
  masquePs: 'aux professionnels',
  invisiblePatient: 'au patient',
  invisibleRepLegaux: 'aux représentants légaux',
};

/** `masqué au patient, démasqué aux professionnels` */
function change(value: unknown): string {
  return Object.entries(value ?? {})
    .map(([mask, on]) => `${on === true ? 'masqué' : 'démasqué'} ${MASKS[mask] ?? mask}`)
    .join(', ');
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/**
 * What was done and with what, in one French line: details in the order of the entry, without those that say nothing.
 * In English, and for who reads by program, the details are the entry's own.
 */
export function entryInWords({ lang }: CommonOptions, { action, details }: JournalEntry): string {
  if (lang === 'en') return JSON.stringify(details);
  const said = Object.entries(details)
    .filter(([, value]) => !isNothing(value))
    .map(([name, value]) => DETAILS[name]?.(value) ?? `${name} ${plain(value)}`);
  return [ACTIONS[action], said.join(', ')].filter(Boolean).join(' : ');
}
