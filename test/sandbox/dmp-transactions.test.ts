import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { selfPresenting } from './reference/cda.ts';
import { freshOid, ReferenceClient } from './reference/client.ts';
import { verifies } from './reference/signing.ts';

let folder: string;
let sandbox: Sandbox;
let client: ReferenceClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  sandbox = await startSandbox({ folder });
  client = new ReferenceClient(sandbox.description);
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const state = async (): Promise<{
  documents: { uniqueId: string; status: string; lid: string; entryUuid: string }[];
}> => (await fetch(`${sandbox.description.control}/state`)).json() as never;

const events = async (): Promise<
  { outcome: string; reason?: string; ecarts: unknown[]; passed: string[]; transaction: string }[]
> => (await fetch(`${sandbox.description.control}/journal`)).json() as never;

async function registered(uniqueId: string) {
  return (await state()).documents.find((one) => one.uniqueId === uniqueId);
}

describe('a good deposit', () => {
  it('is registered, with no deviation noted, and kept byte for byte', async () => {
    const deposit = client.buildDeposit();
    const answer = await deposit.send();
    expect(answer).toMatchObject({ status: 200, check: undefined });
    expect(answer.body).toContain('ResponseStatusType:Success');
    const event = (await events()).at(-1);
    expect(event).toMatchObject({ transaction: 'TD2.1a', outcome: 'accepted', ecarts: [] });
    expect((await registered(deposit.documentId))?.status).toMatch(/Approved$/);
    expect(readFileSync(join(folder, 'dmp', 'documents', `${deposit.documentId}.xml`), 'utf8')).toContain(
      '<ClinicalDocument',
    );
  });

  it('may be signed with SHA-256', async () => {
    expect((await client.deposit({ digest: 'sha256' })).check).toBeUndefined();
  });

  it('may be signed with SHA-1 throughout', async () => {
    expect((await client.deposit({ digest: 'sha1' })).check).toBeUndefined();
  });

  it.each(['text/xml', 'application/xslt+xml'])('may be self-presenting, as %s', async (mimeType) => {
    expect((await client.deposit({ cda: selfPresenting, mimeType })).check).toBeUndefined();
  });

  it('may be masked', async () => {
    expect((await client.deposit({ masks: ['INVISIBLE_PATIENT'] })).check).toBeUndefined();
  });

  it('carries signatures that xmlsec1 accepts, and refuses with a flipped bit', () => {
    const { ca } = sandbox.description.certificates;
    const flip = (xml: string): string =>
      xml.replace('810000000001', '810000000011').replace('Implied', 'Ιmplied');
    for (const signed of [client.assertion('279035121518989'), client.buildDeposit().lot]) {
      expect(verifies(signed, ca)).toBe(true);
      expect(verifies(flip(signed), ca)).toBe(false);
    }
  });
});

describe('the same lot again', () => {
  it('is a duplicate with the same bytes, another thing with others', async () => {
    const deposit = client.buildDeposit();
    await deposit.send();
    expect(await deposit.send()).toMatchObject({
      check: 'document-unique-id',
      code: 'XDSDuplicateUniqueIdInRegistry',
    });
    const other = await client.deposit({
      documentId: deposit.documentId,
      cda: (text) => text.replace('Glycémie', 'Natrémie'),
    });
    expect(other).toMatchObject({ check: 'document-unique-id', code: 'XDSNonIdenticalHash' });
  });
});

describe('replacement', () => {
  it('deprecates the old version, which keeps its lid and changes its entryUUID', async () => {
    const first = client.buildDeposit();
    await first.send();
    const before = await registered(first.documentId);
    const entryUuid = (await client.find(first.documentId)).found[0] ?? '';
    expect(entryUuid).toBe(before?.entryUuid);
    const replaces = { uniqueId: first.documentId, entryUuid };
    const second = await client.deposit({ replaces });
    expect(second.check).toBeUndefined();
    const after = await registered(first.documentId);
    expect(after?.status).toMatch(/Deprecated$/);
    expect(after?.lid).toBe(before?.lid);
    expect(after?.entryUuid).not.toBe(entryUuid);
    expect((await client.find(first.documentId)).found).toEqual([after?.entryUuid]);

    expect(await client.deposit({ replaces })).toMatchObject({ code: 'XDSUnresolvedReferenceException' });
    const again = { uniqueId: first.documentId, entryUuid: after?.entryUuid ?? '' };
    expect(await client.deposit({ replaces: again })).toMatchObject({
      check: 'replacement',
      code: 'XDSRegistryDeprecatedDocumentError',
    });
  });
});

