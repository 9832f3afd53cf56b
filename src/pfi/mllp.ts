import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameReader, framed } from '../mllp/frames.ts';
import type { PfiSettings } from './settings.ts';

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
    let received = 0;
    const reader = new FrameReader({ maxBytes: MAX_ANSWER_BYTES, maxKept: 0 });
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
      socket.write(framed(message));
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      const answer = reader.push(chunk).find((event) => event.kind === 'frame');
      if (answer) end({ kind: 'answer', bytes: answer.bytes });
      else if (received > MAX_ANSWER_BYTES) lost('PFI_ANSWER_TOO_LARGE');
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
