import type { Log } from '../ops/log.ts';
import { decide } from '../policy/decide.ts';
import { usableIdentity } from '../policy/environment.ts';
import type { DispatchFacts, DispatchSettings } from '../policy/facts.ts';
import { ADDRESS_RULE } from '../report/delivery.ts';
import { type Identity, strictTraitsDiffer } from '../report/identity.ts';
import { fromInstant } from '../report/timestamp.ts';
import type { Store } from '../store/model.ts';
import type { PlanTask } from '../store/records.ts';

export interface PlanDependencies {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  readonly zone: string;
  readonly settingsOf: (source: string) => DispatchSettings;
  readonly at: (point: string) => void;
  /** Something may be waiting to be delivered. */
  readonly next: () => void;
  /** The plan has no address for a professional of this report; one may have been learned since it was interpreted. */
  readonly unaddressed: (reportId: string) => void;
}

const BATCH = 50;

/** Stage `decide`: a rendered version → one outbox row for each destination, each with its reason. */
export function createPlanner({
  store,
  log,
  now,
  zone,
  settingsOf,
  at,
  next,
  unaddressed,
}: PlanDependencies) {
  return {
    async turn(): Promise<number> {
      await store.releaseDue();
      const tasks = await store.unplanned(BATCH);
      const today = fromInstant(now(), zone).local.slice(0, 8);
      for (const task of tasks) {
        const decisions = planOf(task, today, settingsOf(task.source));
        await store.planned(task, decisions);
        at('decide:after-commit');
        if (decisions.some(({ rule }) => rule === ADDRESS_RULE)) unaddressed(task.reportId);
        for (const { channel, decision, rule } of decisions)
          log.info('decided', {
            report: task.reportId,
            version: task.version,
            channel,
            state: decision,
            rule,
          });
      }
      if (tasks.length > 0) next();
      return tasks.length;
    },
  };
}

/** The plan of a stored version: its facts and what the store knows of its circumstances. */
export function planOf(task: PlanTask, today: string, settings: DispatchSettings) {
  // The store keeps as JSON what factsOf gave it.
  const facts = task.facts as unknown as DispatchFacts;
  return decide(
    facts,
    {
      flags: task.flags,
      maskUntil: task.maskUntil,
      visibleByRight: task.visibleByRight,
      ...(task.held ? { held: task.held } : {}),
      lifted: task.lifted,
      opposition: task.opposition,
      ...(task.consent ? { alimentation: task.consent.alimentation } : {}),
      alreadyHave: task.alreadyHave,
      toldOfWithdrawal: task.toldOfWithdrawal,
      sameDocument: task.sameDocument,
      identityChanged:
        hasChanged(facts.identity, usableIdentity(settings.environment, task.identity)) ||
        wentToAnother(facts.identity, task.reachedAs) ||
        strictTraitsDiffer(task.borne, task.identity.traits),
      today,
    },
    settings,
  );
}

/** An identity that a document bears qualified must still be so, with the same INS. */
function hasChanged(borne: DispatchFacts['identity'], now: Identity): boolean {
  if (now.kind === 'unqualified')
    return borne.kind === 'qualified' || (now.cause === 'status-blocked' && borne.cause !== now.cause);
  return borne.kind === 'qualified' && borne.matricule !== now.ins.matricule;
}

/** An earlier version reached somebody under another INS: a person has it withdrawn there before this one leaves. */
function wentToAnother(borne: DispatchFacts['identity'], reachedAs: readonly string[]): boolean {
  return borne.kind === 'qualified' && reachedAs.some((matricule) => matricule !== borne.matricule);
}
