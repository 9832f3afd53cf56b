import type { Ins } from './ins.ts';
import { inCapitals } from './names.ts';
import type { Address } from './people.ts';
import type { Timestamp } from './timestamp.ts';

/** M, F, or the administrative "undifferentiated" of HL7 (sent as UN in CDA). */
export type Sex = 'M' | 'F' | 'UN';

/** Identity traits of the RNIV. Strict traits are the first six. */
export interface Traits {
  readonly birthName: string;
  /** First given name of the birth record. */
  readonly firstGiven?: string;
  /** All given names of the birth record, in order, as one text. */
  readonly birthGivens?: string;
  readonly sex: Sex;
  /** A date, possibly partial. */
  readonly birthDate?: Timestamp;
  /** Code COG (INSEE) of the place of birth, 5 characters, 99xxx abroad. */
  readonly birthPlaceCode?: string;
  readonly birthPlaceName?: string;
  readonly usedName?: string;
  readonly usedGiven?: string;
}

/** An identifier that an establishment gave: IPP, the laboratory's patient number. */
export interface LocalPatientId {
  readonly value: string;
  /** OID of the assigning authority; the laboratory's own when the source names none. */
  readonly authority?: string;
}

/** The identity as the source states it. Whether its INS may be used is {@link qualify}'s to say. */
export interface StatedIdentity {
  readonly localId: LocalPatientId;
  readonly ins?: Ins;
  /** PID-32, table 0445: VALI, PROV, DOUT… Empty when the source says nothing. */
  readonly statuses: readonly string[];
  readonly traits: Traits;
  readonly address?: Address;
  readonly phone?: string;
}

declare const qualifiedBrand: unique symbol;

interface IdentityCore {
  readonly localId: LocalPatientId;
  readonly traits: Traits;
  readonly address?: Address;
  readonly phone?: string;
}

/** INS present, status VALI, all five INS traits present: the only identity that leaves with its INS. */
export interface QualifiedIdentity extends IdentityCore {
  readonly kind: 'qualified';
  readonly ins: Ins;
  readonly traits: Traits &
    Required<Pick<Traits, 'firstGiven' | 'birthGivens' | 'birthDate' | 'birthPlaceCode'>>;
  readonly [qualifiedBrand]: true;
}

/** Anything else: the type has no field for an INS, so that it can reach no document (RNIV rule 28). */
export interface UnqualifiedIdentity extends IdentityCore {
  readonly kind: 'unqualified';
  /** Why, for the person who has to mend it. */
  readonly cause: UnqualifiedCause;
}

export type UnqualifiedCause =
  | 'no-ins'
  | 'status-not-validated'
  | 'traits-incomplete'
  /** PID-32 in FICT, DOUT, USUR, CACH, ANOM, INVA: nothing may leave. */
  | 'status-blocked'
  /** An INS of another space than this instance's: test or demo in production, or the reverse. */
  | 'foreign-space';

export type Identity = QualifiedIdentity | UnqualifiedIdentity;

/** PID-32 values that hold a report for good (decisions.md, Inputs). */
export const BLOCKING_STATUSES: readonly string[] = ['FICT', 'DOUT', 'USUR', 'CACH', 'ANOM', 'INVA'];

/**
 * Decides whether an identity is qualified: INS present, PID-32 contains VALI and no blocking status, and the five
 * INS traits are there (CI-SIS annexe INS; structuration minimale).
 */
export function qualify(stated: StatedIdentity): Identity {
  const { localId, traits, address, phone, ins, statuses } = stated;
  const core: IdentityCore = {
    localId,
    traits,
    ...(address ? { address } : {}),
    ...(phone ? { phone } : {}),
  };
  const unqualified = (cause: UnqualifiedCause): UnqualifiedIdentity => ({
    ...core,
    kind: 'unqualified',
    cause,
  });
  if (statuses.some((status) => BLOCKING_STATUSES.includes(status))) return unqualified('status-blocked');
  if (!ins) return unqualified('no-ins');
  if (!statuses.includes('VALI')) return unqualified('status-not-validated');
  const { firstGiven, birthGivens, birthDate, birthPlaceCode, sex } = traits;
  if (!firstGiven || !birthGivens || birthDate?.local.length !== 8 || !birthPlaceCode || sex === 'UN') {
    return unqualified('traits-incomplete');
  }
  return {
    ...core,
    kind: 'qualified',
    ins,
    traits: { ...traits, firstGiven, birthGivens, birthDate, birthPlaceCode },
  } as QualifiedIdentity;
}

/** Names compared as the RNIV writes them: upper case, without accents nor punctuation. */
export function letters(name: string): string {
  return inCapitals(name).replace(/[^\p{L}]/gu, '');
}

/**
 * Does a strict trait differ between what a document bears and what is stated now? What is no longer stated says nothing
 * (most ORU carry few traits), and names are compared by their letters.
 */
export function strictTraitsDiffer(borne: Traits, now: Traits): boolean {
  const name = (text: string | undefined) => (text === undefined ? undefined : letters(text));
  const pairs = [
    [name(borne.birthName), name(now.birthName)],
    [name(borne.firstGiven), name(now.firstGiven)],
    [name(borne.birthGivens), name(now.birthGivens)],
    [borne.sex, now.sex === 'UN' ? undefined : now.sex],
    [borne.birthDate?.local, now.birthDate?.local],
    [borne.birthPlaceCode, now.birthPlaceCode],
  ];
  return pairs.some(([before, after]) => after !== undefined && before !== undefined && before !== after);
}

/**
 * Are these two statements of two persons? The same INS is one person. Under two local numbers, one contradiction of
 * INS, birth name, first given name, sex or birth date is enough; under the same number it takes two, since one alone is
 * how a spelling, a date or an INS is corrected. A trait that one of them does not give, or gives in part, contradicts
 * nothing.
 */
export function isAnotherPatient(a: StatedIdentity, b: StatedIdentity): boolean {
  if (a.ins && a.ins.matricule === b.ins?.matricule) return false;
  const sameNumber =
    a.localId.value === b.localId.value && (a.localId.authority ?? '') === (b.localId.authority ?? '');
  return contradictions(a, b) >= (sameNumber ? 2 : 1);
}

function contradictions(a: StatedIdentity, b: StatedIdentity): number {
  const [one, other] = [a.traits, b.traits];
  const [born, alsoBorn] = [one.birthDate?.local ?? '', other.birthDate?.local ?? ''];
  return [
    a.ins !== undefined && b.ins !== undefined,
    letters(one.birthName) !== letters(other.birthName),
    one.firstGiven && other.firstGiven && letters(one.firstGiven) !== letters(other.firstGiven),
    one.sex !== 'UN' && other.sex !== 'UN' && one.sex !== other.sex,
    !born.startsWith(alsoBorn) && !alsoBorn.startsWith(born),
  ].filter(Boolean).length;
}
