import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCredential } from '../../src/ops/credentials.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crbio-cred-'));
  writeFileSync(join(folder, 'k.key'), 'secret', { mode: 0o600 });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

describe('a credential', () => {
  it('is read from a file of the configuration’s folder', () => {
    expect(String(readCredential('k.key', folder, { secret: true }))).toBe('secret');
    expect(String(readCredential(join(folder, 'k.key'), '/', { secret: true }))).toBe('secret');
  });

  it('is refused when others can read the secret, not when it is public', () => {
    chmodSync(join(folder, 'k.key'), 0o640);
    expect(readCredential('k.key', folder, { secret: true })).toMatchObject({
      code: 'CREDENTIAL_MODE',
      hint: expect.stringContaining('chmod 600'),
    });
    expect(String(readCredential('k.key', folder, { secret: false }))).toBe('secret');
  });

  it('is read from systemd’s folder, and said to be absent outside systemd', () => {
    vi.stubEnv('CREDENTIALS_DIRECTORY', folder);
    expect(String(readCredential('credential:k.key', '/', { secret: true }))).toBe('secret');
    vi.stubEnv('CREDENTIALS_DIRECTORY', undefined);
    expect(readCredential('credential:k.key', '/', { secret: true })).toMatchObject({
      code: 'CREDENTIAL_NO_SYSTEMD',
    });
  });

  it('says which file cannot be read', () => {
    expect(readCredential('absent', folder, { secret: true })).toMatchObject({
      code: 'CREDENTIAL_UNREADABLE',
      cause: expect.stringContaining('ENOENT'),
    });
  });
});
