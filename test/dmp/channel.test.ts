import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDmpChannel } from '../../src/dmp/channel.ts';
import { DEFAULT_DMP_OPTIONS, type DmpOptions } from '../../src/dmp/settings.ts';
import type { ChannelAdapter, DeliveryJob } from '../../src/report/delivery.ts';
import { bareCda, selfPresentingCda } from '../fixtures/xds/cda.ts';
import { makeAuthority, type TestAuthority } from './support/authority.ts';
import {
  FakeDmp,
  failure,
  fault,
  found,
  type PatientAnswer,
  patient,
  type Script,
  soap,
  success,
} from './support/fake-dmp.ts';
import { deliveryJob, dmpSettings, HOMOLOGATION, NOW } from './support/settings.ts';

let authority: TestAuthority;
let dmp: FakeDmp;
let channel: ChannelAdapter;
let logged: string[];
let happened: string[];
let clock = NOW;

beforeAll(() => {
  authority = makeAuthority();
});
beforeEach(async () => {
  dmp = new FakeDmp(authority);
  await dmp.start();
  clock = NOW;
  logged = [];
  happened = [];
  channel = open();
});
afterEach(async () => {
  await channel.close();
  await dmp.stop();
});

const noTest = { enabled: false, cacheMs: 0 };

function open(options: Partial<DmpOptions> = { existenceTest: noTest }, url = dmp.url): ChannelAdapter {
  return createDmpChannel(dmpSettings(authority, options, url), {
    now: () => clock,
    uuid: () => randomUUID(),
    log: { warn: (event, fields) => logged.push(JSON.stringify([event, fields])) },
  });
}

const hooks = {
  onWire: async () => {
    happened.push(`on-wire after ${dmp.received.length}`);
  },
  at: (point: string) => {
    happened.push(point);
  },
};

async function deliver(job: DeliveryJob = deliveryJob(), on = channel) {
  const prepared = await on.prepare(job);
  return on.transmit(prepared, job, hooks);
}

const text = (index = -1) => dmp.received.at(index)?.body.toString('utf8') ?? '';

