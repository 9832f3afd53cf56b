import { Agent, get } from 'node:https';
import type { DirectoryEntry } from '../report/directory-entry.ts';
import { readBundle } from './fhir.ts';

export interface DirectoryApiSettings {
  /** Base of the FHIR server, without a final `/`. */
  readonly url: string;
  /** Sent as ESANTE-API-KEY; never logged. */
  readonly key: string;
  /** PEM; absent: the authorities of the system. */
  readonly authorities?: string;
  /** Of one question, from the connection to the last byte. */
  readonly timeoutMs: number;
}

/** The directory's FHIR API, asked one professional at a time, in the background. */
export interface DirectoryApi {
  /** Asks when its turn comes; `answered` is called only with a whole answer. The same number waits once. */
  ask(idNat: string, answered: (entries: readonly DirectoryEntry[]) => void): void;
  close(): void;
}

export interface DirectoryApiDependencies {
  readonly now: () => number;
  /** A question failed: the others wait {@link PAUSE_MS}. */
  readonly failed: (code: ApiFailure) => void;
}

export type ApiFailure =
  | 'DIRECTORY_API_KEY'
  | 'DIRECTORY_API_BUSY'
  | 'DIRECTORY_API_TIMEOUT'
  | 'DIRECTORY_API_UNREACHABLE'
  | 'DIRECTORY_API_ANSWER';

/** A professional has a handful of activities: a larger answer is not one. */
const MAX_ANSWER_BYTES = 2 * 2 ** 20;
/** Beyond it new questions are dropped; a later report asks again. */
const MAX_WAITING = 1_000;
/** The API counts calls: a failure is not answered with more of them. */
export const PAUSE_MS = 60_000;

export function createDirectoryApi(
  settings: DirectoryApiSettings,
  { now, failed }: DirectoryApiDependencies,
): DirectoryApi {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 1,
    minVersion: 'TLSv1.2',
    ...(settings.authorities ? { ca: settings.authorities } : {}),
  });
  const waiting = new Map<string, (entries: readonly DirectoryEntry[]) => void>();
  let busy = false;
  let closed = false;
  let pausedUntil = 0;

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let next = first(waiting); next && !closed; next = first(waiting)) {
      const [idNat, answered] = next;
      const answer = await question(settings, agent, idNat);
      waiting.delete(idNat);
      if (closed) break;
      if (typeof answer !== 'string') answered(answer);
      else {
        pausedUntil = now() + PAUSE_MS;
        waiting.clear();
        failed(answer);
      }
    }
    busy = false;
  };

  return {
    ask(idNat, answered) {
      if (closed || now() < pausedUntil || waiting.size >= MAX_WAITING || waiting.has(idNat)) return;
      waiting.set(idNat, answered);
      void work();
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

function first<K, V>(map: ReadonlyMap<K, V>): readonly [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}

/** One HTTPS question; every way that it can fail is a code. */
function question(
  { url, key, timeoutMs }: DirectoryApiSettings,
  agent: Agent,
  idNat: string,
): Promise<readonly DirectoryEntry[] | ApiFailure> {
  const asked = new URL(`${url}/Practitioner`);
  asked.searchParams.set('identifier', idNat);
  asked.searchParams.set('_revinclude', 'PractitionerRole:practitioner');
  return new Promise((resolve) => {
    const request = get(asked, {
      agent,
      headers: { 'ESANTE-API-KEY': key, Accept: 'application/fhir+json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.name === 'AbortError' ? 'DIRECTORY_API_TIMEOUT' : 'DIRECTORY_API_UNREACHABLE'),
    );
    request.once('response', (response) => {
      const { statusCode = 0 } = response;
      if (statusCode !== 200) {
        response.resume();
        resolve(failureOf(statusCode));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        chunks.push(chunk);
        if (size > MAX_ANSWER_BYTES) {
          resolve('DIRECTORY_API_ANSWER');
          request.destroy();
        }
      });
      response.once('error', (error) =>
        resolve(error.name === 'AbortError' ? 'DIRECTORY_API_TIMEOUT' : 'DIRECTORY_API_ANSWER'),
      );
      response.once('end', () =>
        resolve(readBundle(Buffer.concat(chunks).toString('utf8'), idNat) ?? 'DIRECTORY_API_ANSWER'),
      );
    });
  });
}

function failureOf(status: number): ApiFailure {
  if (status === 401 || status === 403) return 'DIRECTORY_API_KEY';
  return status === 429 || status >= 500 ? 'DIRECTORY_API_BUSY' : 'DIRECTORY_API_ANSWER';
}
