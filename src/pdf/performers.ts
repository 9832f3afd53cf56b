import type { PerformingLaboratory } from '../report/people.ts';

/** Numbers the laboratories that did part of the work: `(1)` beside the examination, its address at the end. */
export class Performers {
  readonly #laboratories: PerformingLaboratory[] = [];

  /** The mark of a laboratory; two with the same identifier or, failing that, the same name are one. */
  markOf(laboratory: PerformingLaboratory): string {
    const same = (other: PerformingLaboratory) =>
      other.idNat && laboratory.idNat ? other.idNat === laboratory.idNat : other.name === laboratory.name;
    let index = this.#laboratories.findIndex(same);
    if (index < 0) index = this.#laboratories.push(laboratory) - 1;
    return `(${index + 1})`;
  }

  /** Laboratories with their marks, in order. */
  list(): readonly { readonly mark: string; readonly laboratory: PerformingLaboratory }[] {
    return this.#laboratories.map((laboratory, index) => ({ mark: `(${index + 1})`, laboratory }));
  }
}
