import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { reportFile } from './inputs.ts';

/** Answers to senders that each wait for theirs before they send again. */
export interface Load {
  readonly perSecond: number;
  /** Milliseconds from the last byte handed over to the answer. */
  readonly waits: readonly number[];
}

interface LoadOptions {
  readonly connections: number;
  /** Of all connections together. */
  readonly messages: number;
  /** `small`: 20 results, of which nothing is published; `report`: to be rendered; `large`: an embedded document. */
  readonly kind: 'small' | 'report' | 'large';
  readonly mebibytes?: number;
  /** Pause between messages of a connection. */
  readonly everyMs?: number;
}

let sent = 0;

export async function lockStep(port: number, options: LoadOptions): Promise<Load> {
  const waits: number[] = [];
  const start = performance.now();
  await Promise.all(Array.from({ length: options.connections }, () => sendAll(port, options, waits)));
  return { perSecond: waits.length / ((performance.now() - start) / 1_000), waits };
}

async function sendAll(port: number, options: LoadOptions, waits: number[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let answered: (answer: string) => void = () => {};
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (!text.endsWith('\x1c\r')) return;
    const answer = text;
    text = '';
    answered(answer);
  });
  const count = Math.floor(options.messages / options.connections);
  for (let n = 0; n < count; n++) {
    const message = messageOf(options);
    const from = performance.now();
    const answer = await new Promise<string>((resolve, reject) => {
      answered = resolve;
      socket.once('error', reject);
      socket.write(Buffer.concat([Buffer.of(0x0b), message, Buffer.from([0x1c, 0x0d])]));
    });
    if (!answer.includes('MSA|AA')) throw new Error(`not AA: ${answer}`);
    socket.removeAllListeners('error');
    waits.push(performance.now() - from);
    if (options.everyMs) await delay(options.everyMs);
  }
  socket.destroy();
}

function messageOf({ kind, mebibytes = 0 }: LoadOptions): Buffer {
  sent += 1;
  if (kind === 'report') return reportFile(sent).bytes;
  const head = `MSH|^~\\&|BENCH|LABO|CRBIO||20261122100000||ORU^R01|N${sent}|T|2.5\rPID|1\rOBR|1|||B^BENCH^L\r`;
  if (kind === 'large') {
    const document = Buffer.from(`%PDF-1.4\n${'x'.repeat((mebibytes * 1024 * 1024 * 3) / 4)}`).toString(
      'base64',
    );
    return Buffer.from(`${head}OBX|1|ED|PDF^PDF^L||^APPLICATION^PDF^Base64^${document}||||||F\r`);
  }
  const rows = Array.from(
    { length: 20 },
    (_, n) => `OBX|${n + 1}|NM|R${n}^RESULT ${n}^L||${n}.5|g/L|0 - 9|N|||F\r`,
  );
  return Buffer.from(head + rows.join(''));
}
