/** Patients whose DMP was found open and theirs. In memory only: it spares questions, nothing depends on it. */
export interface ExistenceCache {
  isKnown(identity: string): boolean;
  remember(identity: string): void;
}

/** A day's patients of a large laboratory; the oldest entry goes first. */
const MAX_PATIENTS = 20_000;

export function createExistenceCache(ttlMs: number, now: () => number): ExistenceCache {
  const until = new Map<string, number>();
  return {
    isKnown(identity) {
      const end = until.get(identity);
      if (end === undefined) return false;
      if (end > now()) return true;
      until.delete(identity);
      return false;
    },
    remember(identity) {
      until.set(identity, now() + ttlMs);
      const [oldest] = until.keys();
      if (until.size > MAX_PATIENTS && oldest !== undefined) until.delete(oldest);
    },
  };
}
