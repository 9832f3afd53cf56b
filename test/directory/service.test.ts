import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readBundle } from '../../src/directory/fhir.ts';
import { PAUSE_MS } from '../../src/directory/fhir-client.ts';
import {
  type DirectoryService,
  type DirectoryServiceSettings,
  startDirectory,
} from '../../src/directory-service.ts';
import { type Authority, createAuthority } from '../../src/sandbox/authority.ts';
import { importDirectory } from '../../src/stages/directory-import.ts';
import { extraction, MAILBOX_HEADER, mailbox, type Person } from '../fixtures/directory/extractions.ts';

const IDNAT = '899700012034';
const CLAIRE: Person = { rpps: IDNAT.slice(1), family: 'DURAND', given: 'Claire', finess: '750000019' };
const BOXES = extraction(MAILBOX_HEADER, [mailbox('claire@medecin.mssante.fr', CLAIRE)]);

/** A mailbox of MSSanté as the API writes it. */
const telecom = (value: string, type: unknown, details: readonly unknown[] = []) => ({
  system: 'email',
  value,
  extension: [
    {
      url: 'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata',
      extension: [type, ...details],
    },
  ],
});
const PER = { url: 'type', valueCodeableConcept: { coding: [{ code: 'PER' }] } };
const practitioner = (more: object = {}) => ({
  resourceType: 'Practitioner',
  id: '003-1',
  active: true,
  identifier: [{ system: 'urn:oid:1.2.250.1.71.4.2.1', value: IDNAT }],
  name: [{ family: 'DURAND', given: ['Claire'] }],
  ...more,
});
const bundle = (...resources: readonly object[]) =>
  JSON.stringify({ resourceType: 'Bundle', entry: resources.map((resource) => ({ resource })) });
const ANSWER = bundle(practitioner({ telecom: [telecom('claire@api.mssante.fr', PER)] }));

let authority: Authority;
let credential: { certificate: string; key: string };
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  authority = await createAuthority(new Date());
  credential = await authority.issue({ kind: 'server', names: ['localhost'], addresses: ['127.0.0.1'] });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Asked {
  readonly path: string;
  readonly key: string | undefined;
}

