import type { Outcome } from '../report/delivery.ts';
import { mailboxClosed, mailTooLarge } from './faults.ts';
import type { Reply, SmtpFailure } from './smtp-failure.ts';

/** What a failed submission means for the delivery. */
export type FailedOutcome = Exclude<Outcome, { readonly kind: 'accepted' }>;

interface Rule {
  readonly when: (failure: SmtpFailure, reply: Reply | undefined) => boolean;
  readonly outcome: FailedOutcome;
}

const says = (reply: Reply | undefined, pattern: RegExp) => reply !== undefined && pattern.test(reply.text);
const temporary = (reply: Reply | undefined) =>
  reply !== undefined && reply.status >= 400 && reply.status < 500;
const permanent = (reply: Reply | undefined) => reply !== undefined && reply.status >= 500;
const enhanced = (reply: Reply | undefined, pattern: RegExp) => pattern.test(reply?.enhanced ?? '');

const OUR_CERTIFICATE = {
  kind: 'blocked',
  code: 'MSSANTE_CLIENT_CERTIFICATE',
  cause: "L'opérateur MSSanté n'accepte pas le certificat du laboratoire.",
  hint: "Vérifier la validité du certificat ORG_AUTH_CLI et qu'il est déclaré chez l'opérateur pour cette boîte applicative (crbio check).",
} as const satisfies FailedOutcome;

const LATER = {
  kind: 'retry',
  code: 'MSSANTE_TEMPORARY',
  cause: "L'opérateur MSSanté demande de réessayer plus tard.",
} as const satisfies FailedOutcome;

/**
 * Answers to outcomes (mssante.md §9), most particular first; the first rule that fits decides. Above each, an example.
 * A rule that blocks stops the whole lane, so that a fault of configuration does not use up the tries of every report.
 */