describe('deletion', () => {
  it('hides the document from the search, and its identifier stays used', async () => {
    const deposit = client.buildDeposit();
    await deposit.send();
    const entryUuid = (await client.find(deposit.documentId)).found[0] ?? '';
    expect((await client.delete(entryUuid)).body).toContain('Success');
    expect((await client.find(deposit.documentId)).found).toEqual([]);
    expect((await registered(deposit.documentId))?.status).toBe('urn:asip:ci-sis:2010:StatusType:Deleted');
    expect(await deposit.send()).toMatchObject({ code: 'XDSDuplicateUniqueIdInRegistry' });
  });
});

describe('the existence test', () => {
  it.each([
    ['an open DMP', '279035121518989', 'OK', 'active'],
    ['a closed DMP', '147129933010502', 'OK', 'terminated'],
  ])('finds %s', async (_name, ins, response, status) => {
    const { body } = await client.exists(ins);
    expect(body).toContain(`<queryResponseCode code="${response}"/>`);
    expect(body).toContain(`<statusCode code="${status}"/>`);
  });

  it('gives the registered traits', async () => {
    const { body } = await client.exists('292046938811772');
    expect(body).toContain('<family qualifier="BR">ÉRABLE</family>');
    expect(body).toContain('<birthTime value="19920408"/>');
  });

  it('answers NF for an INS that is not listed', async () => {
    expect((await client.exists('299129999999934')).body).toContain('<queryResponseCode code="NF"/>');
  });
});

describe('patients', () => {
  it('refuses a deposit for an unknown or closed DMP', async () => {
    expect(await client.deposit({ patient: '299129999999934' })).toMatchObject({
      check: 'patient-known',
      code: 'XDSUnknownPatientId',
    });
    expect(await client.deposit({ patient: '147129933010502' })).toMatchObject({
      check: 'patient-known',
      code: 'DMPClosed',
    });
  });

  it('can be closed between the test and the deposit', async () => {
    const change = (dmp: string) =>
      fetch(`${sandbox.description.control}/patients`, {
        method: 'POST',
        body: JSON.stringify({ ins: '168084410907372', dmp }),
      });
    await change('closed');
    expect(await client.deposit({ patient: '168084410907372' })).toMatchObject({ code: 'DMPClosed' });
    await change('active');
    expect((await client.exists('168084410907372')).body).toContain('<statusCode code="active"/>');
  });
});

describe('breakdowns on order', () => {
  const order = async (kind: string, more: object = {}): Promise<void> => {
    const response = await fetch(`${sandbox.description.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ service: 'dmp', kind, transaction: 'TD2.1', ...more }),
    });
    expect(response.status).toBe(201);
  };

  it.each([
    ['reset-before-commit', false],
    ['reset-after-commit', true],
    ['truncated-after-commit', true],
  ])('%s breaks the connection', async (kind, committed) => {
    const deposit = client.buildDeposit();
    await order(kind, { subject: deposit.documentId });
    await expect(deposit.send()).rejects.toThrow();
    expect((await registered(deposit.documentId)) !== undefined).toBe(committed);
  });

  it.each([
    ['unavailable', 503, false],
    ['html', 200, false],
    ['fault', 500, false],
    ['failure', 200, false],
    ['warning', 200, true],
    ['wrong-relates-to', 200, true],
    ['late-after-commit', 200, true],
  ])('%s answers %i', async (kind, status, committed) => {
    const deposit = client.buildDeposit();
    await order(kind, { code: 'XDSRepositoryBusy' });
    const answer = await deposit.send();
    expect(answer.status).toBe(status);
    if (['fault', 'failure', 'warning'].includes(kind)) expect(answer.code).toBe('XDSRepositoryBusy');
    if (kind === 'warning') expect(answer.body).toContain('ResponseStatusType:Success');
    expect((await registered(deposit.documentId)) !== undefined).toBe(committed);
  });

  it('never answers after the commit when told so, and lets the next go', async () => {
    const deposit = client.buildDeposit();
    await order('timeout-after-commit', { subject: deposit.documentId });
    const outcome = deposit.send().then(
      () => 'answered',
      () => 'broken',
    );
    await expect.poll(() => registered(deposit.documentId)).toBeDefined();
    expect(await Promise.race([outcome, Promise.resolve('silent')])).toBe('silent');
    expect((await client.deposit()).check).toBeUndefined();
  });

  it('refuses an order that it does not understand', async () => {
    const response = await fetch(`${sandbox.description.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ service: 'dmp', kind: 'rcpt-temporary' }),
    });
    expect(response.status).toBe(400);
  });
});

it('takes up the registry of an earlier run in the same folder', async () => {
  const deposit = client.buildDeposit();
  await deposit.send();
  const again = await startSandbox({ folder });
  try {
    expect((await new ReferenceClient(again.description).find(deposit.documentId)).found).toHaveLength(1);
    expect((await new ReferenceClient(again.description).find(freshOid())).found).toEqual([]);
  } finally {
    await again.stop();
  }
  // The certificates in the folder are now those of the second run.
});
