/** A number whose reports and consents went to another (A40). */
export interface Merge {
  readonly merged: number;
  readonly survivor: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Who has what was a number's, and since when. */
export interface Holder {
  readonly id: number;
  /** When the last of the merges that lead there was told; -Infinity for a number that was never merged. */
  readonly since: number;
}

/**
 * Follows merges to the patient who stays. Of two merges of a number the later one counts; one that goes against an
 * earlier one (the survivor had gone to the merged) undoes it: the survivor stays.
 * @param merges oldest first
 */
export function holdersOf(merges: readonly Merge[]): (patient: number) => Holder {
  const into = new Map<number, Merge>();
  for (const merge of merges) {
    for (let next = into.get(merge.survivor); next; next = into.get(next.survivor))
      if (next.survivor === merge.merged) {
        into.delete(merge.survivor);
        break;
      }
    into.set(merge.merged, merge);
  }
  return (patient) => {
    let holder: Holder = { id: patient, since: -Infinity };
    for (let next = into.get(patient); next; next = into.get(next.survivor))
      holder = { id: next.survivor, since: Math.max(holder.since, next.at) };
    return holder;
  };
}
