import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scanner, type ScanVerdict, signatureName } from './scanner.ts';

export interface CommandSettings {
  /** Program and arguments, without a shell. `{file}` is a file with the document; without it, the document is on stdin. */
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const FILE = '{file}';
const MAX_OUTPUT = 64 * 1024;
/** Harmless: the smallest document that tells whether the command works. */
const PROBE = Buffer.from('crbio');

/**
 * An antivirus that is a program: exit code 0 clean, 1 infected (clamscan and most others), any other a failure. The file
 * that it reads lies in a folder of this user alone, which goes with it.
 */
export function createScanCommand({ argv, timeoutMs, maxBytes }: CommandSettings): Scanner {
  const run = async (bytes: Uint8Array): Promise<ScanVerdict> => {
    if (!argv.some((word) => word.includes(FILE))) return verdictOf(await runProgram(argv, timeoutMs, bytes));
    const folder = await mkdtemp(join(tmpdir(), 'antivirus-'));
    try {
      const file = join(folder, 'document');
      await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
      return verdictOf(
        await runProgram(
          argv.map((word) => word.replaceAll(FILE, file)),
          timeoutMs,
        ),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  const scan = async (bytes: Uint8Array): Promise<ScanVerdict> => {
    if (bytes.length > maxBytes) return { state: 'too-large' };
    try {
      return await run(bytes);
    } catch (error) {
      return { state: 'unavailable', code: codeOf(error) };
    }
  };
  return {
    scan,
    async reach() {
      const verdict = await scan(PROBE);
      if (verdict.state === 'clean') return { ok: true };
      return { ok: false, code: verdict.state === 'unavailable' ? verdict.code : 'PROBE' };
    },
  };
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function runProgram(argv: readonly string[], timeoutMs: number, stdin?: Uint8Array): Promise<Ended> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => {
      if (output.length < MAX_OUTPUT) output += text;
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
    // A program that has seen enough closes its input: its exit code is the verdict.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

function verdictOf({ code, output }: Ended): ScanVerdict {
  if (code === 0) return { state: 'clean' };
  if (code !== 1) return { state: 'unavailable', code: `exit ${code ?? 'signal'}` };
  const found = /:\s*(\S+)\s+FOUND\s*$/m.exec(output)?.[1];
  return { state: 'infected', signature: signatureName(found ?? '') };
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'UNKNOWN';
}
