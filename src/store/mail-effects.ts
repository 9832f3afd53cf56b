import type { Fault } from '../report/fault.ts';
import type { RecipientReport, ReturnedContent } from '../report/returned-mail.ts';
import type { Alerts } from './alerts.ts';
import type { BusinessAcks } from './business-acks.ts';
import type { Context } from './context.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Outbox } from './outbox.ts';
import type { Planning } from './planning.ts';
import type { MailEffect } from './records.ts';

interface Parts {
  readonly deliveries: Deliveries;
  readonly outbox: Outbox;
  readonly acks: BusinessAcks;
  readonly alerts: Alerts;
  readonly planning: Pick<Planning, 'again'>;
}

export interface Effect {
  readonly effect: MailEffect;
  readonly code?: string;
}

/** A citizen may close Mon espace santé or never open it: no fault of the laboratory, and nothing to do (mssante.md §3). */
const CITIZEN_ABSENT = ['MSSANTE_MAILBOX_CLOSED', 'MSSANTE_UNKNOWN_MAILBOX'];

const DISPOSED = {
  displayed: 'read',
  processed: 'integrated',
  dispatched: 'dispatched',
  deleted: 'deleted',
} as const satisfies Record<string, MailEffect>;

const REPORTED = {
  delivered: 'delivered',
  delayed: 'delayed',
  relayed: 'relayed',
  expanded: 'relayed',
} as const satisfies Record<string, MailEffect>;

/** What a mail that came back changes: the fate of the delivery that it is about, and what its sender is told. */
export function createMailEffects(
  { journal, actor }: Context,
  { deliveries, outbox, acks, alerts, planning }: Parts,
) {
  const subjectOf = ({ id }: Delivery) => `delivery:${id}`;

  /** Who has an earlier version has changed, and the plan of the newest was made of it. */
  const planAgain = (delivery: Delivery): void => {
    if (deliveries.isReplaced(delivery)) planning.again(delivery.report_id);
  };

  /** Whoever says that it came ends a doubt; `despite`: also a refusal that was told. */
  const arrived = (delivery: Delivery, despite: boolean): void => {
    const isInDoubt = delivery.state === 'unknown' || delivery.ambiguous > 0;
    const isRefused = despite && delivery.state === 'failed';
    if (delivery.state !== 'delivered' && (isInDoubt || isRefused)) {
      outbox.delivered(delivery.id, undefined, {});
      planAgain(delivery);
    }
  };

  const undelivered = (delivery: Delivery, { code, cause, hint }: Fault): Effect => {
    const said = { last_code: code, last_cause: cause, last_hint: hint, ambiguous: 0 };
    const moved = deliveries.tryMove(delivery, 'bounce', { ...said, lease_until: null });
    if (!moved) {
      if (delivery.ambiguous > 0) {
        deliveries.note(delivery, { ambiguous: 0 });
        planAgain(delivery);
      }
      return { effect: 'undelivered', code };
    }
    planAgain(delivery);
    acks.outcome(delivery, code);
    journal.append({
      actor,
      action: 'delivery-failed',
      subject: delivery.report_id,
      details: { delivery: delivery.id, channel: delivery.channel, version: delivery.version, code },
    });
    if (delivery.withdraws === 1) alerts.raise({ kind: 'retrait-non-abouti', subject: subjectOf(delivery) });
    else if (delivery.channel !== 'mssante-patient' || !CITIZEN_ABSENT.includes(code))
      alerts.raise({ kind: 'courriel-non-distribue', subject: subjectOf(delivery) });
    return { effect: 'undelivered', code };
  };

  /** Their side says that it came: what bounces from now on is a copy. */
  const keepProof = ({ id }: Delivery): void => {
    const delivery = deliveries.load(id);
    if (delivery.state === 'delivered' && delivery.proven === 0) deliveries.note(delivery, { proven: 1 });
  };

  const reported = (delivery: Delivery, recipients: readonly RecipientReport[]): Effect => {
    const own = recipients.find(({ addresses }) => addresses.includes(delivery.recipient.toLowerCase()));
    // Each of our mails has one recipient: a server that names another has followed an alias.
    const [only, ...others] = recipients;
    const report = own ?? (others.length === 0 ? only : undefined);
    if (!report) return { effect: 'unclear' };
    if (report.action === 'failed') {
      // What failed for another address may be a copy that ours passed on. A notice may also name nobody.
      const isOurs = own !== undefined || report.addresses.length === 0;
      return report.fault && isOurs && delivery.proven === 0
        ? undelivered(delivery, report.fault)
        : { effect: 'unclear' };
    }
    // Whatever a server reports of a mail, it was taken: a doubt about that is over.
    arrived(delivery, false);
    if (own && report.action === 'delivered') keepProof(delivery);
    return { effect: REPORTED[report.action] };
  };

  const notIntegrated = (delivery: Delivery, error: string, reader: string | undefined): Effect => {
    arrived(delivery, true);
    keepProof(delivery);
    acks.read(delivery, { error, ...(reader ? { reader } : {}) });
    alerts.raise({ kind: 'courriel-non-integre', subject: subjectOf(delivery) });
    return { effect: 'not-integrated', code: error };
  };

  const disposed = (
    delivery: Delivery,
    { disposition, reader, error }: Extract<ReturnedContent, { kind: 'disposition' }>,
  ): Effect => {
    if (error !== undefined) return notIntegrated(delivery, error, reader);
    if (disposition === undefined) return { effect: 'unclear' };
    arrived(delivery, true);
    keepProof(delivery);
    if (disposition === 'displayed' || disposition === 'processed') {
      acks.read(delivery, reader ? { reader } : {});
      alerts.settle('courriel-non-integre', subjectOf(delivery));
    }
    return { effect: DISPOSED[disposition] };
  };

  return {
    /** Of a mail that is about a delivery. */
    ofDelivery(delivery: Delivery, content: ReturnedContent): Effect {
      switch (content.kind) {
        case 'delivery-report':
          return reported(delivery, content.recipients);
        case 'disposition':
          return disposed(delivery, content);
        case 'refusal':
          return notIntegrated(delivery, content.error, undefined);
        default:
          return { effect: content.kind };
      }
    },

    /** Of a mail that is about nothing that is known here: it is told, and changes nothing. */
    ofNothing(content: ReturnedContent): Effect {
      switch (content.kind) {
        case 'delivery-report': {
          const [first] = content.recipients;
          if (!first) return { effect: 'unclear' };
          if (first.action !== 'failed') return { effect: REPORTED[first.action] };
          return { effect: 'undelivered', ...(first.fault ? { code: first.fault.code } : {}) };
        }
        case 'disposition':
          if (content.error !== undefined) return { effect: 'not-integrated', code: content.error };
          return { effect: content.disposition ? DISPOSED[content.disposition] : 'unclear' };
        case 'refusal':
          return { effect: 'not-integrated', code: content.error };
        default:
          return { effect: content.kind };
      }
    },
  };
}

export type MailEffects = ReturnType<typeof createMailEffects>;