/** The API: TLS with our authority; what it was asked; answers that a test gives it. */
async function anApi(answer: (asked: Asked) => { status?: number; body?: string } | 'silence') {
  const asked: Asked[] = [];
  const server: Server = createServer(
    { cert: credential.certificate, key: credential.key },
    (request, response) => {
      const one = { path: request.url ?? '', key: request.headers['esante-api-key'] as string | undefined };
      asked.push(one);
      const given = answer(one);
      if (given === 'silence') return;
      response.writeHead(given.status ?? 200, { 'content-type': 'application/fhir+json' });
      response.end(given.body ?? '');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { asked, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/fhir/v2` };
}

/** A directory service on a new data folder, and what it logged. */
function aService(settings: Partial<DirectoryServiceSettings> = {}, clock = { now: Date.now() }) {
  const data = settings.data ?? mkdtempSync(join(tmpdir(), 'crbio-directory-'));
  const lines: { event: string; code?: string; count?: number; path?: string }[] = [];
  const learned: string[] = [];
  const note = (event: string, fields: object = {}) => lines.push({ event, ...fields });
  const service: DirectoryService = startDirectory(
    { data, everyMs: 20, zone: 'Europe/Paris', ...settings },
    {
      log: { info: note, warn: note, error: note },
      now: () => clock.now,
      importing: importDirectory,
      learned: (idNat) => learned.push(idNat),
    },
  );
  closing.push(() => service.stop());
  return {
    data,
    lines,
    learned,
    service,
    clock,
    boxes: () => service.lookup(IDNAT)?.entries.flatMap((e) => e.mailbox ?? []),
  };
}

const api = (url: string, more: object = {}) => ({
  api: {
    url,
    key: 'cle-secrete',
    authorities: authority.chain,
    timeoutMs: 3_000,
    keepMs: 7 * 86_400_000,
    ...more,
  },
});

describe('the directory beside the daemon', () => {
  it('answers nothing before anything was imported, then from the extraction, with its day', async () => {
    const { data, service, boxes } = aService();
    expect(service.lookup(IDNAT)).toBeUndefined();
    const before = service.edition();
    const file = join(data, 'Extraction_Correspondance_MSSante_202608261013.txt');
    writeFileSync(file, BOXES);
    await importDirectory({ files: [file], folder: data, now: 0, force: false });
    expect(boxes()).toEqual(['claire@medecin.mssante.fr']);
    expect(service.edition()).not.toBe(before);
    expect(service.edition()).toBe(service.edition());
    expect(service.lookup(IDNAT)).toMatchObject({ by: 'directory', asOf: '2026-08-26' });
    expect(service.lookup('899700099999')).toMatchObject({ by: 'directory', entries: [] });
  });

  it('imports what is new in the drop folder once, and leaves the rest', async () => {
    const data = mkdtempSync(join(tmpdir(), 'crbio-directory-'));
    const folder = join(data, 'drop');
    mkdirSync(folder);
    const drop = (name: string, content: string, age = 60) => {
      writeFileSync(join(folder, name), content);
      const at = Date.now() / 1000 - age;
      utimesSync(join(folder, name), at, at);
    };
    drop('lisez-moi.txt', 'rien');
    drop('PS_LibreAcces_SavoirFaire_202608261013.txt', 'a|b\n');
    drop('extraction-correspondance-mssante.txt.part', 'en cours');
    drop('Extraction_Correspondance_MSSante_202608270000.txt', 'écrite à l’instant', 0);
    drop('Extraction_Correspondance_MSSante_202608261013.txt', BOXES);
    drop('ps-libreacces-personne-activite.txt', 'a|b\n1|2\n');
    const { lines, boxes } = aService({ data, folder });
    await vi.waitFor(() => expect(lines).toHaveLength(2), { timeout: 15_000 });
    expect(boxes()).toEqual(['claire@medecin.mssante.fr']);
    // Several more turns: neither the one taken nor the one refused is tried again.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lines.map(({ event, code, count, path }) => ({ event, code, count, path }))).toEqual(
      expect.arrayContaining([
        {
          event: 'directory-imported',
          count: 1,
          path: 'Extraction_Correspondance_MSSante_202608261013.txt',
        },
        {
          event: 'directory-refused',
          code: 'DIRECTORY_UNKNOWN_FILE',
          path: 'ps-libreacces-personne-activite.txt',
        },
      ]),
    );
    expect(lines).toHaveLength(2);
  });

  it('says that its drop folder cannot be read', async () => {
    const { lines } = aService({ folder: '/nonexistent' });
    await vi.waitFor(() => expect(lines[0]).toEqual({ event: 'directory-failed', code: 'ENOENT' }));
  });
});

describe('the FHIR directory', () => {
  it('is asked in the background, once, with the key; its answer is kept over a restart and asked again when old', async () => {
    const { asked, url } = await anApi(() => ({ body: ANSWER }));
    const { data, service, boxes, clock, learned } = aService(api(url));
    // Nothing is waited for: the first report goes on without.
    expect(service.lookup(IDNAT)).toBeUndefined();
    expect(service.lookup(IDNAT)).toBeUndefined();
    await vi.waitFor(() => expect(boxes()).toEqual(['claire@api.mssante.fr']));
    // Reports that went on without are looked at again.
    expect(learned).toEqual([IDNAT]);
    expect(asked).toEqual([
      {
        path: `/fhir/v2/Practitioner?identifier=${IDNAT}&_revinclude=PractitionerRole%3Apractitioner`,
        key: 'cle-secrete',
      },
    ]);
    const day = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Paris' }).format(clock.now);
    expect(service.lookup(IDNAT)).toMatchObject({ by: 'directory-api', asOf: day });
    await service.stop();
    const again = aService({ data, ...api(url) }, clock);
    expect(again.boxes()).toEqual(['claire@api.mssante.fr']);
    expect(asked).toHaveLength(1);
    clock.now += 8 * 86_400_000;
    expect(again.boxes()).toEqual(['claire@api.mssante.fr']);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
  });

  it('is not asked when the extraction has a mailbox, nor without configuration', async () => {
    const { asked, url } = await anApi(() => ({ body: ANSWER }));
    const { data, service } = aService(api(url));
    const file = join(data, 'x.txt');
    writeFileSync(file, BOXES);
    await importDirectory({ files: [file], folder: data, now: 0, force: false });
    expect(service.lookup(IDNAT)).toMatchObject({ by: 'directory' });
    service.lookup('899700099999');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.path).toContain('899700099999');
  });

  it.each([
    ['refuses the key', () => ({ status: 401 }), 'DIRECTORY_API_KEY'],
    ['is overloaded', () => ({ status: 429 }), 'DIRECTORY_API_BUSY'],
    ['breaks down', () => ({ status: 503 }), 'DIRECTORY_API_BUSY'],
    ['has moved', () => ({ status: 302 }), 'DIRECTORY_API_ANSWER'],
    ['answers something else', () => ({ body: '<html>' }), 'DIRECTORY_API_ANSWER'],
    ['answers too much', () => ({ body: ' '.repeat(3 * 2 ** 20) }), 'DIRECTORY_API_ANSWER'],
    ['says nothing', () => 'silence' as const, 'DIRECTORY_API_TIMEOUT'],
  ])('that %s is left alone for a while, and nobody has waited', async (_, answer, code) => {
    const { asked, url } = await anApi(answer);
    const { lines, service, clock } = aService(api(url, { timeoutMs: 500 }));
    expect(service.lookup(IDNAT)).toBeUndefined();
    await vi.waitFor(() => expect(lines).toEqual([{ event: 'directory-api-failed', code }]), {
      timeout: 5_000,
    });
    service.lookup(IDNAT);
    service.lookup('899700099999');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toHaveLength(1);
    clock.now += PAUSE_MS;
    service.lookup(IDNAT);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(JSON.stringify(lines)).not.toContain(IDNAT);
  });

  it('is not believed when its certificate is not of the authorities given', async () => {
    const { asked, url } = await anApi(() => ({ body: ANSWER }));
    const other = await createAuthority(new Date());
    const { lines, service } = aService(api(url, { authorities: other.chain }));
    service.lookup(IDNAT);
    await vi.waitFor(() =>
      expect(lines).toEqual([{ event: 'directory-api-failed', code: 'DIRECTORY_API_UNREACHABLE' }]),
    );
    expect(asked).toEqual([]);
  });
});

describe('a FHIR answer', () => {
  const boxesOf = (text: string) =>
    readBundle(text, IDNAT)?.flatMap(({ mailbox, structure, paperOnly }) =>
      mailbox ? [{ mailbox, structure, paperOnly }] : [],
    );

  it('gives the mailboxes of the person and of each activity, with its structure', () => {
    const role = {
      resourceType: 'PractitionerRole',
      practitioner: { reference: 'Practitioner/003-1' },
      organization: { identifier: { value: '750000019' } },
      telecom: [
        telecom('cabinet@x.mssante.fr', { url: 'type', valueCode: 'PER' }, [
          { url: 'digitization', valueBoolean: false },
        ]),
        { system: 'email', value: 'ordinaire@example.fr' },
        { system: 'phone', value: '0100000000' },
      ],
    };
    const other = { ...role, practitioner: { reference: 'Practitioner/003-2' } };
    const text = bundle(practitioner({ telecom: [telecom('mailto:claire@x.mssante.fr', PER)] }), role, other);
    expect(boxesOf(text)).toEqual([
      { mailbox: 'claire@x.mssante.fr', structure: undefined, paperOnly: undefined },
      { mailbox: 'cabinet@x.mssante.fr', structure: '1750000019', paperOnly: true },
    ]);
    expect(
      readBundle(text, IDNAT)?.every(({ family, idNat }) => family === 'DURAND' && idNat === IDNAT),
    ).toBe(true);
  });

  it('finds the name in an extension of the activity', () => {
    const role = {
      resourceType: 'PractitionerRole',
      practitioner: { reference: 'Practitioner/003-1' },
      extension: [
        { url: 'https://x/PractitionerRole-Name', valueHumanName: { family: 'LEROY', given: ['Paul'] } },
      ],
    };
    expect(readBundle(bundle(practitioner({ name: [{ prefix: ['M'] }] }), role), IDNAT)?.[0]).toMatchObject({
      family: 'LEROY',
      given: 'Paul',
    });
  });

  it('about somebody else, or somebody who no longer practises, is about nobody', () => {
    expect(readBundle(bundle(), IDNAT)).toEqual([]);
    expect(readBundle(bundle(practitioner({ identifier: [{ value: '899700099999' }] })), IDNAT)).toEqual([]);
    expect(readBundle(bundle(practitioner({ active: false })), IDNAT)).toEqual([]);
  });

  it('never fails, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => bundle(value as object, practitioner(value as object))),
        ),
        (body) => {
          const read = readBundle(body, IDNAT);
          expect(read === undefined || Array.isArray(read)).toBe(true);
        },
      ),
    );
  });
});