describe('a deposit', () => {
  it('sends the document byte for byte with its metadata and signature, and is accepted', async () => {
    dmp.scripts.repository?.push(success);
    const job = deliveryJob({ confidentiality: ['MASQUE_PS'] });
    expect(await deliver(job)).toEqual({ kind: 'accepted' });
    const [request] = dmp.received;
    expect(request?.path).toBe('/services/repository');
    expect(request?.contentType).toMatch(
      /^multipart\/related; boundary="([^"]+)"; type="application\/xop\+xml"; start="<root\.\1@crbio>"; start-info="application\/soap\+xml"; action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"$/,
    );
    const parts = splitParts(
      request?.body ?? Buffer.alloc(0),
      /boundary="([^"]+)"/.exec(request?.contentType ?? '')?.[1] ?? '',
    );
    expect(parts.map(({ head }) => /Content-ID: <([^>]*)>/.exec(head)?.[1]?.replace(/\.[^@]*/, ''))).toEqual([
      'root@crbio',
      'doc1@crbio',
      'sig1@crbio',
    ]);
    expect(parts[1]?.bytes.equals(Buffer.from(job.cda))).toBe(true);
    expect(text()).toContain('nodeRepresentation="MASQUE_PS"');
    expect(text()).not.toContain('AssociationType:RPLC');
  });

  it('commits "on the wire" before the first byte, and passes the named points in order', async () => {
    dmp.scripts.repository?.push(success);
    await deliver();
    expect(happened).toEqual(['on-wire after 0', 'dmp:before-send', 'dmp:after-answer']);
  });

  it('sends nothing when the delivery was withdrawn meanwhile', async () => {
    const job = deliveryJob();
    const withdrawn = { ...hooks, onWire: () => Promise.reject(new Error('withdrawn')) };
    await expect(channel.transmit(await channel.prepare(job), job, withdrawn)).rejects.toThrow('withdrawn');
    expect(dmp.received).toHaveLength(0);
  });

  it('is the same lot at each try, under a fresh VIHF and MessageID', async () => {
    dmp.scripts.repository?.push(success, success);
    const job = deliveryJob();
    const prepared = await channel.prepare(job);
    await channel.transmit(prepared, job, hooks);
    clock += 3_600_000;
    await channel.transmit(prepared, job, hooks);
    const [first, second] = dmp.received.map(({ body }) => body.toString('utf8'));
    const lot = (message = '') =>
      /<lcm:SubmitObjectsRequest[\s\S]*<\/lcm:SubmitObjectsRequest>/.exec(message)?.[0];
    const id = (message = '') => /<saml:Assertion[^>]* ID="([^"]*)"/.exec(message)?.[1];
    expect(lot(second)).toBe(lot(first));
    expect(id(second)).not.toBe(id(first));
    expect(dmp.received[1]?.messageId).not.toBe(dmp.received[0]?.messageId);
    expect(second).toContain('IssueInstant="2026-03-02T09:20:00.500Z"');
  });

  it('prepares the same bytes again after a crash, and other identifiers for another delivery', async () => {
    const [once, again, other] = await Promise.all([
      channel.prepare(deliveryJob()),
      channel.prepare(deliveryJob()),
      channel.prepare(deliveryJob({ deliveryId: 'd-2' })),
    ]);
    expect(Buffer.from(again).equals(Buffer.from(once))).toBe(true);
    expect(Buffer.from(other).equals(Buffer.from(once))).toBe(false);
  });

  it('keeps creation ≤ submission ≤ VIHF when the clock of the SGL is ahead', async () => {
    clock = Date.UTC(2026, 2, 2, 8, 15, 0);
    dmp.scripts.repository?.push(success);
    await deliver();
    expect(text()).toContain('<rim:Slot name="submissionTime"><rim:ValueList><rim:Value>20260302081530<');
    expect(text()).toContain('IssueInstant="2026-03-02T08:15:30.000Z"');
  });

  it('asks for a secret connection', async () => {
    dmp.scripts.repository?.push(success);
    await deliver(deliveryJob({ secretConnection: true }));
    expect(text()).toContain('INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13');
  });

  it.each([
    ['no INS', bareCda({ ins: false }), 'DMP_INS_MISSING'],
    [
      'a biologist without RPPS',
      bareCda({ authenticatorRoot: '1.2.250.1.999.9' }),
      'DMP_SUBJECT_NOT_NATIONAL',
    ],
    ['a biologist without profession', bareCda({ profession: '' }), 'DMP_SUBJECT_PROFESSION'],
    ['a damaged body', bareCda({ body: '<title>' }), 'DMP_DOCUMENT_NOT_XML'],
  ])('is refused before anything is sent for %s', async (_, cda, code) => {
    expect(await deliver(deliveryJob({ cda }))).toMatchObject({ kind: 'refused', code });
    expect(dmp.received).toHaveLength(0);
    expect(happened).toEqual([]);
  });

  it('never sends another document than the one that was signed', async () => {
    const prepared = await channel.prepare(deliveryJob());
    const other = deliveryJob({ cda: selfPresentingCda({ family: 'AUTRE' }) });
    expect(await channel.transmit(prepared, other, hooks)).toMatchObject({ code: 'DMP_LOT_MISMATCH' });
    expect(dmp.received).toHaveLength(0);
  });
});

