import { createHash } from 'node:crypto';
import {
  type ChannelAdapter,
  type DeliveryJob,
  type Outcome,
  TRAITS_RULE,
  type WireHooks,
} from '../report/delivery.ts';
import type { Fault } from '../report/fault.ts';
import { fromInstant } from '../report/timestamp.ts';
import { type CallContext, createDmpClient, type DmpClient, type Refusal } from './client.ts';
import { DELETE_DOCUMENT, deleteDocument } from './delete-document.ts';
import { isReplacementError, outcomeOfCode } from './error-classes.ts';
import { createExistenceCache } from './existence-cache.ts';
import { documentNotFound, parentDiffers, traitsDivergent } from './faults.ts';
import { derivedOid, documentOf, type Lot, prepareLot, readLot } from './lot.ts';
import { PROVIDE_AND_REGISTER, provideAndRegister } from './provide-and-register.ts';
import type { DmpSettings } from './settings.ts';
import { openSigner } from './signer.ts';
import { createTransport } from './transport.ts';

/** Where the channel says what nobody waits for. Identifiers and codes only. */
export interface DmpLog {
  warn(event: string, fields: { report?: string; version?: number; delivery?: string; code?: string }): void;
}

export interface DmpDependencies {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly uuid: () => string;
  readonly log?: DmpLog;
}

/** The test compared these traits: another patient's document that bears the same INS by mistake is tested anew. */
function testedIdentity(lot: Lot): string {
  const traits = createHash('sha256').update(JSON.stringify(lot.patient), 'utf8').digest('hex');
  return `${documentOf(lot).patientId} ${traits}`;
}

