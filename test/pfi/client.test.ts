import { afterEach, describe, expect, it } from 'vitest';
import { tellSender } from '../../src/pfi/client.ts';
import type { BusinessAck } from '../../src/report/business-ack.ts';
import { makeAuthority } from '../dmp/support/authority.ts';
import { MllpPeer } from '../fixtures/mllp-peer.ts';

const ACK: BusinessAck = {
  ackId: 'a-1',
  source: 'pfi',
  event: 'Z01',
  done: true,
  at: 1_772_443_800_000,
  orders: {
    reception: true,
    reading: false,
    controlId: '015',
    sender: ['SIL', 'labo'],
    receiver: ['PFI', 'org'],
    processing: 'T',
    volet: '2.1',
  },
};

let peer: MllpPeer;
afterEach(() => peer.stop());
const tell = (more = {}) =>
  tellSender({ host: '127.0.0.1', port: peer.port, timeoutMs: 5_000, ...more }, ACK, 'Europe/Paris');
const opened = async (answers: readonly string[], tls?: ConstructorParameters<typeof MllpPeer>[0]) => {
  peer = new MllpPeer(tls);
  peer.answers = answers;
  await peer.start();
};

describe('telling the sender', () => {
  it.each([
    ['AA', 'accepted'],
    ['AE', 'refused'],
    ['AR', 'retry'],
    ['silence', 'retry'],
  ])('%s: %s', async (answer, kind) => {
    await opened([answer]);
    expect((await tell()).kind).toBe(kind);
    expect(peer.received).toHaveLength(1);
  });

  it('sends the same bytes again after a lost answer', async () => {
    await opened(['silence', 'AA']);
    expect(await tell()).toMatchObject({ kind: 'retry', code: 'PFI_NO_ANSWER' });
    expect((await tell()).kind).toBe('accepted');
    expect(peer.received[0]).toBe(peer.received[1]);
  });

  it('does not read an answer that is too long to be one', async () => {
    await opened(['A'.repeat(65_536)]);
    expect(await tell()).toMatchObject({
      code: 'PFI_NO_ANSWER',
      cause: expect.stringContaining('PFI_ANSWER_TOO_LARGE'),
    });
  });

  it('says when nobody listens', async () => {
    await opened(['AA']);
    const { port } = peer;
    await peer.stop();
    expect(await tell({ port })).toMatchObject({ kind: 'retry', code: 'PFI_UNREACHABLE' });
    await peer.start();
  });

  it('shows its certificate, and believes the authority that it is given only', async () => {
    const authority = makeAuthority();
    const server = { cert: authority.server.certificate, key: authority.server.key };
    await opened(['AA'], {
      ...server,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const tls = { authorities: authority.certificate, servername: 'localhost' };
    expect((await tell({ tls: { ...tls, client: authority.client } })).kind).toBe('accepted');
    expect((await tell({ tls })).kind).toBe('retry');
    const stranger = makeAuthority();
    expect(await tell({ tls: { ...tls, authorities: stranger.certificate } })).toMatchObject({
      code: 'PFI_UNREACHABLE',
    });
    expect(peer.received).toHaveLength(1);
  });
});
