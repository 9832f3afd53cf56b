/** Patients whose DMP was found open and theirs. In memory only: it spares questions, nothing depends on it. */
export interface ExistenceCache {
  isKnown(patientId: string): boolean;
  remember(patientId: string): void;
}

/** A day's patients of a large laboratory; the oldest entry goes first. */
const MAX_PATIENTS = 20_000;

export function createExistenceCache(ttlMs: number, now: () => number): ExistenceCache {
  const until = new Map<string, number>();
  return {
    isKnown(patientId) {
      const end = until.get(patientId);
      if (end === undefined) return false;
      if (end > now()) return true;
      until.delete(patientId);
      return false;
    },
    remember(patientId) {
      until.set(patientId, now() + ttlMs);
      const [oldest] = until.keys();
      if (until.size > MAX_PATIENTS && oldest !== undefined) until.delete(oldest);
    },
  };
}