describe('the answer to a deposit', () => {
  const html: Script = (_, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>Portail');
  const status =
    (code: number): Script =>
    (_, response) =>
      response.writeHead(code).end('indisponible');
  const reset: Script = (_request, _response, socket) => socket.destroy();
  const truncated: Script = (_request, response, socket) => {
    response.writeHead(200, { 'Content-Type': 'application/soap+xml', 'Content-Length': 5000 });
    response.write('<soap:Envelope', () => socket.destroy());
  };
  const otherRequest: Script = (request, response, socket) =>
    success({ ...request, messageId: 'urn:uuid:other' }, response, socket);
  const warning = soap(
    '<rs:RegistryResponse xmlns:rs="r" status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"><rs:RegistryErrorList><rs:RegistryError errorCode="XDSExtraMetadataNotSaved" severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"/></rs:RegistryErrorList></rs:RegistryResponse>',
  );
  const multipart: Script = (request, response) =>
    response
      .writeHead(200, { 'Content-Type': 'multipart/related; type="application/xop+xml"; boundary="b"' })
      .end(
        `--b\r\nContent-Type: application/xop+xml\r\n\r\n<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><RelatesTo>${request.messageId}</RelatesTo></s:Header><s:Body><RegistryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/></s:Body></s:Envelope>\r\n--b--\r\n`,
      );

  it.each<[string, Script, object]>([
    ['Success', success, { kind: 'accepted' }],
    ['Success in a multipart', multipart, { kind: 'accepted' }],
    ['Success with a warning', warning, { kind: 'accepted', warnings: ['XDSExtraMetadataNotSaved'] }],
    ['reset after the request', reset, { kind: 'unknown', code: 'DMP_NO_ANSWER' }],
    ['a truncated answer', truncated, { kind: 'unknown', code: 'DMP_NO_ANSWER' }],
    ['an HTML page', html, { kind: 'unknown', code: 'DMP_ANSWER_UNREADABLE' }],
    ['an answer to another request', otherRequest, { kind: 'unknown', code: 'DMP_ANSWER_UNREADABLE' }],
    ['503', status(503), { kind: 'retry', code: 'DMP_HTTP_503' }],
    ['429', status(429), { kind: 'retry', code: 'DMP_HTTP_429' }],
    ['500 without SOAP', status(500), { kind: 'unknown', code: 'DMP_HTTP_500' }],
    ['502', status(502), { kind: 'unknown', code: 'DMP_HTTP_502' }],
    ['403', status(403), { kind: 'blocked', code: 'DMP_HTTP_403' }],
    [
      '500 with a Fault on the certificate',
      fault('Sender', 'DMPInvalidCertificate'),
      { kind: 'blocked', code: 'DMPInvalidCertificate' },
    ],
    ['a Fault on the structure', fault('Sender', '', 'PS et structure non liés'), { kind: 'blocked' }],
    ['a Receiver fault', fault('Receiver', ''), { kind: 'unknown', code: 'DMP_FAULT' }],
    ['a Sender fault nobody knows', fault('Sender', 'DMPAutre'), { kind: 'refused', code: 'DMPAutre' }],
    [
      'a failure with status 500',
      failure('XDSRegistryMetadataError', '', 500),
      { kind: 'refused', code: 'XDSRegistryMetadataError' },
    ],
    ['busy', failure('XDSRepositoryBusy'), { kind: 'retry', code: 'XDSRepositoryBusy' }],
    ['an internal error', failure('XDSRegistryError'), { kind: 'unknown', code: 'XDSRegistryError' }],
    [
      'a duplicate',
      failure('XDSDuplicateUniqueIdInRegistry'),
      { kind: 'refused', code: 'XDSDuplicateUniqueIdInRegistry' },
    ],
    ['another hash', failure('XDSNonIdenticalHash'), { kind: 'refused', code: 'XDSNonIdenticalHash' }],
    ['no DMP', failure('XDSUnknownPatientId'), { kind: 'refused', code: 'XDSUnknownPatientId' }],
    ['a closed DMP', failure('DMPClosed'), { kind: 'refused', code: 'DMPClosed' }],
    ['a code nobody knows', failure('DMPNouveau'), { kind: 'refused', code: 'DMPNouveau' }],
  ])('%s', async (_, script, expected) => {
    dmp.scripts.repository?.push(script);
    expect(await deliver()).toMatchObject(expected);
  });

  it('that never comes is an unknown outcome', async () => {
    await channel.close();
    channel = open({ existenceTest: noTest, answerTimeoutMs: 100 });
    dmp.scripts.repository?.push(() => undefined);
    expect(await deliver()).toMatchObject({
      kind: 'unknown',
      cause: expect.stringContaining('DMP_ANSWER_TIMEOUT'),
    });
  });

  it('that has no end is cut', async () => {
    await channel.close();
    channel = open({ existenceTest: noTest, maxAnswerBytes: 1000 });
    dmp.scripts.repository?.push((_, response) => response.end('x'.repeat(100_000)));
    expect(await deliver()).toMatchObject({ kind: 'unknown', cause: expect.stringContaining('TOO_LARGE') });
  });

  it('quotes the DMP without the patient', async () => {
    const context = 'Patient MARTIN-DUVAL Zoé, INS 279035121518989. document 1.2.250.1.999.7.1.1 refusé';
    dmp.scripts.repository?.push(failure('XDSRegistryMetadataError', context));
    const outcome = await deliver();
    expect(outcome).toMatchObject({ cause: expect.stringContaining('document 1.2.250.1.999.7.1.1 refusé') });
    expect(JSON.stringify(outcome)).not.toMatch(/MARTIN|DUVAL|Zoé|279035/i);
  });
});

describe('a connection that fails before a byte has left', () => {
  it('is worth trying again when nobody listens', async () => {
    const probe = createTcpServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const closed = open({ existenceTest: noTest }, `https://127.0.0.1:${port}/services`);
    expect(await deliver(deliveryJob(), closed)).toMatchObject({ kind: 'retry', code: 'DMP_UNREACHABLE' });
    await closed.close();
  });

  it('is worth trying again when the handshake does not end', async () => {
    const silent = createTcpServer((socket) => socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const stuck = open(
      { existenceTest: noTest, connectTimeoutMs: 100 },
      `https://127.0.0.1:${port}/services`,
    );
    expect(await deliver(deliveryJob(), stuck)).toMatchObject({ kind: 'retry', code: 'DMP_UNREACHABLE' });
    await stuck.close();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('stops the channel when the server is not who it should be', async () => {
    const stranger = makeAuthority();
    const wary = createDmpChannel(
      { ...dmpSettings(authority, { existenceTest: noTest }, dmp.url), ca: stranger.certificate },
      { now: () => clock, uuid: randomUUID },
    );
    expect(await deliver(deliveryJob(), wary)).toMatchObject({ kind: 'blocked', code: 'DMP_TLS' });
    expect(dmp.received).toHaveLength(0);
    await wary.close();
  });
});

describe('a replacement', () => {
  const job = deliveryJob({
    version: 2,
    replaces: '1.2.250.1.999.7.1.0',
    cda: selfPresentingCda({ replaces: '1.2.250.1.999.7.1.0' }),
  });

  it('looks the entryUUID up just before, and replaces it', async () => {
    dmp.scripts.registry?.push(found('urn:uuid:aaaa'));
    dmp.scripts.repository?.push(success);
    expect(await deliver(job)).toEqual({ kind: 'accepted' });
    expect(text(0)).toContain("('1.2.250.1.999.7.1.0')");
    expect(text(1)).toMatch(
      /associationType="urn:ihe:iti:2007:AssociationType:RPLC" sourceObject="Doc01" targetObject="urn:uuid:aaaa"/,
    );
    expect(happened[0]).toBe('on-wire after 1');
  });

  it('becomes a first deposit when the other is not there, and says so', async () => {
    dmp.scripts.registry?.push(found());
    dmp.scripts.repository?.push(success);
    expect(await deliver(job)).toEqual({ kind: 'accepted' });
    expect(text()).not.toContain('AssociationType:RPLC');
    expect(logged).toEqual([expect.stringContaining('dmp.replaced-version-absent')]);
  });

  it('is tried again, nothing sent, when the look-up gives no answer', async () => {
    dmp.scripts.registry?.push((_request, _response, socket) => socket.destroy());
    expect(await deliver(job)).toMatchObject({ kind: 'retry' });
    expect(happened).toEqual([]);
  });

  it('replaces the version before one in doubt that is not there, when the document says so', async () => {
    dmp.scripts.registry?.push(found(), found('urn:uuid:aaaa'));
    dmp.scripts.repository?.push(success);
    const doubt = { ...job, replaces: '1.2.250.1.999.7.1.9', earlier: ['1.2.250.1.999.7.1.0'] };
    expect(await deliver(doubt)).toEqual({ kind: 'accepted' });
    expect(text(0)).toContain("('1.2.250.1.999.7.1.9')");
    expect(text(1)).toContain("('1.2.250.1.999.7.1.0')");
    expect(text(2)).toContain('targetObject="urn:uuid:aaaa"');
  });

  it('is a first deposit when neither the version in doubt nor the one before it is there', async () => {
    dmp.scripts.registry?.push(found(), found());
    dmp.scripts.repository?.push(success);
    expect(await deliver({ ...job, earlier: ['1.2.250.1.999.7.1.9'] })).toEqual({ kind: 'accepted' });
    expect(text()).not.toContain('AssociationType:RPLC');
  });

  it('is not sent over another version than the document names', async () => {
    dmp.scripts.registry?.push(found(), found('urn:uuid:aaaa'));
    const outcome = await deliver({ ...job, earlier: ['1.2.250.1.999.7.1.9'] });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'DMP_PARENT_DIFFERS' });
    expect(happened).toEqual([]);
  });

  it('that fails because it is already in is a success', async () => {
    dmp.scripts.registry?.push(found('urn:uuid:aaaa'), found('urn:uuid:bbbb'));
    dmp.scripts.repository?.push(failure('XDSReplaceFailed'));
    expect(await deliver(job)).toEqual({ kind: 'accepted' });
    expect(text()).toContain("('1.2.250.1.999.7.1.1')");
  });

  it('that fails otherwise goes to a person', async () => {
    dmp.scripts.registry?.push(found('urn:uuid:aaaa'), found());
    dmp.scripts.repository?.push(failure('XDSRegistryDeprecatedDocumentError'));
    expect(await deliver(job)).toMatchObject({ kind: 'refused', code: 'XDSRegistryDeprecatedDocumentError' });
  });
});

describe('lookup', () => {
  it.each<[string, Script, object]>([
    ['present', found('urn:uuid:cccc'), { kind: 'present', remoteId: 'urn:uuid:cccc' }],
    ['absent', found(), { kind: 'absent' }],
    ['failed', failure('XDSRegistryBusy'), { kind: 'failed', outcome: { kind: 'retry' } }],
  ])('%s', async (_, script, expected) => {
    dmp.scripts.registry?.push(script);
    const job = deliveryJob();
    expect(await channel.lookup(await channel.prepare(job), job)).toMatchObject(expected);
    expect(text()).toContain("('1.2.250.1.999.7.1.1')");
  });
});

describe('a withdrawal', () => {
  const job = deliveryJob({ withdraws: true });

  it('deletes what it finds, under a lot of its own, and deposits nothing', async () => {
    dmp.scripts.registry?.push(found('urn:uuid:dddd'), success);
    expect(await channel.transmit(await channel.prepare(job), job, hooks)).toEqual({ kind: 'accepted' });
    expect(happened[0]).toBe('on-wire after 1');
    expect(text()).toContain('targetObject="urn:uuid:dddd"');
    expect(text()).toContain('urn:asip:ci-sis:2010:StatusType:Deleted');
    expect(dmp.received.map(({ contentType }) => /action="([^"]+)"/.exec(contentType)?.[1])).toEqual([
      'urn:ihe:iti:2007:RegistryStoredQuery',
      'urn:ihe:iti:2010:UpdateDocumentSet',
    ]);
  });

  it('says when there is nothing to delete, and touches nothing', async () => {
    dmp.scripts.registry?.push(found());
    expect(await channel.transmit(await channel.prepare(job), job, hooks)).toMatchObject({
      kind: 'refused',
      code: 'DMP_DOCUMENT_NOT_FOUND',
    });
    expect(happened).toEqual([]);
  });

  it('asks again later when the document cannot be looked up', async () => {
    dmp.scripts.registry?.push((_request, _response, socket) => socket.destroy());
    expect(await channel.transmit(await channel.prepare(job), job, hooks)).toMatchObject({ kind: 'retry' });
  });

  it.each([
    ['gone: it went through', found(), 'present'],
    ['still there: it is to be sent', found('urn:uuid:dddd'), 'absent'],
  ] as const)('after a doubt, %s', async (_what, answer, kind) => {
    dmp.scripts.registry?.push(answer);
    expect((await channel.lookup(await channel.prepare(job), job)).kind).toBe(kind);
  });
});

