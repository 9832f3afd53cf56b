import { createSecureContext } from 'node:tls';
import type { Fault } from '../report/fault.ts';
import { isAllowedDomain, isDomainPattern, parseMailbox, sameAddress } from './addresses.ts';
import {
  addressForm,
  certificateUnusable,
  domainForm,
  finWithReplyTo,
  nilForm,
  replyToIsSender,
  senderDomain,
  textEmpty,
} from './faults.ts';

/** The two audiences of a report by mail; they differ by text, reply address and headers. */
export type MailKind = 'mssante-pro' | 'mssante-patient';

/** What follows the client certificate (mssante.md §2: the operators differ, so it is a setting). */
export type SubmissionAuthentication =
  | { readonly mode: 'none' }
  | { readonly mode: 'PLAIN'; readonly user: string; readonly password: string }
  /** SASL EXTERNAL (RFC 4422 appendix A): the certificate is the identity; `identity` names the mailbox it acts as. */
  | { readonly mode: 'EXTERNAL'; readonly identity?: string };

/** Body texts of one audience; the closing sentence (SGL.MSS.11) is added by itself. */
export interface MailTexts {
  readonly first: string;
  /** For a version that replaces one that this recipient has. */
  readonly replacement: string;
  /** For the news that what this recipient has is withdrawn. */
  readonly withdrawal: string;
}

/** Milliseconds. */
export interface MssanteTimeouts {
  /** TCP, greeting and TLS, each. */
  readonly connect: number;
  /** Silence of the server at any moment, the wait for the reply to the final dot included. */
  readonly silence: number;
  /** A whole transaction; shorter than the lease of a delivery. */
  readonly transaction: number;
  /** How long a connection waits for the next mail. */
  readonly idle: number;
}

export interface MssanteSettings {
  readonly host: string;
  readonly port: number;
  /** Name that the server's certificate must bear, when it is not `host`. */
  readonly servername?: string;
  /** PEM: leaf first, intermediates after. */
  readonly clientCertificate: string;
  readonly clientKey: string;
  /** PEM of the only accepted authorities: the IGC-Santé is in no public store. */
  readonly authorities: string;
  /** PEM of the authorities' revocation lists; when given, one is needed for each of them. */
  readonly revocationLists?: string;
  readonly authentication: SubmissionAuthentication;
  /** The applicative mailbox: From, envelope sender, Disposition-Notification-To. */
  readonly from: { readonly address: string; readonly label: string };
  /** Organisational mailboxes that people read; each distinct from `from`. */
  readonly replyTo: { readonly professionals?: string; readonly patients?: string };
  /** How to reach the laboratory, said in the closing sentence where there is no reply address. */
  readonly contact: string;
  /** X-MSS-MES: FIN on every mail to a patient. */
  readonly patientsMayNotReply: boolean;
  readonly patientDomain: string;
  /** Domains that mail may go to, exact or `*.family`; the patients' domain is allowed for patients by itself. */
  readonly domains: readonly string[];
  /** Product reference of convergence.esante.gouv.fr: X-MSS-NIL. */
  readonly nil: string;
  readonly software: { readonly name: string; readonly version: string; readonly vendor: string };
  /** OID of the system that submits: XDS sourceId. */
  readonly sourceOid: string;
  readonly texts: Readonly<Record<MailKind, MailTexts>>;
  /** Ask for delivery reports (RFC 3461) and for reading notifications (RFC 8098). */
  readonly receipts: { readonly delivery: boolean; readonly reading: boolean };
  readonly timeouts: MssanteTimeouts;
  /** Largest mail, encoded. */
  readonly maxMailBytes: number;
  /** Connections kept open between mails. */
  readonly maxIdleConnections: number;
  /** OpenSSL list of suites. */
  readonly ciphers: string;
}

/**
 * What a laboratory rarely changes.
 * - `silence`: an answer to the final dot that comes too late makes a duplicate, so RFC 5321 §4.5.3.2.6 asks for ten
 *   minutes; `transaction` stays under the fifteen minutes of a lease.
 * - `maxMailBytes`: Mon espace santé refuses more than 25 Mo for the whole encoded mail (mssante.md §3), read here as
 *   decimal, the smaller of the two readings.
 * - `ciphers`: the four TLS 1.2 suites of SGL.MSS.03, and the TLS 1.3 suites.
 */
