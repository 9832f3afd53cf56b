import type { createActs } from './acts.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { Context } from './context.ts';
import type { Inbox } from './inbox.ts';
import type { Interpretation } from './interpretation.ts';
import type { Queries } from './queries.ts';
import type { InterpretedItem, InterpretedOutcome } from './records.ts';
import type { Rehearsal, RehearsedOutcome } from './rows.ts';

interface RehearsalParts {
  readonly acts: ReturnType<typeof createActs>;
  readonly inbox: Inbox;
  readonly interpretation: Interpretation;
  readonly queries: Queries;
}

/** Carries the answer out of an operation that is undone. */
class Undone extends Error {
  readonly rehearsal: Rehearsal;
  constructor(rehearsal: Rehearsal) {
    super('rehearsed');
    this.rehearsal = rehearsal;
  }
}

const ACT = { by: 'crbio', reason: '' };

/** Replays a quarantined input, or its mended copy, for the sake of the answer: nothing of it stays. */
export function createRehearsal({ db }: Context, { write }: CommitQueue, parts: RehearsalParts) {
  const { acts, inbox, interpretation, queries } = parts;
  const patients = db.prepare<[], number>('SELECT count(*) FROM patient').pluck();

  const rehearse = (
    quarantineId: number,
    items: readonly InterpretedItem[],
    mended: Uint8Array | undefined,
  ): Rehearsal => {
    const row = inbox.find(quarantineId);
    const act = mended ? acts.mend(quarantineId, mended, ACT) : acts.replay(quarantineId, ACT);
    if (!act.done) return act;
    const inboxId = act.inboxId ?? row?.inboxId;
    if (inboxId === undefined) throw new Error(`quarantined input ${quarantineId} has no message`);
    const known = patients.get() ?? 0;
    const outcomes = interpretation.interpreted(inboxId, items);
    return {
      done: true,
      outcomes: outcomes.map((outcome, index) => told(outcome, items[index])),
      newPatients: (patients.get() ?? 0) - known,
    };
  };

  const told = (outcome: InterpretedOutcome, item: InterpretedItem | undefined): RehearsedOutcome => {
    switch (outcome.kind) {
      case 'quarantined': {
        const refused = inbox.find(outcome.quarantineId);
        if (!refused) throw new Error('a refused part has no row');
        return { kind: 'refused', fault: refused.fault };
      }
      case 'ignored':
        return { kind: 'ignored', reason: item?.kind === 'ignored' ? item.reason : '' };
      case 'patient':
        return { kind: 'patient' };
      case 'waiting':
        return { kind: 'ignored', reason: 'résultat sous-traité : attend le dossier de sa demande' };
      default: {
        const report = queries.report(outcome.reportId);
        if (!report) throw new Error(`report ${outcome.reportId} is missing`);
        const { reportId } = outcome;
        const dossier = report.dossier;
        if (outcome.kind === 'unchanged') return { kind: 'unchanged', reportId, dossier };
        const { version } = outcome;
        const made = report.versions.find((one) => one.version === version);
        return {
          kind: 'version',
          reportId,
          dossier,
          version,
          completeness: report.completeness,
          cause: made?.cause ?? 'first',
          warnings: made?.warnings ?? [],
        };
      }
    }
  };

  return async (...asked: Parameters<typeof rehearse>): Promise<Rehearsal> => {
    try {
      // The queue undoes an operation that throws, and no other.
      return await write((): Rehearsal => {
        throw new Undone(rehearse(...asked));
      });
    } catch (error) {
      if (error instanceof Undone) return error.rehearsal;
      throw error;
    }
  };
}
