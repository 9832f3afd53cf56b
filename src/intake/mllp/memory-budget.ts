/** Who holds bytes: a connection, which stops reading when told. */
export interface Holder {
  pause(): void;
  resume(): void;
}

/**
 * Bytes in memory over all connections of all listeners. Above the limit every connection stops reading but the one that
 * has held bytes for the longest: it can always finish its frame, so that two large ones never wait for each other. The
 * memory stays within the limit, one frame and a chunk a connection.
 */
export class MemoryBudget {
  readonly #limit: number;
  /** In the order in which they began to hold. */
  readonly #held = new Map<Holder, number>();
  readonly #paused = new Set<Holder>();
  #used = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Tells what a holder has now; 0 when it has let go of everything. */
  set(holder: Holder, bytes: number): void {
    this.#used += bytes - (this.#held.get(holder) ?? 0);
    if (bytes === 0) this.#held.delete(holder);
    else this.#held.set(holder, bytes);
    const [first] = this.#held.keys();
    if (this.#used > this.#limit && holder !== first && bytes > 0) {
      if (!this.#paused.has(holder)) {
        this.#paused.add(holder);
        holder.pause();
      }
    } else if (this.#used <= this.#limit) for (const waiting of [...this.#paused]) this.#free(waiting);
    else if (first) this.#free(first);
    if (bytes === 0) this.#free(holder);
  }

  #free(holder: Holder): void {
    if (this.#paused.delete(holder)) holder.resume();
  }
}
