import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createMssanteChannel } from '../../src/mssante/channel.ts';
import { MSSANTE_DEFAULTS, type MssanteSettings } from '../../src/mssante/settings.ts';
import type { ChannelAdapter, DeliveryJob, WireHooks } from '../../src/report/delivery.ts';
import { newAuthority } from '../fixtures/mssante/authority.ts';
import { NO_HOOKS, someSettings, toPatient, toProfessional } from '../fixtures/mssante/delivery.ts';
import { type OperatorOptions, refusal, startOperator } from '../fixtures/mssante/operator.ts';
import { startScript } from '../fixtures/mssante/scripted.ts';

const authority = newAuthority('AC de test');
const stranger = newAuthority('AC inconnue');
const client = authority.issue({ name: 'Laboratoire du Canal', use: 'client' });
const NOW = Date.UTC(2026, 2, 2, 15, 12, 0);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function channelTo(port: number, overrides: Partial<MssanteSettings> = {}): ChannelAdapter {
  const settings = someSettings({
    port,
    authorities: authority.certificate,
    clientCertificate: client.certificate,
    clientKey: client.key,
    ...overrides,
  });
  const channel = createMssanteChannel(settings, 'mssante-pro', { now: () => NOW });
  closing.push(() => channel.close());
  return channel;
}

async function operator(options: OperatorOptions = {}) {
  const started = await startOperator(authority, options);
  closing.push(started.stop);
  return started;
}

async function send(
  channel: ChannelAdapter,
  job: DeliveryJob = toProfessional(),
  hooks: WireHooks = NO_HOOKS,
) {
  return channel.transmit(await channel.prepare(job), job, hooks);
}

/** Hooks that write down what happens, in order, beside what the operator sees. */
function witness(events: string[]): WireHooks {
  return {
    onWire: async () => {
      events.push('on-wire');
    },
    at: (point) => events.push(point),
  };
}

describe('a delivery', () => {
  it('arrives over TLS, byte for byte, and is known by its Message-ID', async () => {
    const { port, taken, events } = await operator();
    const channel = channelTo(port);
    const job = toProfessional();
    const prepared = await channel.prepare(job);
    const outcome = await channel.transmit(prepared, job, NO_HOOKS);
    expect(outcome).toEqual({
      kind: 'accepted',
      remoteId: expect.stringMatching(/^<1\.2\.250\..*@labo\.mssante\.invalid>$/),
    });
    expect(taken).toHaveLength(1);
    expect(Buffer.compare(taken[0]?.bytes ?? Buffer.alloc(0), prepared)).toBe(0);
    expect(events[0]).toBe('mail-secure');
  });

  it('asks for delivery reports, to one recipient', async () => {
    const { port, taken } = await operator();
    const channel = channelTo(port);
    await send(channel);
    const job = toProfessional();
    expect(taken[0]?.from.address).toBe('biologie@labo.mssante.invalid');
    expect(taken[0]?.to.map(({ address }) => address)).toEqual([job.recipient]);
    expect(taken[0]?.envelope.dsn).toEqual({ ret: 'HDRS', envid: 'd-42' });
    expect(taken[0]?.to[0]?.dsn).toEqual({
      notify: ['SUCCESS', 'FAILURE', 'DELAY'],
      orcpt: `rfc822;${job.recipient}`,
    });
  });

  it('is committed as on the wire before the dot, and the dot waits for the commit', async () => {
    const { port, events } = await operator();
    const hooks = witness(events);
    const slow: WireHooks = {
      ...hooks,
      onWire: async () => {
        events.push('commit-begins');
        // Twenty turns of the loop: the operator would have seen the dot by now, had it been sent.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
        events.push('commit-ends');
      },
    };
    await send(channelTo(port), toProfessional(), slow);
    expect(events).toEqual([
      'mail-secure',
      'commit-begins',
      'commit-ends',
      'smtp:before-dot',
      'dot',
      'smtp:after-reply',
    ]);
  });

  it('is cut before the dot when the commit says that it was withdrawn', async () => {
    const { port, taken, events } = await operator();
    const withdrawn = new Error('withdrawn');
    const hooks = { ...witness(events), onWire: () => Promise.reject(withdrawn) };
    await expect(send(channelTo(port), toProfessional(), hooks)).rejects.toBe(withdrawn);
    await closing.pop()?.();
    expect(taken).toEqual([]);
    expect(events).not.toContain('dot');
    expect(events).not.toContain('smtp:before-dot');
  });

  it('to a patient goes to the address of the INS', async () => {
    const { port, taken } = await operator();
    const settings = someSettings({
      port,
      authorities: authority.certificate,
      clientCertificate: client.certificate,
      clientKey: client.key,
    });
    const channel = createMssanteChannel(settings, 'mssante-patient', { now: () => NOW });
    closing.push(() => channel.close());
    expect(await send(channel, toPatient())).toMatchObject({ kind: 'accepted' });
    expect(taken[0]?.to[0]?.address).toBe('279035121518989@patient.mssante.invalid');
  });

  it('escapes lines that begin with a dot', async () => {
    const { port, taken } = await operator();
    const texts = { first: '.\n..\n.fin', replacement: '.', withdrawal: '.' };
    const channel = channelTo(port, { texts: { ...MSSANTE_DEFAULTS.texts, 'mssante-pro': texts } });
    await send(channel);
    expect(taken[0]?.bytes.toString('latin1')).toContain('\r\n\r\n.\r\n..\r\n.fin\r\n');
  });

  it('cannot be looked up', async () => {
    const channel = channelTo(1);
    expect(await channel.lookup(new Uint8Array(0), toProfessional())).toEqual({ kind: 'unknowable' });
  });
});