/** The DMP as a destination (dmp.md §6, §9, §10). */
export function createDmpChannel(settings: DmpSettings, dependencies: DmpDependencies): ChannelAdapter {
  const { now, uuid, log } = dependencies;
  const signer = openSigner(settings.signing);
  const transport = createTransport(settings);
  const client = createDmpClient(settings, { transport, signer, now, uuid });
  const { enabled, cacheMs } = settings.options.existenceTest;
  const existence = createExistenceCache(cacheMs, now);

  const warn = (event: string, job: DeliveryJob, code: string) =>
    log?.warn(event, { report: job.reportId, version: job.version, delivery: job.deliveryId, code });

  /** TD0.2 before a patient's first feed; undefined when the way is free. */
  async function obstacle(
    lot: Lot,
    job: DeliveryJob,
  ): Promise<Exclude<Outcome, { kind: 'accepted' }> | undefined> {
    const tested = testedIdentity(lot);
    if (!enabled || existence.isKnown(tested)) return undefined;
    const found = await client.testExistence(contextOf(lot, job));
    if ('kind' in found) return afterFailedTest(found, job);
    if (!found.exists) return outcomeOfCode('NF', '', String);
    if (!found.active) return outcomeOfCode('DMPClosed', '', String);
    if (found.divergingTraits.length > 0) {
      if (job.traitsAccepted) return undefined;
      return { ...traitsDivergent(found.divergingTraits), kind: 'held', rule: TRAITS_RULE };
    }
    existence.remember(tested);
    return undefined;
  }

  /** A question may be asked again; and where only the question is refused, the deposit's own answer prevails. */
  function afterFailedTest(failure: Refusal, job: DeliveryJob): Refusal | undefined {
    if (failure.kind === 'unknown') return { kind: 'retry', code: failure.code, cause: failure.cause };
    if (failure.kind !== 'refused' || isPatientRefusal(failure.code)) return failure;
    warn('dmp.existence-test-refused', job, failure.code);
    return undefined;
  }

  /**
   * The entryUUID to replace, looked up just before: it changes with each update of the metadata. A version whose deposit
   * is in doubt may not be there: then the one before it is, and the document must name the one that is (dmp.md §6.4).
   */
  async function replacedUuid(lot: Lot, job: DeliveryJob): Promise<{ entryUuid?: string } | Refusal> {
    const candidates = job.replaces === undefined ? [] : [job.replaces, ...(job.earlier ?? [])];
    for (const uniqueId of candidates) {
      const found = await client.find(uniqueId, contextOf(lot, job));
      if ('kind' in found) {
        return found.kind === 'unknown' ? { kind: 'retry', code: found.code, cause: found.cause } : found;
      }
      if (found.entryUuid !== undefined)
        return documentOf(lot).replaces === uniqueId ? found : refused(parentDiffers());
      warn('dmp.replaced-version-absent', job, 'DMP_REPLACED_ABSENT');
    }
    // None is there (never arrived, or deleted meanwhile): this one is a first deposit.
    return {};
  }

  /** TD3.3c: removes a document that was deposited, under the identity it was deposited with. */
  async function withdraw(lot: Lot, job: DeliveryJob, hooks: WireHooks): Promise<Outcome> {
    const context = contextOf(lot, job);
    const { uniqueId } = documentOf(lot);
    const found = await client.find(uniqueId, context);
    if ('kind' in found) {
      return found.kind === 'unknown' ? { kind: 'retry', code: found.code, cause: found.cause } : found;
    }
    // Not trusted without a deletion of ours before it (see lookup): a person makes sure that nobody sees it.
    if (found.entryUuid === undefined) return refused(documentNotFound());
    const submissionSet = {
      ...lot.submission.submissionSet,
      uniqueId: derivedOid(settings.sourceId, 3, job, uniqueId),
      submissionTime: fromInstant(now(), 'UTC').local,
    };
    await hooks.onWire();
    hooks.at('dmp:before-delete');
    const outcome = await client.submit(
      DELETE_DOCUMENT,
      deleteDocument(submissionSet, found.entryUuid),
      [],
      context,
    );
    hooks.at('dmp:after-delete');
    return outcome;
  }

  return {
    prepare: async (job) => prepareLot(settings, job, { now: now(), signer }),

    async transmit(prepared, job, hooks) {
      const lot = readLot(prepared, job.cda);
      if (isFault(lot)) return refused(lot);
      if (job.withdraws) return withdraw(lot, job, hooks);
      const stopped = await obstacle(lot, job);
      if (stopped) return stopped;
      const replaced = await replacedUuid(lot, job);
      if ('kind' in replaced) return replaced;

      const { body, parts } = provideAndRegister(
        lot,
        job.cda,
        settings.options.replacementAssociation,
        replaced.entryUuid,
      );
      await hooks.onWire();
      hooks.at('dmp:before-send');
      const outcome = await client.submit(PROVIDE_AND_REGISTER, body, parts, contextOf(lot, job));
      hooks.at('dmp:after-answer');
      if (outcome.kind === 'refused' && isReplacementError(outcome.code)) {
        return (await isPresent(client, lot, job)) ? { kind: 'accepted' } : outcome;
      }
      return outcome;
    },

    /** Of a withdrawal: it has gone through when the document is no longer there. */
    async lookup(prepared, job) {
      const lot = readLot(prepared, job.cda);
      // A lot that could not be built was never sent.
      if (isFault(lot)) return { kind: 'absent' };
      const found = await client.find(documentOf(lot).uniqueId, contextOf(lot, job));
      if ('kind' in found) return { kind: 'failed', outcome: found };
      if (found.entryUuid === undefined) return job.withdraws ? { kind: 'present' } : { kind: 'absent' };
      return job.withdraws ? { kind: 'absent' } : { kind: 'present', remoteId: found.entryUuid };
    },

    async close() {
      transport.close();
    },
  };
}

/** A replacement that fails may mean that ours is already in: an earlier try went through unseen (dmp.md §10). */
async function isPresent(client: DmpClient, lot: Lot, job: DeliveryJob): Promise<boolean> {
  const found = await client.find(documentOf(lot).uniqueId, contextOf(lot, job));
  return !('kind' in found) && found.entryUuid !== undefined;
}

function contextOf(lot: Lot, job: DeliveryJob): CallContext {
  return {
    subject: lot.subject,
    patient: lot.patient,
    secret: job.secretConnection,
    notBefore: lot.submittedAt,
  };
}

const isFault = (lot: Lot | Fault): lot is Fault => 'cause' in lot;

const isPatientRefusal = (code: string) =>
  ['NF', 'DMPClosed', 'XDSUnknownPatientId', 'XDSPatientIdDoesNotMatch'].includes(code);

function refused({ code, cause, hint }: Fault): Outcome & Refusal {
  return { kind: 'refused', code, cause, hint };
}
