import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { FrameReader, framed } from '../../../src/mllp/frames.ts';

/** The other side of a listener: sends frames, reads answers, as a SGL does. */
export interface MllpClient {
  readonly socket: Socket;
  /** Puts bytes on the wire as they are. */
  write(bytes: Uint8Array | string): void;
  /** Puts messages on the wire, each in a frame, in one packet. */
  send(...messages: (Uint8Array | string)[]): void;
  /** The next answer. @throws when the connection ends before */
  answer(): Promise<string>;
  /** Ends our side; resolves with the answers not yet read when the other side has closed too. */
  end(): Promise<string[]>;
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
}

/** @param tls to speak TLS; rejects when the handshake fails */
export async function mllpClient(port: number, tls?: ConnectionOptions): Promise<MllpClient> {
  const socket = tls
    ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...tls })
    : connect({ port, host: '127.0.0.1' });
  const reader = new FrameReader({ maxBytes: 1 << 24, maxKept: 0 });
  const answers: string[] = [];
  const waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  socket.on('data', (chunk: Buffer) => {
    for (const event of reader.push(chunk)) {
      if (event.kind !== 'frame') throw new Error(`an answer is no frame: ${event.kind}`);
      const text = event.bytes.toString('latin1');
      const next = waiting.shift();
      if (next) next.resolve(text);
      else answers.push(text);
    }
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  void closed.then(() => {
    for (const { reject } of waiting) reject(new Error('the connection is over'));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  const bytesOf = (message: Uint8Array | string) =>
    typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
  return {
    socket,
    closed,
    write: (bytes) => void socket.write(bytesOf(bytes)),
    send: (...messages) =>
      void socket.write(Buffer.concat(messages.map((message) => framed(bytesOf(message))))),
    answer: () => {
      const ready = answers.shift();
      if (ready !== undefined) return Promise.resolve(ready);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    async end() {
      socket.end();
      await closed;
      return answers.splice(0);
    },
  };
}
