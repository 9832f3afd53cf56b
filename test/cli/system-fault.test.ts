import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSystemError, systemFault } from '../../src/cli/system-fault.ts';

const folder = mkdtempSync(join(tmpdir(), 'crbio-system-'));

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

describe('what the machine refuses', () => {
  it('is told in words, with its place', () => {
    const error = errorOf(() => readFileSync(join(folder, 'absent')));
    if (!isSystemError(error)) throw error;
    const fault = systemFault(error, 'fr');
    expect(fault).toMatchObject({ code: 'FILE_MISSING', position: join(folder, 'absent') });
    expect(fault.cause + fault.hint).not.toMatch(/E[A-Z]{4,}/);
    rmSync(folder, { recursive: true });
  });

  it('keeps the name of what is rare', async () => {
    const error = await new Promise((ended) => connect(1, '127.0.0.1').on('error', ended));
    if (!isSystemError(error)) throw error;
    expect(systemFault(error, 'fr')).toMatchObject({
      code: 'SYSTEM_REFUSED',
      cause: 'le système a refusé (ECONNREFUSED)',
    });
  });

  it.each([
    ['EACCES', 'FILE_RIGHTS'],
    ['EROFS', 'FILE_RIGHTS'],
    ['ENOSPC', 'DISK_FULL'],
    ['ENOTDIR', 'FILE_MISSING'],
  ])('%s is %s', (name, code) => {
    const error = Object.assign(new Error(name), { code: name, errno: -1 });
    expect(systemFault(error, 'fr')).not.toHaveProperty('position');
    expect([systemFault(error, 'fr').code, systemFault(error, 'en').code]).toEqual([code, code]);
  });

  it('is not a bug of ours', () => {
    expect(isSystemError(errorOf(() => JSON.parse('{')))).toBe(false);
  });
});
