import { BLOCKING_STATUSES, letters, qualify, type StatedIdentity } from '../report/identity.ts';

/** The latest statement that settled the INS or its status, or that removed the INS (`identity` without it). */
export interface InsStatement {
  readonly identity: StatedIdentity;
  readonly removed: boolean;
}

/**
 * What this statement settles of the INS: its removal, or its status, with the number that it gives, else the one settled
 * before for the same person. A status told without the number (DOUT, mostly) must not be forgotten by the next ORU.
 * @returns undefined when it settles nothing
 */
function settledBy(
  identity: StatedIdentity,
  removed: boolean,
  earlier: InsStatement | undefined,
): InsStatement | undefined {
  if (removed) return { identity, removed };
  if (identity.statuses.length === 0) return undefined;
  const ins =
    identity.ins ?? (earlier && agree(identity, earlier.identity) ? earlier.identity.ins : undefined);
  return { identity: { ...identity, ...(ins ? { ins } : {}) }, removed };
}

/**
 * The identity that applies: the latest statement; where it says nothing of the INS or nothing of its status (most ORU
 * carry neither), they are those of the latest statement that did, provided birth name, birth date and sex agree and
 * nothing contradicts. A status of the latest statement always counts; a blocking one lasts until another is told.
 */
export function effectiveIdentity(latest: StatedIdentity, settled: InsStatement | undefined): StatedIdentity {
  if (!settled) return latest;
  const { ins, statuses } = settled.identity;
  const told = latest.statuses.length > 0;
  const blocked = statuses.some((status) => BLOCKING_STATUSES.includes(status));
  const kept = !told && blocked ? { ...latest, statuses } : latest;
  if (settled.removed || !ins) return kept;
  const contradicts =
    latest.ins !== undefined && (latest.ins.matricule !== ins.matricule || latest.ins.oid !== ins.oid);
  if (contradicts || !agree(latest, settled.identity)) return kept;
  return { ...latest, ins, statuses: told ? latest.statuses : statuses };
}

/** One statement of a patient's identity; removed: it says that the INS is no longer theirs. */
export interface IdentityStatement {
  readonly identity: StatedIdentity;
  readonly removed: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the statements of one number come to. */
export interface IdentityState {
  readonly latest: IdentityStatement;
  readonly settled: (InsStatement & { readonly at: number }) | undefined;
  /** The INS by which the numbers of one person are found: kept while nothing says that it is no longer theirs. */
  readonly matricule: string | undefined;
  /** When what documents follow ({@link dispatchedAs}) last changed. */
  readonly since: number;
  /** The identity that applied after each statement. */
  readonly applied: readonly StatedIdentity[];
}

/**
 * Reads statements in order, whatever the order in which they came: the same statements give the same state.
 * @param statements at least one, oldest first
 */
export function identityState(
  statements: readonly [IdentityStatement, ...IdentityStatement[]],
): IdentityState {
  let settled: IdentityState['settled'];
  let matricule: string | undefined;
  let known: string | undefined;
  let since = statements[0].at;
  const applied: StatedIdentity[] = [];
  for (const { identity, removed, at } of statements) {
    const statement = settledBy(identity, removed, settled);
    if (statement) settled = { ...statement, at };
    const effective = effectiveIdentity(identity, settled);
    matricule = effective.ins?.matricule ?? (removed ? undefined : matricule);
    const dispatched = dispatchedAs(effective);
    if (dispatched !== known) since = at;
    known = dispatched;
    applied.push(effective);
  }
  return { latest: statements.at(-1) ?? statements[0], settled, matricule, since, applied };
}

/** What documents and plans have to follow: qualification and its cause, INS, strict traits. */
export function dispatchedAs(identity: StatedIdentity): string {
  const known = qualify(identity);
  const { birthName, firstGiven, birthGivens, sex, birthDate, birthPlaceCode } = identity.traits;
  return JSON.stringify([
    known.kind === 'qualified' ? known.kind : known.cause,
    identity.ins,
    [birthName, firstGiven, birthGivens, sex, birthDate?.local, birthPlaceCode],
  ]);
}

/** Birth name, birth date and sex are there and the same. */
function agree({ traits: a }: StatedIdentity, { traits: b }: StatedIdentity): boolean {
  return (
    letters(a.birthName) === letters(b.birthName) &&
    a.sex === b.sex &&
    a.birthDate !== undefined &&
    a.birthDate.local === b.birthDate?.local
  );
}
