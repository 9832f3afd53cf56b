/**
 * Where in the dialogue a submission failed. `session`: connection, greeting, first EHLO; `handshake`: TLS, up to the
 * answer to the EHLO that follows it, which is when a refusal of our certificate shows.
 */
export type SmtpStep =
  | 'session'
  | 'starttls'
  | 'handshake'
  | 'authentication'
  | 'sender'
  | 'recipient'
  | 'message';

/** A server's answer (RFC 5321 §4.2, RFC 3463). The text is for matching only: it often repeats the address. */
export interface Reply {
  readonly status: number;
  /** Enhanced status, `5.1.1`. */
  readonly enhanced?: string;
  readonly text: string;
}

export interface SmtpFailure {
  readonly step: SmtpStep;
  /** True: the mail may have been taken, unless a reply says otherwise. */
  readonly dotSent: boolean;
  readonly reply?: Reply;
  /** Code of the system, of TLS or of the SMTP library: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `TOO_LARGE`… */
  readonly cause?: string;
}

/** Reads a reply, multi-line ones included; undefined when the text does not begin with a status. */
export function readReply(text: string): Reply | undefined {
  const match = /^([2-5]\d\d)(?:[ -]|$)(?:([245]\.\d{1,3}\.\d{1,3})(?=\s|$))?/.exec(text);
  if (!match) return undefined;
  return {
    status: Number(match[1]),
    ...(match[2] === undefined ? {} : { enhanced: match[2] }),
    text: text.slice(0, 2000),
  };
}