describe('connections', () => {
  it('serve several mails', async () => {
    const { port, taken, connections } = await operator();
    const channel = channelTo(port);
    for (let mail = 0; mail < 5; mail++) await send(channel);
    expect([taken.length, connections()]).toEqual([5, 1]);
  });

  it('that died while idle are replaced, without a failed try', async () => {
    const { port, taken, connections, dropAll } = await operator();
    const channel = channelTo(port);
    await send(channel);
    dropAll();
    expect(await send(channel)).toMatchObject({ kind: 'accepted' });
    expect([taken.length, connections()]).toEqual([2, 2]);
  });

  it('are not used again after a failure', async () => {
    let refuse = true;
    const { port, connections } = await operator({
      onRecipient: () => (refuse ? refusal(550, '5.1.1 unknown') : undefined),
    });
    const channel = channelTo(port);
    await send(channel);
    refuse = false;
    expect(await send(channel)).toMatchObject({ kind: 'accepted' });
    expect(connections()).toBe(2);
  });

  it('carry mails at the same time', async () => {
    const { port, taken } = await operator();
    const channel = channelTo(port);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => send(channel)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(Array(6).fill('accepted'));
    expect(taken).toHaveLength(6);
  });
});

describe('a cut', () => {
  const BIG = toProfessional({ pdf: Buffer.alloc(12_000_000, 'x') });

  it('at MAIL FROM is surely not delivered', async () => {
    const events: string[] = [];
    const { port } = await operator({ onSender: () => 'drop' });
    expect(await send(channelTo(port), toProfessional(), witness(events))).toMatchObject({
      kind: 'retry',
      code: 'MSSANTE_UNREACHABLE',
    });
    expect(events).toEqual([]);
  });

  it('in the middle of the message is surely not delivered', async () => {
    const events: string[] = [];
    const { port, taken } = await operator({ onMessage: () => 'drop-at-once' });
    expect(await send(channelTo(port), BIG, witness(events))).toMatchObject({ kind: 'retry' });
    expect(events).toEqual([]);
    expect(taken).toEqual([]);
  });

  it('after the dot and before the reply is unknown; the second try sends the same bytes', async () => {
    let cut = true;
    const { port, taken, events } = await operator({ onMessage: () => (cut ? 'drop-after-dot' : undefined) });
    const channel = channelTo(port);
    const job = toProfessional();
    const prepared = await channel.prepare(job);
    expect(await channel.transmit(prepared, job, NO_HOOKS)).toMatchObject({
      kind: 'unknown',
      code: 'MSSANTE_NO_REPLY',
    });
    expect(events).toContain('dot');
    cut = false;
    expect(await channel.transmit(prepared, job, NO_HOOKS)).toMatchObject({ kind: 'accepted' });
    expect(Buffer.compare(taken[0]?.bytes ?? Buffer.alloc(0), prepared)).toBe(0);
  });

  it('is what a silent server gets once the time is over: unknown after the dot', async () => {
    const { port } = await startScript(authority, closing, { dot: () => undefined });
    const timeouts = { ...MSSANTE_DEFAULTS.timeouts, transaction: 300 };
    expect(await send(channelTo(port, { timeouts }))).toMatchObject({
      kind: 'unknown',
      code: 'MSSANTE_NO_REPLY',
    });
  });

  it('with half a reply is unknown', async () => {
    const { port } = await startScript(authority, closing, { dot: () => '250-2.0.0 almost', thenCut: true });
    expect(await send(channelTo(port))).toMatchObject({ kind: 'unknown' });
  });
});