export const MSSANTE_DEFAULTS = {
  port: 587,
  authentication: { mode: 'none' },
  patientsMayNotReply: false,
  texts: {
    'mssante-pro': {
      first:
        "Bonjour,\n\nVeuillez trouver ci-joint un compte rendu d'examens de biologie médicale, au format PDF et sous forme structurée (IHE_XDM.zip).",
      replacement:
        "Bonjour,\n\nVeuillez trouver ci-joint une nouvelle version d'un compte rendu d'examens de biologie médicale. Elle annule et remplace la version qui vous a été adressée précédemment, qui ne doit plus être utilisée.",
      withdrawal:
        "Bonjour,\n\nLe compte rendu d'examens de biologie médicale qui vous a été adressé précédemment est annulé. Il ne doit plus être utilisé : veuillez le supprimer de vos dossiers. Le document joint ne sert qu'à le reconnaître.",
    },
    'mssante-patient': {
      first:
        "Bonjour,\n\nVotre compte rendu d'examens de biologie médicale est joint à ce message, au format PDF. Le fichier IHE_XDM.zip contient les mêmes résultats sous une forme destinée aux logiciels de santé.",
      replacement:
        "Bonjour,\n\nUne nouvelle version de votre compte rendu d'examens de biologie médicale est jointe à ce message. Elle annule et remplace celle que vous avez reçue précédemment, dont il ne faut plus tenir compte.",
      withdrawal:
        "Bonjour,\n\nLe compte rendu d'examens de biologie médicale que vous avez reçu précédemment est annulé. N'en tenez pas compte et supprimez-le. Le document joint ne sert qu'à le reconnaître. Pour toute question, adressez-vous au laboratoire.",
    },
  },
  receipts: { delivery: true, reading: true },
  timeouts: { connect: 30_000, silence: 600_000, transaction: 720_000, idle: 30_000 },
  maxMailBytes: 25_000_000,
  maxIdleConnections: 2,
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_AES_128_GCM_SHA256',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-SHA384',
    'ECDHE-RSA-AES128-SHA256',
  ].join(':'),
} as const satisfies Partial<MssanteSettings>;

/**
 * What no schema of the configuration can see: contradictions, addresses outside the trust space, certificates that do
 * not go together.
 * @returns every fault, with the key as position; empty when the channel may start
 */
export function checkSettings(settings: MssanteSettings): Fault[] {
  const { from, replyTo, nil, contact, texts, domains, patientDomain } = settings;
  const faults: Fault[] = [];
  if (settings.patientsMayNotReply && replyTo.patients !== undefined) faults.push(finWithReplyTo());

  const addresses: readonly (readonly [string, string | undefined])[] = [
    ['mssante.from', from.address],
    ['mssante.replyTo.professionals', replyTo.professionals],
    ['mssante.replyTo.patients', replyTo.patients],
  ];
  for (const [position, address] of addresses) {
    if (address === undefined) continue;
    const mailbox = parseMailbox(address);
    if (!mailbox) faults.push(addressForm(position));
    else if (!isAllowedDomain(mailbox.domain, domains)) faults.push(senderDomain(position));
    else if (position !== 'mssante.from' && sameAddress(address, from.address))
      faults.push(replyToIsSender(position));
  }

  if (domains.length === 0 || !domains.every(isDomainPattern)) faults.push(domainForm('mssante.domains'));
  if (patientDomain.startsWith('*') || !isDomainPattern(patientDomain))
    faults.push(domainForm('mssante.patientDomain'));
  if (!/^[\x21-\x7e]{1,100}$/.test(nil)) faults.push(nilForm());
  const needed: readonly (readonly [string, string])[] = [
    ['mssante.label', from.label],
    ['mssante.contact', contact],
    ...Object.entries(texts).flatMap(([kind, { first, replacement, withdrawal }]) => [
      [`mssante.texts.${kind}.first`, first] as const,
      [`mssante.texts.${kind}.replacement`, replacement] as const,
      [`mssante.texts.${kind}.withdrawal`, withdrawal] as const,
    ]),
  ];
  for (const [position, text] of needed) if (text.trim() === '') faults.push(textEmpty(position));
  if (!isUsable(settings)) faults.push(certificateUnusable());
  return faults;
}

function isUsable({ clientCertificate, clientKey, authorities, ciphers }: MssanteSettings): boolean {
  if (!/-----BEGIN CERTIFICATE-----/.test(authorities)) return false;
  try {
    createSecureContext({ cert: clientCertificate, key: clientKey, ca: authorities, ciphers });
    return true;
  } catch {
    return false;
  }
}
