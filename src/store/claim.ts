import { readFileSync } from 'node:fs';
import type { Context } from './context.ts';

interface ClaimRow {
  readonly pid: number;
  readonly birth: string;
}

/** One daemon for a data file: two would deliver the same rows. */
export function createClaim({ db, now }: Pick<Context, 'db' | 'now'>) {
  const find = db.prepare<[], ClaimRow>('SELECT pid, birth FROM daemon_claim');
  const take = db.prepare(
    `INSERT INTO daemon_claim (only, pid, birth, claimed_at) VALUES (1, ?, ?, ?)
     ON CONFLICT DO UPDATE SET pid = excluded.pid, birth = excluded.birth, claimed_at = excluded.claimed_at`,
  );
  const giveUp = db.prepare('DELETE FROM daemon_claim WHERE pid = ? AND birth = ?');
  let taken: ClaimRow | undefined;

  const claim = db.transaction((pid: number): { ok: true } | { ok: false; pid: number } => {
    const birth = birthOf(pid) ?? '';
    const holder = find.get();
    const own = holder?.pid === pid && holder.birth === birth;
    if (holder && !own && birthOf(holder.pid) === holder.birth) return { ok: false, pid: holder.pid };
    take.run(pid, birth, now());
    taken = { pid, birth };
    return { ok: true };
  });

  return {
    /** Immediate: of two daemons that start together, one waits and is refused. */
    claim: (pid: number = process.pid) => claim.immediate(pid),
    release: (): void => {
      if (taken) giveUp.run(taken.pid, taken.birth);
      taken = undefined;
    },
  };
}

/**
 * What tells a living process from another that later has its number: the boot's identifier and the process's start
 * time (proc(5), stat field 22). Elsewhere than on Linux, only whether it lives.
 * @returns undefined when there is no such process
 */
function birthOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, field 2, may hold blanks and parentheses: fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot}:${fields[19]}`;
  } catch {
    return process.platform === 'linux' || !isAlive(pid) ? undefined : 'alive';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
