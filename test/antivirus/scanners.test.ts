import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createClamd } from '../../src/antivirus/clamd.ts';
import { createScanCommand } from '../../src/antivirus/command.ts';
import { signatureName } from '../../src/antivirus/scanner.ts';
import { hasClamd, startClamd } from '../fixtures/clamd.ts';

const MARK = 'crbio-essai-antivirus';
const INFECTED = Buffer.from(`%PDF-1.4 ${MARK}`);
const LIMITS = { timeoutMs: 20_000, maxBytes: 1024 * 1024 };

if (!hasClamd) console.log('clamd (Debian: clamav-daemon) is not installed: its own tests are skipped');

const folder = mkdtempSync(join(tmpdir(), 'antivirus-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasClamd)('clamd itself, with one signature of ours', () => {
  const socket = join(folder, 'clamd.sock');
  let stop = async () => {};
  beforeAll(async () => {
    stop = await startClamd(folder, [MARK]);
  }, 90_000);
  afterAll(() => stop());
  const clamd = createClamd({ at: { socket }, ...LIMITS });

  it('answers', async () => expect(await clamd.reach()).toEqual({ ok: true }));

  it('lets a clean document pass, in as many chunks as it takes', async () => {
    expect(await clamd.scan(Buffer.alloc(200_000, 'a'))).toEqual({ state: 'clean' });
    expect(await clamd.scan(new Uint8Array())).toEqual({ state: 'clean' });
  });

  it('names the signature of an infected one', async () => {
    expect(await clamd.scan(INFECTED)).toEqual({ state: 'infected', signature: 'Essai.1.UNOFFICIAL' });
  });

  it('never passes a document longer than it takes', async () => {
    const verdict = await clamd.scan(Buffer.alloc(900_000, 'a'));
    // clamd closes the stream: its answer, or the broken pipe, comes first.
    expect(['too-large', 'unavailable']).toContain(verdict.state);
  });
});

/** A peer that answers what it is told. */
async function aPeer(answer: (received: Buffer, socket: Socket) => void) {
  const path = join(mkdtempSync(join(folder, 'peer-')), 's');
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      answer(received, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    server.close();
  });
  return createClamd({ at: { socket: path }, timeoutMs: 300, maxBytes: 1_000_000 });
}
/** The document is over: a chunk of no length. */
const isWhole = (received: Buffer) => received.subarray(-4).equals(Buffer.alloc(4));

describe('the protocol of clamd', () => {
  it('sends the document whole, each chunk after its length', async () => {
    const document = Buffer.alloc(150_000, 'x');
    let received = Buffer.alloc(0);
    const clamd = await aPeer((bytes, socket) => {
      received = Buffer.from(bytes);
      if (isWhole(bytes)) socket.end('stream: OK\0');
    });
    expect(await clamd.scan(document)).toEqual({ state: 'clean' });
    const command = Buffer.from('zINSTREAM\0');
    expect(received.subarray(0, command.length)).toEqual(command);
    const parts: Buffer[] = [];
    for (let at = command.length; at < received.length; ) {
      const size = received.readUInt32BE(at);
      parts.push(received.subarray(at + 4, at + 4 + size));
      at += 4 + size;
    }
    expect(Buffer.concat(parts).equals(document)).toBe(true);
  });

  it.each([
    ['stream: OK\0', { state: 'clean' }],
    ['stream: Win.Test.EICAR_HDB-1 FOUND\0', { state: 'infected', signature: 'Win.Test.EICAR_HDB-1' }],
    ['INSTREAM size limit exceeded. ERROR\0', { state: 'too-large' }],
    ['stream: OK FOUND ERROR\0', { state: 'unavailable', code: 'ANSWER' }],
    ['OK\0', { state: 'unavailable', code: 'ANSWER' }],
    ['x'.repeat(10_000), { state: 'unavailable', code: 'ANSWER' }],
  ])('%j', async (answer, verdict) => {
    const clamd = await aPeer((bytes, socket) => {
      if (isWhole(bytes)) socket.end(answer);
    });
    expect(await clamd.scan(Buffer.from('a'))).toEqual(verdict);
  });

  it('a silent peer, one that hangs up, and none at all are no verdict', async () => {
    const silent = await aPeer(() => {});
    expect(await silent.scan(Buffer.from('a'))).toEqual({ state: 'unavailable', code: 'ETIMEDOUT' });
    const rude = await aPeer((_, socket) => socket.end());
    expect(await rude.scan(Buffer.from('a'))).toMatchObject({ state: 'unavailable' });
    const none = createClamd({ at: { socket: join(folder, 'none') }, ...LIMITS });
    expect(await none.scan(Buffer.from('a'))).toEqual({ state: 'unavailable', code: 'ENOENT' });
    expect(await none.reach()).toEqual({ ok: false, code: 'ENOENT' });
  });

  it('a document over our own limit is not even sent', async () => {
    const clamd = await aPeer(() => {
      throw new Error('sent');
    });
    expect(await clamd.scan(Buffer.alloc(1_000_001))).toEqual({ state: 'too-large' });
  });
});

/** A program of the test that plays the antivirus. */
function aProgram(body: string): string {
  const file = join(mkdtempSync(join(folder, 'program-')), 'scan');
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o700);
  return file;
}

describe('a command', () => {
  const grep = `if grep -q ${MARK} "$1"; then echo "$1: Essai.Crbio FOUND"; exit 1; fi`;

  it.each([
    ['on stdin', [aProgram(grep.replaceAll('"$1"', '-'))]],
    ['as a file', [aProgram(grep), '{file}']],
  ])('is given the document %s', async (_, argv) => {
    const command = createScanCommand({ argv, ...LIMITS });
    expect(await command.scan(Buffer.from('propre'))).toEqual({ state: 'clean' });
    expect(await command.scan(INFECTED)).toEqual({ state: 'infected', signature: 'Essai.Crbio' });
    expect(await command.reach()).toEqual({ ok: true });
  });

  it('leaves no document behind', async () => {
    const before = process.env.TMPDIR;
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    process.env.TMPDIR = temporary;
    onTestFinished(() => {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    });
    const seen = join(folder, 'seen');
    const command = createScanCommand({ argv: [aProgram(`stat -c %a "$1" > ${seen}`), '{file}'], ...LIMITS });
    expect(await command.scan(INFECTED)).toEqual({ state: 'clean' });
    expect(execFileSync('cat', [seen], { encoding: 'utf8' }).trim()).toBe('600');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each([
    ['another exit code', [aProgram('exit 2')], 'exit 2'],
    ['a time that is over', [aProgram('exec sleep 30')], 'ETIMEDOUT'],
    ['a program that is not there', [join(folder, 'absent')], 'ENOENT'],
  ])('%s is no verdict', async (_, argv, code) => {
    const command = createScanCommand({ argv, timeoutMs: 500, maxBytes: 100 });
    expect(await command.scan(Buffer.from('a'))).toEqual({ state: 'unavailable', code });
    expect(await command.scan(Buffer.alloc(101))).toEqual({ state: 'too-large' });
  });

  it('that reads nothing of a large document is judged by its exit code', async () => {
    const command = createScanCommand({ argv: [aProgram('exit 1')], ...LIMITS });
    expect(await command.scan(Buffer.alloc(1_000_000))).toEqual({ state: 'infected', signature: 'inconnue' });
  });
});

it('the name of a signature is a name', () => {
  expect(signatureName('Win.Test\x1b[31m EICAR')).toBe('Win.Test__31m_EICAR');
  expect(signatureName('x'.repeat(500))).toHaveLength(100);
});
