import type { DispatchFlags } from '../report/dossier.ts';
import { RESTRICTIVE } from '../report/versions.ts';

const NAMES = Object.keys(RESTRICTIVE) as (keyof DispatchFlags)[];

/**
 * Lays what biologists set over the flags of the source.
 *
 * A flag that a biologist set wins over the source's, both ways. One that a biologist opened falls when the source then
 * gives a restrictive order that it had not given before: nobody has decided on that one yet (decisions.md: the most
 * restrictive wins).
 * @param source flags of the source now
 * @param masks flags set by biologists
 * @param seen flags of the source at the last comparison
 * @returns the flags that apply, and the masks that still stand
 */
export function layMasks(
  source: DispatchFlags,
  masks: DispatchFlags,
  seen: DispatchFlags,
): { flags: DispatchFlags; masks: DispatchFlags } {
  const standing = Object.fromEntries(
    Object.entries(masks).filter(([key, value]) => {
      const name = key as keyof DispatchFlags;
      const opened = value !== RESTRICTIVE[name];
      return !(opened && source[name] === RESTRICTIVE[name] && seen[name] !== RESTRICTIVE[name]);
    }),
  ) as DispatchFlags;
  return { flags: { ...source, ...standing }, masks: standing };
}

/** Do two sets of flags say the same of every flag? */
export function sameFlags(a: DispatchFlags, b: DispatchFlags): boolean {
  return NAMES.every((name) => (a[name] === RESTRICTIVE[name]) === (b[name] === RESTRICTIVE[name]));
}

/** The masks of a change: what a date given with it will end. */
export function masksOf(change: DispatchFlags): (keyof DispatchFlags)[] {
  return (['masquePs', 'invisiblePatient', 'invisibleRepLegaux'] as const).filter((name) => change[name]);
}
