import { createConnection, type NetConnectOpts } from 'node:net';
import { type Scanner, type ScanVerdict, signatureName } from './scanner.ts';

export interface ClamdSettings {
  /** Unix socket, or a port of this machine. */
  readonly at: { readonly socket: string } | { readonly host: string; readonly port: number };
  /** For the whole of one exchange (ms). */
  readonly timeoutMs: number;
  /** StreamMaxLength of clamd.conf: it closes the stream of a longer document. */
  readonly maxBytes: number;
}

/** clamd takes chunks of any length; this one keeps little in the socket's buffer. */
const CHUNK_BYTES = 64 * 1024;
const MAX_ANSWER = 4_096;

/**
 * The daemon of ClamAV, over its own protocol (clamd(8), INSTREAM): the document in chunks, each after its length on four
 * bytes, an empty one at the end; the answer is `stream: OK`, `stream: NAME FOUND`, or an error.
 */
export function createClamd({ at, timeoutMs, maxBytes }: ClamdSettings): Scanner {
  const target: NetConnectOpts = 'socket' in at ? { path: at.socket } : at;

  /** One command; resolves to the answer, or to the code of what went wrong. */
  const ask = (command: string, bytes?: Uint8Array): Promise<{ answer: string } | { code: string }> =>
    new Promise((resolve) => {
      const socket = createConnection(target);
      const timer = setTimeout(() => end({ code: 'ETIMEDOUT' }), timeoutMs);
      let answer = '';
      const end = (result: { answer: string } | { code: string }) => {
        clearTimeout(timer);
        socket.destroy();
        resolve(result);
      };
      socket.setEncoding('latin1');
      socket.on('data', (text: string) => {
        answer += text;
        if (answer.includes('\0')) end({ answer: answer.slice(0, answer.indexOf('\0')).trim() });
        else if (answer.length > MAX_ANSWER) end({ code: 'ANSWER' });
      });
      // A stream that is too long is answered, then closed while we still write.
      socket.on('error', (error: NodeJS.ErrnoException) => end({ code: error.code ?? error.name }));
      socket.on('close', () => end({ code: 'CLOSED' }));
      socket.on('connect', async () => {
        socket.write(`z${command}\0`);
        if (!bytes) return;
        for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
          const chunk = bytes.subarray(from, from + CHUNK_BYTES);
          socket.write(length(chunk.length));
          if (!socket.write(chunk)) await drained(socket);
          if (socket.destroyed) return;
        }
        socket.write(length(0));
      });
    });

  return {
    async scan(bytes): Promise<ScanVerdict> {
      if (bytes.length > maxBytes) return { state: 'too-large' };
      const result = await ask('INSTREAM', bytes);
      if ('code' in result) return { state: 'unavailable', code: result.code };
      const { answer } = result;
      if (/^stream: OK$/.test(answer)) return { state: 'clean' };
      const found = /^stream: (.+) FOUND$/.exec(answer)?.[1];
      if (found !== undefined) return { state: 'infected', signature: signatureName(found) };
      if (/size limit exceeded/i.test(answer)) return { state: 'too-large' };
      return { state: 'unavailable', code: 'ANSWER' };
    },
    async reach() {
      const result = await ask('PING');
      if ('code' in result) return { ok: false, code: result.code };
      return result.answer === 'PONG' ? { ok: true } : { ok: false, code: 'ANSWER' };
    },
  };
}

function length(bytes: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(bytes);
  return buffer;
}

function drained(socket: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.removeListener('drain', done);
      socket.removeListener('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