describe('a refusal', () => {
  it.each<[string, OperatorOptions, object]>([
    [
      '550 at RCPT',
      { onRecipient: () => refusal(550, '5.1.1 unknown') },
      { kind: 'refused', code: 'MSSANTE_UNKNOWN_MAILBOX' },
    ],
    [
      '450 at RCPT',
      { onRecipient: () => refusal(450, '4.7.1 greylisted') },
      { kind: 'retry', code: 'MSSANTE_TEMPORARY' },
    ],
    [
      '451 after the dot',
      { onMessage: () => refusal(451, '4.3.0 local error') },
      { kind: 'retry', code: 'MSSANTE_TEMPORARY' },
    ],
    [
      '554 after the dot',
      { onMessage: () => refusal(554, '5.6.0 no') },
      { kind: 'refused', code: 'MSSANTE_REFUSED' },
    ],
    ['a small SIZE', { size: 1000 }, { kind: 'refused', code: 'MSSANTE_TOO_LARGE' }],
    [
      '421 for want of a certificate',
      { onSender: () => refusal(421, '4.7.1 No client certificate presented') },
      { kind: 'blocked', code: 'MSSANTE_CLIENT_CERTIFICATE' },
    ],
    ['530 at MAIL FROM', { authOptional: false }, { kind: 'blocked', code: 'MSSANTE_AUTHENTICATION' }],
  ])('%s', async (_, options, outcome) => {
    const { port, taken } = await operator(options);
    expect(await send(channelTo(port))).toMatchObject(outcome);
    expect(taken).toEqual([]);
  });

  it('of ours, before any connection: a domain outside the list', async () => {
    const { port, connections } = await operator();
    const job = toProfessional({ recipient: 'claire.durand@gmail.com' });
    expect(await send(channelTo(port), job)).toMatchObject({
      kind: 'refused',
      code: 'MSSANTE_RECIPIENT_DOMAIN',
    });
    expect(connections()).toBe(0);
  });

  it('of ours, even when the mail was prepared while the domain was allowed', async () => {
    const { port, connections } = await operator();
    const job = toProfessional();
    const prepared = await channelTo(port).prepare(job);
    const narrowed = channelTo(port, { domains: ['labo.mssante.invalid'] });
    expect(await narrowed.transmit(prepared, job, NO_HOOKS)).toMatchObject({
      kind: 'refused',
      code: 'MSSANTE_RECIPIENT_DOMAIN',
    });
    expect(connections()).toBe(0);
  });

  it('of ours for the size, which no try changes', async () => {
    const { port, connections } = await operator();
    expect(await send(channelTo(port, { maxMailBytes: 5000 }))).toMatchObject({
      kind: 'refused',
      code: 'MSSANTE_TOO_LARGE',
    });
    expect(connections()).toBe(0);
  });
});

