import { Agent, request } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { HttpAnswer } from './answers.ts';
import type { HttpBody } from './mtom.ts';
import type { DmpSettings } from './settings.ts';

/** What became of one HTTP exchange: whether the DMP may have acted is the question that matters. */
export type Exchange =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  /** Not one byte of the request left. `tls`: the handshake failed, a person must act. */
  | { readonly kind: 'not-sent'; readonly code: string; readonly tls: boolean }
  /** Sent, at least in part, and no whole answer came back. */
  | { readonly kind: 'no-answer'; readonly code: string };

export interface Transport {
  /** @param service path under the DMP's URL: `repository`, `registry`, `patients` */
  post(service: string, body: HttpBody): Promise<Exchange>;
  close(): void;
}

/** The suites that the DMP asks for (PDT-579; dmp.md §2). */
const CIPHERS = [
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-SHA384',
].join(':');

/** HTTPS with mutual TLS and kept-alive connections. Nothing is retried here. */
export function createTransport(settings: DmpSettings): Transport {
  const { options } = settings;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: options.maxConnections,
    cert: settings.client.certificate,
    key: settings.client.key,
    ca: settings.ca,
    ciphers: CIPHERS,
    // TLS 1.2 exactly (dmp.md §2). In 1.3 a client learns that its certificate is refused after it has sent the
    // request: "not sent" could not be told from "unknown".
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  return {
    post: (service, body) => post(agent, `${settings.url}/${service}`, body, settings),
    close: () => agent.destroy(),
  };
}

function post(agent: Agent, url: string, body: HttpBody, { options }: DmpSettings): Promise<Exchange> {
  return new Promise((resolve) => {
    let mayHaveLeft = false;
    let failure: string | undefined;
    let timer: NodeJS.Timeout;
    const outgoing = request(url, {
      agent,
      method: 'POST',
      headers: {
        'Content-Type': body.contentType,
        'Content-Length': body.chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
        Accept: 'application/soap+xml, multipart/related, text/xml',
      },
    });
    const giveUp = (code: string) => {
      failure = code;
      outgoing.destroy();
    };
    const settle = (exchange: Exchange) => {
      clearTimeout(timer);
      resolve(exchange);
    };
    timer = setTimeout(() => giveUp('DMP_CONNECT_TIMEOUT'), options.connectTimeoutMs);

    const connected = () => {
      // From the end of the handshake on, bytes may be on their way.
      mayHaveLeft = true;
      clearTimeout(timer);
      timer = setTimeout(() => giveUp('DMP_ANSWER_TIMEOUT'), options.answerTimeoutMs);
    };
    outgoing.once('socket', (socket) => {
      if (outgoing.reusedSocket || !(socket instanceof TLSSocket)) connected();
      else socket.once('secureConnect', connected);
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      const code = failure ?? error.code ?? 'DMP_CONNECTION';
      settle(mayHaveLeft ? { kind: 'no-answer', code } : { kind: 'not-sent', code, tls: isTlsFailure(code) });
    });
    outgoing.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > options.maxAnswerBytes) giveUp('DMP_ANSWER_TOO_LARGE');
        else chunks.push(chunk);
      });
      response.once('end', () =>
        settle({
          kind: 'answer',
          answer: {
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks),
          },
        }),
      );
      // Cut before its end: a truncated answer says nothing.
      response.once('close', () => {
        if (!response.complete) settle({ kind: 'no-answer', code: failure ?? 'DMP_ANSWER_TRUNCATED' });
      });
      response.once('error', () => undefined);
    });
    for (const chunk of body.chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

/** A certificate, ours or the server's, is refused: trying again does not help. */
function isTlsFailure(code: string): boolean {
  return /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/.test(
    code,
  );
}
