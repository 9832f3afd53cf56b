import type { StatedIdentity } from '../report/identity.ts';

/** The latest statement that said all of the INS, or that removed it (`identity` without INS). */
export interface InsStatement {
  readonly identity: StatedIdentity;
  readonly removed: boolean;
}

/** Does this statement settle the INS: number and status together, or its removal? */
export function settlesIns(identity: StatedIdentity, removed: boolean): boolean {
  return removed || (identity.ins !== undefined && identity.statuses.length > 0);
}

/**
 * The identity that applies: the latest statement; where it says nothing of the INS or nothing of its status (most ORU
 * carry neither), they are those of the latest statement that did, provided birth name, birth date and sex agree and
 * nothing contradicts. A status of the latest statement always counts, DOUT and the like first of all.
 */
export function effectiveIdentity(latest: StatedIdentity, settled: InsStatement | undefined): StatedIdentity {
  if (!settled || settled.removed || !settled.identity.ins) return latest;
  const { ins, statuses } = settled.identity;
  const contradicts =
    latest.ins !== undefined && (latest.ins.matricule !== ins.matricule || latest.ins.oid !== ins.oid);
  if (contradicts || !sameStrictTraits(latest, settled.identity)) return latest;
  return { ...latest, ins, statuses: latest.statuses.length > 0 ? latest.statuses : statuses };
}

function sameStrictTraits({ traits: a }: StatedIdentity, { traits: b }: StatedIdentity): boolean {
  return (
    letters(a.birthName) === letters(b.birthName) &&
    a.sex === b.sex &&
    a.birthDate !== undefined &&
    a.birthDate.local === b.birthDate?.local
  );
}

/** Names compared as the RNIV writes them: upper case, without accents nor punctuation. */
function letters(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[^\p{L}]/gu, '')
    .toUpperCase();
}
