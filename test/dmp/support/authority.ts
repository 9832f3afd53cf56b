import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyPair } from '../../../src/dmp/settings.ts';

/** A test authority and what it issues, made with openssl at the start of a test file. */
export interface TestAuthority {
  readonly certificate: string;
  readonly signing: KeyPair;
  readonly client: KeyPair;
  readonly server: KeyPair;
}

export function makeAuthority(): TestAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-ca-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-utf8',
      '-subj',
      '/C=FR/O=AUTORITE DE TEST/CN=TEST AC',
      '-addext',
      'basicConstraints=critical,CA:TRUE',
    ); // prettier-ignore
    const issue = (name: string, subject: string, extensions: string): KeyPair => {
      writeFileSync(join(folder, `${name}.ext`), extensions);
      openssl(
        'req',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-utf8',
        '-subj',
        subject,
      ); // prettier-ignore
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.pem`,
      ); // prettier-ignore
      return {
        certificate: readFileSync(join(folder, `${name}.pem`), 'utf8'),
        key: readFileSync(join(folder, `${name}.key`), 'utf8'),
      };
    };
    return {
      certificate: readFileSync(join(folder, 'ca.pem'), 'utf8'),
      signing: issue(
        'sign',
        '/C=FR/ST=Paris (75)/O=LBM Exemple, Site "A"/OU=1750000001/CN=LABO SIGN',
        'keyUsage=digitalSignature,nonRepudiation\nextendedKeyUsage=emailProtection\n',
      ),
      client: issue(
        'auth',
        '/C=FR/O=LBM Exemple/OU=1750000001/CN=LABO AUTH',
        'extendedKeyUsage=clientAuth\n',
      ),
      server: issue(
        'server',
        '/C=FR/CN=localhost',
        'extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n',
      ),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
