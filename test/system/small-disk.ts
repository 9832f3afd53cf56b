import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that a test fills, or makes read-only: a tmpfs over a folder. */
export interface SmallDisk {
  /** Takes all the room that is left. */
  fill(): void;
  free(): void;
  setReadOnly(readOnly: boolean): void;
  unmount(): void;
}

/** @param folder made when absent; what it holds is hidden until the disk is unmounted */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0750`, 'tmpfs', folder);
  const filler = join(folder, '.filler');
  return {
    fill() {
      for (const bytes of [1 << 20, 1 << 12]) {
        const block = Buffer.alloc(bytes);
        try {
          for (;;) appendFileSync(filler, block);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
    setReadOnly: (readOnly) => run('mount', '-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder),
    // Lazily: a process that was killed may still be about to let go of a file.
    unmount: () => run('umount', '-l', folder),
  };
}

/** May this process mount? Root may, but for a container without CAP_SYS_ADMIN. */
export const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-mount-'));
  try {
    mountSmallDisk(folder, 1).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
})();

/** May it at least make a namespace of its own in which it may? */
export const canUnshare = (() => {
  try {
    run('unshare', '-rm', 'true');
    return true;
  } catch {
    return false;
  }
})();

function run(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
