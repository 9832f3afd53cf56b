import { describe, expect, it } from 'vitest';
import { classify } from '../../src/mssante/answers.ts';
import { readReply, type SmtpFailure, type SmtpStep } from '../../src/mssante/smtp-failure.ts';

const answered = (step: SmtpStep, text: string, dotSent = step === 'message'): SmtpFailure => {
  const reply = readReply(text);
  if (!reply) throw new Error(`no reply: ${text}`);
  return { step, dotSent, reply };
};

/** Each line of mssante.md §9 that an answer can decide. */
describe('an answer of the server', () => {
  it.each<[SmtpStep, string, string, string]>([
    [
      'sender',
      '421 4.7.1 <h>: Client host rejected: No client certificate presented',
      'blocked',
      'MSSANTE_CLIENT_CERTIFICATE',
    ],
    ['session', '421 4.3.2 Service not available, closing', 'retry', 'MSSANTE_TEMPORARY'],
    ['recipient', '450 4.7.1 Greylisted, try again', 'retry', 'MSSANTE_TEMPORARY'],
    ['message', '451 4.3.0 Local error', 'retry', 'MSSANTE_TEMPORARY'],
    ['recipient', '452 4.2.2 Mailbox full', 'retry', 'MSSANTE_MAILBOX_FULL'],
    ['recipient', '422 Mailbox full', 'retry', 'MSSANTE_MAILBOX_FULL'],
    ['message', '552 5.2.2 Over quota', 'refused', 'MSSANTE_MAILBOX_FULL'],
    ['authentication', '535 5.7.8 Authentication failed', 'blocked', 'MSSANTE_AUTHENTICATION'],
    ['sender', '530 5.7.0 Authentication required', 'blocked', 'MSSANTE_AUTHENTICATION'],
    ['authentication', '454 4.7.0 Temporary authentication failure', 'retry', 'MSSANTE_TEMPORARY'],
    ['authentication', '504 5.5.4 Unrecognized authentication type', 'blocked', 'MSSANTE_AUTHENTICATION'],
    ['starttls', '502 5.5.1 Command not implemented', 'blocked', 'MSSANTE_NO_STARTTLS'],
    ['starttls', '454 4.7.0 TLS not available', 'retry', 'MSSANTE_TEMPORARY'],
    ['recipient', '550 5.1.1 <x>: User unknown', 'refused', 'MSSANTE_UNKNOWN_MAILBOX'],
    ['recipient', '550 5.1.2 Bad destination', 'refused', 'MSSANTE_UNKNOWN_MAILBOX'],
    ['recipient', '553 Mailbox name not allowed', 'refused', 'MSSANTE_UNKNOWN_MAILBOX'],
    ['recipient', '550 5.2.1 Mailbox disabled', 'refused', 'MSSANTE_MAILBOX_CLOSED'],
    ['message', '552 5.3.4 Message too big', 'refused', 'MSSANTE_TOO_LARGE'],
    ['message', '552 Message too big', 'refused', 'MSSANTE_TOO_LARGE'],
    ['message', '523 Message length exceeds limit', 'refused', 'MSSANTE_TOO_LARGE'],
    ['sender', '554 5.7.1 not in the trust list', 'blocked', 'MSSANTE_SENDER_REFUSED'],
    ['recipient', '554 5.7.1 <x>: Relay access denied', 'blocked', 'MSSANTE_SENDER_REFUSED'],
    ['recipient', '550 5.7.1 Sender address rejected', 'blocked', 'MSSANTE_SENDER_REFUSED'],
    ['message', '550 5.7.1 Rejected by policy', 'refused', 'MSSANTE_POLICY'],
    ['recipient', '541 Rejected', 'refused', 'MSSANTE_POLICY'],
    ['recipient', '503 5.5.1 Bad sequence of commands', 'retry', 'MSSANTE_TEMPORARY'],
    ['message', '554 Transaction failed', 'refused', 'MSSANTE_REFUSED'],
  ])('at %s, %j is %s %s', (step, text, kind, code) => {
    expect(classify(answered(step, text))).toMatchObject({ kind, code });
  });

  it('tells its codes and never its words, which repeat the address', () => {
    const outcome = classify(answered('recipient', '550 5.1.1 <279035121518989@patient.mssante.fr> unknown'));
    expect(JSON.stringify(outcome)).not.toContain('279035121518989');
    expect(outcome.cause).toMatch(/\(réponse 550 5\.1\.1\)$/);
  });
});

describe('a failure without answer', () => {
  it.each<[string, boolean, string, string]>([
    ['ECONNREFUSED', false, 'retry', 'MSSANTE_UNREACHABLE'],
    ['EDNS', false, 'retry', 'MSSANTE_UNREACHABLE'],
    ['ETIMEDOUT', false, 'retry', 'MSSANTE_UNREACHABLE'],
    ['SELF_SIGNED_CERT_IN_CHAIN', false, 'blocked', 'MSSANTE_SERVER_CERTIFICATE'],
    ['CERT_HAS_EXPIRED', false, 'blocked', 'MSSANTE_SERVER_CERTIFICATE'],
    ['CERT_REVOKED', false, 'blocked', 'MSSANTE_SERVER_CERTIFICATE'],
    ['UNABLE_TO_GET_CRL', false, 'blocked', 'MSSANTE_SERVER_CERTIFICATE'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'blocked', 'MSSANTE_SERVER_CERTIFICATE'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', false, 'blocked', 'MSSANTE_CLIENT_CERTIFICATE'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', false, 'blocked', 'MSSANTE_CLIENT_CERTIFICATE'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', false, 'blocked', 'MSSANTE_CLIENT_CERTIFICATE'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false, 'blocked', 'MSSANTE_TLS'],
    // Once the dot has left, no failure is certain.
    ['ECONNRESET', true, 'unknown', 'MSSANTE_NO_REPLY'],
    ['ETIMEDOUT', true, 'unknown', 'MSSANTE_NO_REPLY'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', true, 'unknown', 'MSSANTE_NO_REPLY'],
  ])('%s, dot sent: %s, is %s %s', (cause, dotSent, kind, code) => {
    expect(classify({ step: 'session', dotSent, cause })).toMatchObject({ kind, code });
  });

  it('during the handshake is about our certificate, unless it is a silence', () => {
    expect(classify({ step: 'handshake', dotSent: false, cause: 'ECONNECTION' })).toMatchObject({
      kind: 'blocked',
      code: 'MSSANTE_CLIENT_CERTIFICATE',
    });
    expect(classify({ step: 'handshake', dotSent: false, cause: 'ETIMEDOUT' }).kind).toBe('retry');
  });

  it('with nothing known at all is retried before the dot and unknown after it', () => {
    expect(classify({ step: 'session', dotSent: false }).kind).toBe('retry');
    expect(classify({ step: 'session', dotSent: true }).kind).toBe('unknown');
  });
});

describe('reading a reply', () => {
  it.each([
    ['250 2.0.0 Ok: queued', { status: 250, enhanced: '2.0.0' }],
    ['550-5.1.1 unknown\n550 5.1.1 user', { status: 550, enhanced: '5.1.1' }],
    ['421', { status: 421 }],
    ['354 3 go', { status: 354 }],
  ])('%j', (text, reply) => {
    expect(readReply(text)).toEqual({ ...reply, text });
  });

  it.each(['', 'handshake', '55', '999 x', '1234'])('%j is none', (text) => {
    expect(readReply(text)).toBeUndefined();
  });
});