describe('TLS', () => {
  it('is never given up: without STARTTLS nothing leaves', async () => {
    const { port, events } = await operator({ disabledCommands: ['STARTTLS'] });
    expect(await send(channelTo(port))).toMatchObject({ kind: 'blocked', code: 'MSSANTE_NO_STARTTLS' });
    expect(events).toEqual([]);
  });

  it.each<[string, Partial<MssanteSettings>]>([
    ['another authority', { authorities: stranger.certificate }],
    ['another name', { servername: 'smtp.autre.invalid' }],
  ])('refuses a server of %s', async (_, overrides) => {
    const { port, events } = await operator();
    expect(await send(channelTo(port, overrides))).toMatchObject({
      kind: 'blocked',
      code: 'MSSANTE_SERVER_CERTIFICATE',
    });
    expect(events).toEqual([]);
  });

  it('refuses an expired server', async () => {
    const expired = authority.issue({ name: 'smtp.operateur.invalid', use: 'server', expired: true });
    const { port } = await operator({ cert: expired.certificate, key: expired.key });
    expect(await send(channelTo(port))).toMatchObject({
      kind: 'blocked',
      code: 'MSSANTE_SERVER_CERTIFICATE',
    });
  });

  it('refuses TLS 1.1', async () => {
    const { port } = await operator({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(await send(channelTo(port))).toMatchObject({ kind: 'blocked', code: 'MSSANTE_TLS' });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'blocks the lane when the server wants another certificate (%s)',
    async (version) => {
      const other = stranger.issue({ name: 'Laboratoire du Canal', use: 'client' });
      const { port, taken } = await operator({ minVersion: version, maxVersion: version });
      const channel = channelTo(port, { clientCertificate: other.certificate, clientKey: other.key });
      expect(await send(channel)).toMatchObject({ kind: 'blocked', code: 'MSSANTE_CLIENT_CERTIFICATE' });
      expect(taken).toEqual([]);
    },
  );
});

describe('authentication', () => {
  const onAuth: OperatorOptions['onAuth'] = ({ username, password }, _session, callback) =>
    username === 'boite' && password === 'bon'
      ? callback(null, { user: username })
      : callback(refusal(535, '5.7.8 no'));

  it('PLAIN, after the certificate', async () => {
    const { port, taken } = await operator({ authOptional: false, onAuth });
    const authentication = { mode: 'PLAIN', user: 'boite', password: 'bon' } as const;
    expect(await send(channelTo(port, { authentication }))).toMatchObject({ kind: 'accepted' });
    expect(taken).toHaveLength(1);
  });

  it('PLAIN refused blocks the lane, and the password is told nowhere', async () => {
    const { port } = await operator({ authOptional: false, onAuth });
    const authentication = { mode: 'PLAIN', user: 'boite', password: 'mauvais' } as const;
    const outcome = await send(channelTo(port, { authentication }));
    expect(outcome).toMatchObject({ kind: 'blocked', code: 'MSSANTE_AUTHENTICATION' });
    expect(JSON.stringify(outcome)).not.toContain('mauvais');
  });

  it.each([
    ['biologie@labo.mssante.invalid', 'AUTH EXTERNAL YmlvbG9naWVAbGFiby5tc3NhbnRlLmludmFsaWQ='],
    [undefined, 'AUTH EXTERNAL ='],
  ])('EXTERNAL as %s', async (identity, command) => {
    const { port, commands } = await startScript(authority, closing, { dot: () => '250 2.0.0 Ok' });
    const authentication = { mode: 'EXTERNAL', ...(identity === undefined ? {} : { identity }) } as const;
    expect(await send(channelTo(port, { authentication }))).toMatchObject({ kind: 'accepted' });
    expect(commands).toContain(command);
  });

  it('EXTERNAL refused blocks the lane', async () => {
    const { port } = await operator();
    expect(await send(channelTo(port, { authentication: { mode: 'EXTERNAL' } }))).toMatchObject({
      kind: 'blocked',
      code: 'MSSANTE_AUTHENTICATION',
    });
  });
});

describe('a server that cannot be reached', () => {
  it('is tried again later', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    expect(await send(channelTo(port))).toMatchObject({ kind: 'retry', code: 'MSSANTE_UNREACHABLE' });
  });
});

afterAll(() => {
  expect(closing).toEqual([]);
});
