import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MemoryBudget } from '../../../src/intake/mllp/memory-budget.ts';
import { subjectPattern } from '../../../src/intake/mllp/peers.ts';
import { type Listener, type ListenerTls, listenMllp } from '../../../src/intake/mllp/server.ts';
import { type Authority, type Credential, createAuthority } from '../../../src/sandbox/authority.ts';
import { mllpClient } from './mllp-client.ts';

let authority: Authority;
let server: Credential;
let client: Credential;
let stranger: Credential;
const listeners: Listener[] = [];

beforeAll(async () => {
  authority = await createAuthority(new Date());
  const other = await createAuthority(new Date());
  const organisation = { id: '1750000001', name: 'LABO' };
  [server, client, stranger] = await Promise.all([
    authority.issue({ kind: 'server', names: ['localhost'], addresses: ['127.0.0.1'] }),
    authority.issue({ kind: 'ORG_AUTH_CLI', organisation, commonName: 'sgl.labo' }),
    other.issue({ kind: 'ORG_AUTH_CLI', organisation, commonName: 'sgl.labo' }),
  ]);
}, 60_000);
afterAll(() => Promise.all(listeners.map((listener) => listener.stop())));

/** A listener that answers each frame with its own bytes. */
async function anEcho(tls: Partial<ListenerTls> = {}) {
  const refusals: string[] = [];
  const listener = await listenMllp(
    {
      host: '127.0.0.1',
      port: 0,
      maxBytes: 100_000,
      maxConnections: 8,
      idleMs: 60_000,
      frameMs: 60_000,
      allowedPeers: ['127.0.0.0/8'],
      tls: { ...server, clientSubjects: [], ...tls },
    },
    {
      frame: (bytes) => Promise.resolve(Buffer.from(bytes)),
      stray: () => Promise.resolve(undefined),
      refused: (why) => void refusals.push(why),
    },
    new MemoryBudget(1 << 20),
  );
  if ('code' in listener) throw new Error(listener.cause);
  listeners.push(listener);
  const ca = authority.chain;
  return { port: listener.port, refusals, ca };
}

const mutual = () => ({ clientAuthorities: authority.chain });
const patterns = (text: string) => [subjectPattern(text) ?? []];

describe('TLS', () => {
  it('frames come and go', async () => {
    const { port, ca } = await anEcho();
    const sender = await mllpClient(port, { ca });
    sender.send('MSH|1', 'MSH|2');
    expect(await sender.answer()).toBe('MSH|1');
    expect(await sender.answer()).toBe('MSH|2');
    await sender.end();
  });

  it('an older TLS is refused', async () => {
    const { port, ca } = await anEcho();
    await expect(mllpClient(port, { ca, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });

  it('a client certificate of ours is taken, with the subject that is asked for', async () => {
    const { port, ca } = await anEcho({
      ...mutual(),
      clientSubjects: patterns('CN=sgl.labo, OU=1750000001'),
    });
    const sender = await mllpClient(port, { ca, cert: client.certificate, key: client.key });
    sender.send('MSH|1');
    expect(await sender.answer()).toBe('MSH|1');
    await sender.end();
  });

  it.each([
    ['no certificate', () => ({}), {}, 'PEER_CERTIFICATE'],
    [
      'one of another authority',
      () => ({ cert: stranger.certificate, key: stranger.key }),
      {},
      'PEER_CERTIFICATE',
    ],
    [
      'another subject',
      () => ({ cert: client.certificate, key: client.key }),
      { clientSubjects: patterns('CN=other') },
      'PEER_SUBJECT',
    ],
  ])('%s: turned away', async (_name, credential, more, why) => {
    const { port, ca, refusals } = await anEcho({ ...mutual(), ...more });
    // In TLS 1.3 the client believes itself connected before the server has judged its certificate.
    const sender = await mllpClient(port, { ca, ...credential() }).catch(() => undefined);
    sender?.send('MSH|1');
    await expect(sender?.answer() ?? Promise.reject(new Error('over'))).rejects.toThrow();
    await vi.waitFor(() => expect(refusals).toEqual([why]));
  });

  it('unusable files and a taken port are told', async () => {
    const options = {
      host: '127.0.0.1',
      maxBytes: 1_000,
      maxConnections: 1,
      idleMs: 1_000,
      frameMs: 1_000,
      allowedPeers: [],
    };
    const handler = {
      frame: () => Promise.resolve(undefined),
      stray: () => Promise.resolve(undefined),
      refused: () => {},
    };
    const { port } = await anEcho();
    const budget = new MemoryBudget(1_000);
    expect(await listenMllp({ ...options, port }, handler, budget)).toMatchObject({ code: 'MLLP_ADDRESS' });
    const tls = { certificate: server.certificate, key: client.key, clientSubjects: [] };
    expect(await listenMllp({ ...options, port: 0, tls }, handler, budget)).toMatchObject({
      code: 'MLLP_TLS',
    });
  });
});
