import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPkcs12 } from '../../src/ops/pkcs12.ts';

/** Files as OpenSSL writes them, so that the judge of the format is not the library that reads it. */
let folder = '';
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const made = (name: string, password: string, ...more: string[]) => {
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    'k.pem',
    '-in',
    'c.pem',
    '-certfile',
    'ca.pem',
    '-out',
    name,
    '-passout',
    `pass:${password}`,
    ...more,
  );
  return readFileSync(join(folder, name));
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crbio-p12-'));
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'cak.pem',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=AC',
    '-days',
    '2',
  );
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'k.pem',
    '-out',
    'r.pem',
    '-subj',
    '/C=FR/O=LABO/OU=1750000001/CN=AUTH',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'r.pem',
    '-CA',
    'ca.pem',
    '-CAkey',
    'cak.pem',
    '-CAcreateserial',
    '-out',
    'c.pem',
    '-days',
    '1',
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a PKCS#12 file', () => {
  it.each([
    ['a modern one', 'secret', []],
    ['a modern one with an accented password', 'clé-déjà-là', []],
    ['an old RC2 one, which OpenSSL 3 refuses', 'secret', ['-legacy']],
  ])('%s gives the pair, leaf first', (_name, password, more) => {
    const opened = openPkcs12(made('x.p12', password, ...more), password);
    if ('cause' in opened) throw new Error(opened.code);
    const leaf = new X509Certificate(opened.certificate);
    expect(leaf.subject).toContain('CN=AUTH');
    expect(leaf.checkPrivateKey(createPrivateKey(opened.key))).toBe(true);
    expect(opened.certificate.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('says which of password or format is wrong', () => {
    expect(openPkcs12(made('y.p12', 'secret'), 'autre')).toMatchObject({ code: 'PKCS12_PASSWORD' });
    expect(openPkcs12(Buffer.from('-----BEGIN CERTIFICATE-----'), 'x')).toMatchObject({
      code: 'PKCS12_UNREADABLE',
    });
    expect(openPkcs12(new Uint8Array(0), 'x')).toMatchObject({ code: 'PKCS12_UNREADABLE' });
  });

  it('needs a key with its certificate', () => {
    openssl('pkcs12', '-export', '-nokeys', '-in', 'ca.pem', '-out', 'z.p12', '-passout', 'pass:secret');
    expect(openPkcs12(readFileSync(join(folder, 'z.p12')), 'secret')).toMatchObject({
      code: 'PKCS12_NO_PAIR',
    });
  });
});
