import { beforeAll, describe, expect, it } from 'vitest';
import { checkCertificate } from '../../src/ops/certificates.ts';
import { type Authority, type Credential, createAuthority } from '../../src/sandbox/authority.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const DAY = 86_400_000;
const organisation = { id: '1750000001', name: 'LABO' };

let authority: Authority;
let auth: Credential;
let sign: Credential;
let old: Credential;
let foreign: Credential;

beforeAll(async () => {
  const now = new Date(NOW);
  authority = await createAuthority(now);
  const dates = (from: number, to: number) => ({
    notBefore: new Date(NOW + from * DAY),
    notAfter: new Date(NOW + to * DAY),
  });
  auth = await authority.issue({ kind: 'ORG_AUTH_CLI', organisation, commonName: 'A' }, dates(-10, 300));
  sign = await authority.issue({ kind: 'ORG_SIGN', organisation, commonName: 'S' }, dates(-10, 30));
  old = await authority.issue({ kind: 'ORG_AUTH_CLI', organisation, commonName: 'O' }, dates(-30, -2));
  foreign = await (await createAuthority(now)).issue(
    { kind: 'ORG_AUTH_CLI', organisation, commonName: 'F' },
    dates(-10, 300),
  );
}, 30_000);

const check = (credential: Credential, use: 'client' | 'signature', key = credential.key, now = NOW) =>
  checkCertificate(
    Buffer.from(credential.certificate),
    Buffer.from(key),
    Buffer.from(authority.chain),
    use,
    now,
  );
const errors = (...args: Parameters<typeof check>) =>
  check(...args)
    .filter(({ level }) => level === 'error')
    .map(({ text }) => text);

describe('a certificate', () => {
  it('is good with its key, its authority, its dates and its use', () => {
    expect(check(auth, 'client')).toEqual([
      { level: 'ok', text: expect.stringContaining('300 jours'), daysLeft: 300 },
    ]);
    expect(errors(sign, 'signature')).toEqual([]);
  });

  it('is announced sixty days before its end', () => {
    expect(check(sign, 'signature')).toContainEqual(
      expect.objectContaining({ level: 'warning', daysLeft: 30 }),
    );
  });

  it('is refused when it is expired or not yet valid', () => {
    expect(errors(old, 'client')).toEqual([expect.stringContaining('expiré depuis le 28/02/2026')]);
    expect(errors(auth, 'client', auth.key, NOW - 30 * DAY)).toContainEqual(
      expect.stringContaining('valable seulement à partir du'),
    );
  });

  it('is refused for the other use', () => {
    expect(errors(sign, 'client')).toEqual([expect.stringContaining('ORG_AUTH_CLI')]);
    expect(errors(auth, 'signature')).toEqual([expect.stringContaining('ORG_SIGN')]);
  });

  it('is refused with another key, from another authority, or when unreadable', () => {
    expect(errors(auth, 'client', sign.key)).toEqual([
      expect.stringContaining('clé privée ne correspond pas'),
    ]);
    expect(errors(auth, 'client', 'rien')).toEqual([expect.stringContaining('clé privée est illisible')]);
    expect(errors(foreign, 'client')).toEqual([expect.stringContaining('chaîne')]);
    expect(errors({ certificate: 'rien', key: auth.key }, 'client')).toEqual([
      expect.stringContaining('aucun certificat'),
    ]);
  });
});
