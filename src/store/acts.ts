import { type Channel, TRAITS_RULE } from '../report/delivery.ts';
import type { Alerts } from './alerts.ts';
import type { BusinessAcks } from './business-acks.ts';
import type { Context } from './context.ts';
import type { Deliveries } from './deliveries.ts';
import { REFUSED } from './faults.ts';
import type { Inbox } from './inbox.ts';
import type { Patients } from './patients.ts';
import type { Planning } from './planning.ts';
import type { Act, ActResult } from './records.ts';

/** What a person does to a patient's consent, a delivery or a quarantined input. Each act is in the journal. */
export function createActs(
  { now, journal }: Context,
  { inbox, patients, deliveries, planning, alerts, acks }: ActParts,
) {
  const note = (action: string, subject: string, act: Act, details: Readonly<Record<string, unknown>>) =>
    journal.append({ actor: act.by, action, subject, details: { reason: act.reason, ...details } });

  return {
    oppose(patient: string, channels: readonly Channel[], opposed: boolean, act: Act): ActResult {
      const id = patients.find(patient);
      if (id === undefined) return REFUSED.patientUnknown();
      // The row's own number: the journal is read by many, and holds no number of a patient.
      const subject = `patient:${id}`;
      if (opposed) {
        const added = patients.oppose(id, channels, act);
        if (added.length === 0) return REFUSED.alreadyOpposed();
        note('opposed', subject, act, { channels: added });
      } else {
        const { lifted, byAdt } = patients.lift(id, channels, act);
        if (lifted.length === 0) return byAdt ? REFUSED.opposedByAdt() : REFUSED.notOpposed();
        note('opposition-lifted', subject, act, { channels: lifted });
      }
      planning.againForPatient(id);
      return { done: true };
    },

    /** Another try, now; decided afresh first, since circumstances may have changed since the last one. */
    retryDelivery(deliveryId: string, act: Act): ActResult {
      const delivery = deliveries.find(deliveryId);
      if (!delivery) return REFUSED.deliveryUnknown(deliveryId);
      const { state, rule, report_id, version } = delivery;
      // Held by the destination's own answer: planned again, it asks the destination again.
      if (state === 'held' && rule === TRAITS_RULE && planning.again(report_id)) {
        note('delivery-retried', report_id, act, { delivery: deliveryId, version, was: state });
        return { done: true };
      }
      if (state !== 'unknown' && deliveries.isReplaced(delivery)) return REFUSED.deliveryReplaced();
      const resumed = deliveries.tryMove(delivery, 'resume', { next_at: now() });
      if (!resumed) return REFUSED.delivery(state, RETRY_HINTS[state] ?? 'rien à retenter');
      if (resumed.state === 'waiting') planning.again(report_id);
      note('delivery-retried', report_id, act, { delivery: deliveryId, version, was: state });
      return { done: true };
    },

    cancelDelivery(deliveryId: string, act: Act): ActResult {
      const delivery = deliveries.find(deliveryId);
      if (!delivery) return REFUSED.deliveryUnknown(deliveryId);
      const { state, report_id, version } = delivery;
      if (!deliveries.tryMove(delivery, 'cancel'))
        return REFUSED.delivery(state, CANCEL_HINTS[state] ?? 'rien à annuler');
      alerts.settle('courriel-non-distribue', `delivery:${deliveryId}`);
      // Of what may have gone, only its destination tells what became of it.
      if (delivery.ambiguous === 0) acks.outcome(delivery, 'envoi-annule');
      note('delivery-cancelled', report_id, act, { delivery: deliveryId, version, was: state });
      return { done: true };
    },

    replay(quarantineId: number, act: Act): ActResult {
      const row = inbox.find(quarantineId);
      if (!row) return REFUSED.quarantineUnknown(quarantineId);
      if (row.replayedAt !== undefined) return REFUSED.alreadyReplayed();
      if (row.kept === 'side-file') return REFUSED.replaySideFile();
      if (row.inboxId === undefined) return REFUSED.noBytes();
      inbox.replay(quarantineId, row.inboxId);
      note('replayed', `quarantine:${quarantineId}`, act, { inbox: row.inboxId });
      return { done: true };
    },

    /** The bytes that a person mended, in place of those in quarantine, which are kept. */
    mend(quarantineId: number, bytes: Uint8Array, act: Act): ActResult {
      const row = inbox.find(quarantineId);
      if (!row) return REFUSED.quarantineUnknown(quarantineId);
      if (row.replayedAt !== undefined) return REFUSED.alreadyReplayed();
      if (row.kept === 'side-file') return REFUSED.replaySideFile();
      const mended = inbox.mend(row, bytes);
      if (mended === undefined) return REFUSED.mendKnown();
      const original = row.inboxId === undefined ? {} : { inbox: row.inboxId };
      note('mended', `quarantine:${quarantineId}`, act, { ...original, mended });
      return { done: true, inboxId: mended };
    },
  };
}

const RETRY_HINTS: Readonly<Record<string, string>> = {
  held: 'crbio report release le libère',
  never: 'crbio explain dit quelle règle l’exclut',
  leased: 'attendre son issue',
  'on-wire': 'attendre son issue',
};

const CANCEL_HINTS: Readonly<Record<string, string>> = {
  leased: 'retenir le compte rendu (crbio report hold), puis annuler',
  'on-wire': 'attendre son issue',
  delivered: 'rien à annuler : le document est remis ; une correction du SGL le remplacera',
};

interface ActParts {
  readonly alerts: Alerts;
  readonly acks: BusinessAcks;
  readonly inbox: Inbox;
  readonly patients: Patients;
  readonly deliveries: Deliveries;
  readonly planning: Planning;
}