describe('the existence test', () => {
  beforeEach(async () => {
    await channel.close();
    channel = open({ existenceTest: DEFAULT_DMP_OPTIONS.existenceTest });
  });

  it('comes once for a patient in a day', async () => {
    dmp.scripts.patients?.push(patient(), patient());
    dmp.scripts.repository?.push(success, success, success);
    await deliver();
    await deliver(deliveryJob({ deliveryId: 'd-2' }));
    expect(dmp.received.map(({ path }) => path.split('/').at(-1))).toEqual([
      'patients',
      'repository',
      'repository',
    ]);
    expect(text(0)).toContain('<value root="1.2.250.1.213.1.4.10" extension="279035121518989">');
    clock += 25 * 3_600_000;
    await deliver(deliveryJob({ deliveryId: 'd-3' }));
    expect(dmp.received).toHaveLength(5);
  });

  it.each<[string, PatientAnswer, string]>([
    ['no DMP', { response: 'NF' }, 'NF'],
    ['a closed DMP', { statusCode: 'terminated' }, 'DMPClosed'],
  ])('%s: nothing is sent', async (_, answer, code) => {
    dmp.scripts.patients?.push(patient(answer));
    expect(await deliver()).toMatchObject({ kind: 'refused', code });
    expect(happened).toEqual([]);
  });

  it.each<[string, PatientAnswer]>([
    ['nom', { family: 'ROCHEBRUNE' }],
    ['prénom', { given: 'LUCIENNE' }],
    ['sexe', { gender: 'M' }],
    ['date de naissance', { birthTime: '19790329' }],
    ['matricule INS', { ins: '279035121518900' }],
  ])('holds on another %s, naming the field and no value', async (field, answer) => {
    dmp.scripts.patients?.push(patient(answer));
    const outcome = await deliver();
    expect(outcome).toMatchObject({
      kind: 'held',
      rule: 'traits-dmp',
      code: 'DMP_TRAITS_DIVERGENT',
      cause: expect.stringContaining(`: ${field}.`),
    });
    expect(JSON.stringify(outcome)).not.toMatch(/ROCHEBRUNE|LUCIENNE|1979|279035/);
  });

  it.each<[string, PatientAnswer]>([
    ['accents, case and hyphens', { family: 'martin duval', given: 'ZOÉ' }],
    ['the name in use', { family: 'LEROY' }],
    ['all given names', { given: 'Zoé Anne' }],
  ])('does not mind %s', async (_, answer) => {
    dmp.scripts.patients?.push(patient(answer));
    dmp.scripts.repository?.push(success);
    expect(await deliver()).toEqual({ kind: 'accepted' });
  });

  it('no longer holds on traits that a person accepted, and still stops at a closed DMP', async () => {
    dmp.scripts.patients?.push(
      patient({ family: 'ROCHEBRUNE' }),
      patient({ statusCode: 'terminated' }),
      patient({ family: 'ROCHEBRUNE' }),
    );
    dmp.scripts.repository?.push(success);
    expect(await deliver(deliveryJob({ traitsAccepted: true }))).toEqual({ kind: 'accepted' });
    const other = deliveryJob({ deliveryId: 'd-2', traitsAccepted: true });
    expect(await deliver(other)).toMatchObject({ kind: 'refused', code: 'DMPClosed' });
    // What was accepted for one report is not remembered for the others.
    expect(await deliver(deliveryJob({ deliveryId: 'd-3' }))).toMatchObject({ kind: 'held' });
  });

  it('leaves the last word to the deposit when the test itself is refused', async () => {
    dmp.scripts.patients?.push(fault('Sender', 'DMPInconnu'));
    dmp.scripts.repository?.push(success);
    expect(await deliver()).toEqual({ kind: 'accepted' });
    expect(logged).toEqual([expect.stringContaining('DMPInconnu')]);
  });

  it('is asked again later when it gives no answer', async () => {
    dmp.scripts.patients?.push((_request, _response, socket) => socket.destroy());
    expect(await deliver()).toMatchObject({ kind: 'retry' });
    expect(happened).toEqual([]);
  });
});

it('logs and tells nothing of the patient, the biologist or the homologation', async () => {
  dmp.scripts.registry?.push(found());
  dmp.scripts.repository?.push(failure('DMPNouveau', 'MARTIN-DUVAL ZOÉ 279035121518989'));
  const outcome = await deliver(deliveryJob({ replaces: '1.2.3' }));
  const told = JSON.stringify(outcome) + logged.join();
  expect(told).toContain('dmp.replaced-version-absent');
  expect(told).not.toMatch(new RegExp(`MARTIN|ZOÉ|279035|DURAND|8100000|${HOMOLOGATION}`));
});

function splitParts(body: Buffer, boundary: string): { head: string; bytes: Buffer }[] {
  const parts: { head: string; bytes: Buffer }[] = [];
  let at = body.indexOf(`--${boundary}\r\n`);
  while (at >= 0) {
    const content = body.indexOf('\r\n\r\n', at);
    const end = body.indexOf(`\r\n--${boundary}`, content);
    parts.push({
      head: body.subarray(at, content).toString('latin1'),
      bytes: body.subarray(content + 4, end),
    });
    const next = body.indexOf(`--${boundary}\r\n`, end);
    at = next;
  }
  return parts;
}
