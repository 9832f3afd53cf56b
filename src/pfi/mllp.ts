import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PfiSettings } from './settings.ts';

/** HL7 v2 minimal lower layer protocol: 0x0B, the message, 0x1C 0x0D. */
const START = 0x0b;
const END = Buffer.of(0x1c, 0x0d);
/** An acknowledgement is a few hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** What one exchange came to. `code`: Node's, or ours; never a text of the peer. */
export type Exchange =
  | { readonly kind: 'answer'; readonly bytes: Buffer }
  /** Nothing was sent. */
  | { readonly kind: 'not-sent'; readonly code: string }
  /** Sent, perhaps; the answer did not come whole. */
  | { readonly kind: 'no-answer'; readonly code: string };

/** Sends one message over a connection of its own and reads one answer. Never rejects. */
export function exchange(settings: PfiSettings, message: Uint8Array): Promise<Exchange> {
  return new Promise((resolve) => {
    let sent = false;
    let held = Buffer.alloc(0);
    const socket = open(settings);
    const end = (result: Exchange) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const lost = (code: string) => end(sent ? { kind: 'no-answer', code } : { kind: 'not-sent', code });
    const timer = setTimeout(() => lost('ETIMEDOUT'), settings.timeoutMs);

    socket.once(settings.tls ? 'secureConnect' : 'connect', () => {
      sent = true;
      socket.write(Buffer.concat([Buffer.of(START), message, END]));
    });
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      const start = held.indexOf(START);
      const stop = held.indexOf(END, Math.max(start, 0));
      if (start >= 0 && stop > start) end({ kind: 'answer', bytes: held.subarray(start + 1, stop) });
      else if (held.length > MAX_ANSWER_BYTES) lost('PFI_ANSWER_TOO_LARGE');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => lost(error.code ?? 'ECONNFAILED'));
    socket.once('close', () => lost('ECONNRESET'));
  });
}

function open({ host, port, tls }: PfiSettings): Socket {
  if (!tls) return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    ca: tls.authorities,
    minVersion: 'TLSv1.2',
    ...(tls.servername ? { servername: tls.servername } : {}),
    ...(tls.client ? { cert: tls.client.certificate, key: tls.client.key } : {}),
  });
}