const RULES: readonly Rule[] = [
  // Reset, time-out or close after the final dot: the mail may have been taken (mssante.md §9).
  {
    when: ({ dotSent }, reply) => dotSent && !reply,
    outcome: {
      kind: 'unknown',
      code: 'MSSANTE_NO_REPLY',
      cause:
        "La liaison s'est coupée après l'envoi complet et avant la réponse : le courriel est peut-être arrivé.",
    },
  },
  // 421 4.7.1 <host>: Client host rejected: No client certificate presented
  // 4xx and yet configuration: no delay will make the certificate appear.
  { when: (_, reply) => says(reply, /\b(?:client )?certificate\b/i), outcome: OUR_CERTIFICATE },
  // TLS alerts about our certificate. With TLS 1.3 they come at the first read after a handshake that looked fine.
  {
    when: ({ cause }) =>
      /^ERR_SSL_.*ALERT_(?:(?:BAD|UNSUPPORTED|NO)_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/.test(
        cause ?? '',
      ),
    outcome: OUR_CERTIFICATE,
  },
  // CERT_HAS_EXPIRED, SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_GET_CRL, ERR_TLS_CERT_ALTNAME_INVALID: what we think of theirs.
  {
    when: ({ cause }) =>
      /^(?:CERT_|CRL_|HOSTNAME_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|ERR_TLS_CERT_)/.test(
        cause ?? '',
      ),
    outcome: {
      kind: 'blocked',
      code: 'MSSANTE_SERVER_CERTIFICATE',
      cause:
        "Le certificat du serveur MSSanté n'est pas de confiance : expiré, révoqué, d'une autre autorité ou d'un autre nom.",
      hint: "Vérifier l'adresse du serveur et les certificats d'autorité IGC-Santé configurés ; ne jamais désactiver ce contrôle.",
    },
  },
  // ERR_SSL_WRONG_VERSION_NUMBER, ERR_SSL_UNSUPPORTED_PROTOCOL, alert handshake failure: no version or suite in common.
  {
    when: ({ cause }) => /^(?:ERR_SSL_|EPROTO$)/.test(cause ?? ''),
    outcome: {
      kind: 'blocked',
      code: 'MSSANTE_TLS',
      cause: "La connexion TLS avec l'opérateur MSSanté ne peut pas s'établir.",
      hint: "Vérifier le port (587 avec STARTTLS) et que l'opérateur accepte TLS 1.2 ou 1.3 avec ce certificat.",
    },
  },
  // The server leaves during the handshake or before it answers the EHLO that follows: many refuse a certificate that way, without an alert.
  // A cut of the network looks the same; blocking costs it no try, and the lane looks again by itself.
  {
    when: ({ step, cause }, reply) => step === 'handshake' && !reply && cause !== 'ETIMEDOUT',
    outcome: {
      ...OUR_CERTIFICATE,
      cause: "L'opérateur MSSanté coupe la liaison juste après avoir vu le certificat du laboratoire.",
    },
  },
  // 454 4.7.0 TLS not available due to temporary reason
  { when: ({ step }, reply) => step === 'starttls' && temporary(reply), outcome: LATER },
  // 502 5.5.1 Command not implemented, to STARTTLS: never in clear.
  {
    when: ({ step }, reply) => step === 'starttls' && permanent(reply),
    outcome: {
      kind: 'blocked',
      code: 'MSSANTE_NO_STARTTLS',
      cause: "Le serveur ne propose pas de connexion chiffrée (STARTTLS) : rien n'est envoyé en clair.",
      hint: "Vérifier l'adresse et le port de l'opérateur ; un équipement du réseau peut aussi filtrer STARTTLS.",
    },
  },
  // 454 4.7.0 Temporary authentication failure
  { when: ({ step }, reply) => step === 'authentication' && temporary(reply), outcome: LATER },
  // 535 5.7.8 Authentication failed; 530 5.7.0 Authentication required; 504 mechanism not implemented
  {
    when: ({ step, cause }, reply) =>
      reply?.status === 530 ||
      reply?.status === 534 ||
      reply?.status === 535 ||
      reply?.status === 538 ||
      (step === 'authentication' && permanent(reply)) ||
      cause === 'EAUTH',
    outcome: {
      kind: 'blocked',
      code: 'MSSANTE_AUTHENTICATION',
      cause: "L'opérateur MSSanté refuse l'identification de la boîte applicative.",
      hint: "Vérifier le mode d'authentification et les identifiants de la boîte, puis relancer.",
    },
  },
  // Found before MAIL FROM, from the SIZE that the server announces; 552 5.3.4 Message size exceeds fixed limit; 523
  {
    when: ({ cause }, reply) =>
      cause === 'TOO_LARGE' ||
      reply?.status === 523 ||
      (permanent(reply) && enhanced(reply, /^5\.(?:3\.4|2\.3)$/)) ||
      (reply?.status === 552 && !enhanced(reply, /^5\.2\./)),
    outcome: { kind: 'refused', ...mailTooLarge() },
  },
  // 452 4.2.2 Mailbox full, 422: it may be emptied.
  {
    when: (_, reply) => reply?.status === 422 || (temporary(reply) && enhanced(reply, /^4\.2\.2$/)),
    outcome: { kind: 'retry', code: 'MSSANTE_MAILBOX_FULL', cause: 'La boîte du destinataire est pleine.' },
  },
  // 421 Service closing, 450 4.2.0 Greylisted, 451 Local error, 452 Insufficient storage
  { when: (_, reply) => temporary(reply), outcome: LATER },
  // 552 5.2.2 Mailbox full, for good
  {
    when: (_, reply) => permanent(reply) && enhanced(reply, /^5\.2\.2$/),
    outcome: {
      kind: 'refused',
      code: 'MSSANTE_MAILBOX_FULL',
      cause: 'La boîte du destinataire est pleine et son opérateur refuse le courriel.',
      hint: "Prévenir le destinataire, puis relancer l'envoi.",
    },
  },
  // 550 5.2.1 Mailbox disabled: a closed Mon espace santé, a professional who left
  {
    when: (_, reply) => permanent(reply) && enhanced(reply, /^5\.2\.1$/),
    outcome: { kind: 'refused', ...mailboxClosed() },
  },
  // 550 5.1.1 User unknown; 5.1.2 bad domain; 5.1.3 bad syntax; 5.1.6 moved; 5.1.10 null MX; 553 mailbox name not allowed
  {
    when: ({ step }, reply) =>
      permanent(reply) &&
      (enhanced(reply, /^5\.1\.(?:[0-6]|10)$/) ||
        (step === 'recipient' && !reply?.enhanced && [550, 551, 553].includes(reply?.status ?? 0))),
    outcome: {
      kind: 'refused',
      code: 'MSSANTE_UNKNOWN_MAILBOX',
      cause: "La boîte du destinataire n'existe pas chez l'opérateur MSSanté.",
      hint: "Vérifier l'adresse dans l'Annuaire Santé et corriger la fiche du correspondant, puis relancer l'envoi.",
    },
  },
  // 554 5.7.1 Sender address rejected: not in the trust list; Relay access denied; Client host rejected. Servers often say
  // it at RCPT TO although it is about us: every mail would meet the same refusal.
  {
    when: ({ step }, reply) =>
      permanent(reply) &&
      (step === 'session' ||
        step === 'sender' ||
        (enhanced(reply, /^5\.7\./) && says(reply, /\b(?:sender|relay\w*|client|authenticat\w*|trust)\b/i))),
    outcome: {
      kind: 'blocked',
      code: 'MSSANTE_SENDER_REFUSED',
      cause: "L'opérateur MSSanté refuse les envois de la boîte applicative du laboratoire.",
      hint: "Vérifier avec l'opérateur les droits de la boîte applicative, son certificat et la liste blanche MSSanté.",
    },
  },
  // 550 5.7.1 Message rejected by recipient's policy
  {
    when: (_, reply) => permanent(reply) && (enhanced(reply, /^5\.7\./) || reply?.status === 541),
    outcome: {
      kind: 'refused',
      code: 'MSSANTE_POLICY',
      cause: 'Le serveur du destinataire refuse ce courriel par une règle qui lui est propre.',
      hint: "Contacter l'opérateur du destinataire, puis relancer l'envoi.",
    },
  },
  // 503 5.5.1 Bad sequence of commands: the session was in a wrong state, not the mail; a new one may do.
  { when: (_, reply) => reply?.status === 503, outcome: LATER },
  // 554 Transaction failed, 550 without more
  {
    when: (_, reply) => permanent(reply),
    outcome: {
      kind: 'refused',
      code: 'MSSANTE_REFUSED',
      cause: 'Le serveur MSSanté refuse ce courriel.',
      hint: "Consulter l'opérateur MSSanté avec le code de la réponse, puis relancer l'envoi.",
    },
  },
];

/** ECONNREFUSED, ECONNRESET, ETIMEDOUT, EDNS, or a close: surely not delivered. */
const UNREACHABLE = {
  kind: 'retry',
  code: 'MSSANTE_UNREACHABLE',
  cause: "Le serveur MSSanté n'est pas joignable ou a coupé la liaison avant la fin de l'envoi.",
} as const satisfies FailedOutcome;

/**
 * Says what a failed submission means. The server's words stay out of the cause, since they often repeat the recipient's
 * address: only its codes are told.
 */
export function classify(failure: SmtpFailure): FailedOutcome {
  const { reply } = failure;
  const { outcome } = RULES.find(({ when }) => when(failure, reply)) ?? { outcome: UNREACHABLE };
  if (!reply) return outcome;
  const codes = [reply.status, reply.enhanced].filter(Boolean).join(' ');
  return { ...outcome, cause: `${outcome.cause} (réponse ${codes})` };
}
