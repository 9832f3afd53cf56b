import type { Delimiters } from '../escapes.ts';
import { Repetition, Segment } from '../hl7.ts';

/**
 * HPRIM Santé and HL7 v2 have one ancestor: what an HPRIM segment says is said again in the HL7 segment of the same
 * meaning, and read there, so that a value, a status or an identity means the same whatever its format.
 */

/** An HL7 segment that tells its faults by the place of the HPRIM field it comes from. */
class Translated extends Segment {
  readonly #from: Segment;
  readonly #places: Readonly<Record<number, number>>;

  constructor(
    name: string,
    fields: Readonly<Record<number, readonly Repetition[]>>,
    from: Segment,
    places: Readonly<Record<number, number>>,
  ) {
    const last = Math.max(0, ...Object.keys(fields).map(Number));
    const all = Array.from({ length: last }, (_, index) => fields[index + 1] ?? []);
    super(name, from.rank, all, undefined);
    this.#from = from;
    this.#places = places;
  }

  override at(field?: number): string {
    return this.#from.at(field === undefined ? undefined : (this.#places[field] ?? field));
  }
}

/**
 * @param from the HPRIM segment, named in faults
 * @param places HL7 field → HPRIM field, where the numbers differ
 */
export function translated(
  name: string,
  fields: Readonly<Record<number, readonly Repetition[]>>,
  from: Segment,
  places: Readonly<Record<number, number>> = {},
): Segment {
  return new Translated(name, fields, from, places);
}

/** One repetition of the given components, each a text or its sub-components. */
export function repetition(
  components: readonly (string | readonly string[])[],
  delimiters: Delimiters,
): Repetition {
  return new Repetition(
    components.map((component) => (typeof component === 'string' ? [component] : component)),
    delimiters,
  );
}
