import { createAcceptances } from './acceptances.ts';
import { createActs } from './acts.ts';
import { createAlerts } from './alerts.ts';
import { createAnnouncements } from './announcements.ts';
import { createApplicationAcks } from './application-acks.ts';
import { createBusinessAcks } from './business-acks.ts';
import { createClaim } from './claim.ts';
import { createCommitQueue } from './commit-queue.ts';
import type { Context } from './context.ts';
import { createContributions } from './contributions.ts';
import { createControlIds } from './control-ids.ts';
import { openDatabase } from './database.ts';
import { createDeliveries } from './deliveries.ts';
import { createDossiers } from './dossiers.ts';
import { createFileAnswers } from './file-answers.ts';
import { createHeldBytes } from './held-bytes.ts';
import { createInbox } from './inbox.ts';
import { createInterpretation } from './interpretation.ts';
import { createJournal } from './journal.ts';
import { createMailEffects } from './mail-effects.ts';
import { createMailboxStarts } from './mailbox-starts.ts';
import { createMails } from './mails.ts';
import type { Store } from './model.ts';
import { createOutbox } from './outbox.ts';
import { createPatientStatements } from './patient-statements.ts';
import { createPatients } from './patients.ts';
import { createPlanning } from './planning.ts';
import { createQueries, DEFAULT_LIMIT } from './queries.ts';
import { createRehearsal } from './rehearsal.ts';
import { createRenewal } from './renewal.ts';
import { createReportActs } from './report-acts.ts';
import { createReports } from './reports.ts';
import { createScans } from './scans.ts';
import { createSideFiles } from './side-files.ts';
import { createUnaddressed } from './unaddressed.ts';
import { createWatchedIdentities } from './watched-identities.ts';

export interface StoreOptions {
  /** Path of the data file, made when absent; its WAL lies beside it. */
  readonly file: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Who acts in the journal when no person does. */
  readonly actor?: string;
}

/**
 * Opens the store on SQLite. The parts below are synchronous; each operation runs whole inside one transaction of the
 * commit queue, and reads run between transactions.
 * @throws Error when the file cannot be opened, or was written by a newer release
 */
export function openStore({ file, now, actor = 'crbio' }: StoreOptions): Store {
  const db = openDatabase(file);
  const queue = createCommitQueue(db);
  // Repeatable: what the next start would do again from what is durable. Nothing left the house by it.
  const { write, writePrompt, writeRepeatable } = queue;
  const journal = createJournal(db, now);
  const context: Context = { db, now, journal, actor };

  const alerts = createAlerts(context);
  const claim = createClaim(context);
  const inbox = createInbox(context);
  const heldBytes = createHeldBytes(context);
  const sideFiles = createSideFiles(context, inbox);
  const scans = createScans(context, alerts);
  const applicationAcks = createApplicationAcks(context);
  const controlIds = createControlIds(context, { inbox, alerts, applicationAcks });
  const dossiers = createDossiers(context);
  const contributions = createContributions(context, dossiers);
  const patients = createPatients(context, createPatientStatements(context));
  const deliveries = createDeliveries(context);
  const acks = createBusinessAcks(context);
  const reports = createReports(context, { dossiers, deliveries, acks, alerts });
  const renewal = createRenewal({ reports, patients, deliveries, actor });
  const watched = createWatchedIdentities({ reports, patients, deliveries, alerts });
  const announcements = createAnnouncements({ reports, alerts });
  const planning = createPlanning(context, {
    acks,
    reports,
    patients,
    deliveries,
    renewal,
    watched,
    announcements,
    alerts,
  });
  const acceptances = createAcceptances(context, inbox);
  const unaddressed = createUnaddressed(context, { reports, planning });
  const fileAnswers = createFileAnswers(context, inbox);
  const interpretation = createInterpretation(context, {
    inbox,
    dossiers,
    contributions,
    acceptances,
    fileAnswers,
    alerts,
    patients,
    reports,
    planning,
    renewal,
    watched,
  });
  const outbox = createOutbox(context, deliveries, alerts, announcements, acks, planning);
  const effects = createMailEffects(context, { deliveries, outbox, acks, alerts, planning });
  const starts = createMailboxStarts(context);
  const mails = createMails(context, { deliveries, effects, alerts, starts });
  const reportActs = createReportActs(context, { reports, deliveries, planning });
  const acts = createActs(context, { acks, alerts, inbox, patients, deliveries, planning });
  const queries = createQueries(context, { reports, deliveries, patients, acks });

  const rehearse = createRehearsal(context, queue, { acts, inbox, interpretation, queries });

  const releaseDue = (): number => {
    const masks = reportActs.masksDue();
    for (const report of masks) reportActs.endMasks(report);
    return masks.length + planning.holdsDue().filter(planning.again).length;
  };

  return {
    receive: (message) => write(() => inbox.receive(message)),
    receiveFrame: (frame) => writePrompt(() => controlIds.receiveFrame(frame)),
    applicationAcksOwed: async (source, sender, limit) => applicationAcks.owed(source, sender, limit),
    applicationAckSent: (ack) => writeRepeatable(() => applicationAcks.sent(ack)),
    refuse: (input) => write(() => inbox.refuse(input)),
    uninterpreted: async (limit) => inbox.uninterpreted(limit),
    inboxState: async (inboxId) => {
      const waitsUntil = scans.waitsUntil(inboxId) ?? sideFiles.waitsUntil(inboxId);
      return { ...inbox.state(inboxId), ...(waitsUntil === undefined ? {} : { waitsUntil }) };
    },
    holdsBytes: async (sha256, size) => heldBytes.has(sha256, size),
    receiveSideFile: (file) => write(() => sideFiles.receive(file)),
    isSideFileAwaited: async (source, key) => sideFiles.isAwaited(source, key),
    sideFilesAtHand: async (inboxId, names) => sideFiles.atHand(inboxId, names),
    scanAttempts: async (inboxId) => scans.attempts(inboxId),
    scanPostponed: (inboxId, until) => write(() => scans.postponed(inboxId, until)),
    scanDone: (inboxId) => write(() => scans.done(inboxId)),
    claimSideFiles: (inboxId, names, waitMs) => write(() => sideFiles.claim(inboxId, names, waitMs)),

    interpreted: (inboxId, items, options) =>
      write(() => interpretation.interpreted(inboxId, items, options)),
    answersOwed: async (source, limit, after = 0) => fileAnswers.owed(source, limit, after),
    answerWritten: (inboxId) => write(() => fileAnswers.written(inboxId)),
    answer: async (inboxId) => fileAnswers.find(inboxId),

    unrendered: async (limit, besides) => reports.unrendered(limit, besides),
    rendered: (id, result) => writeRepeatable(() => reports.rendered(id, result)),
    renderFailed: (id, faults) => write(() => reports.renderFailed(id, faults)),

    unplanned: async (limit) => planning.unplanned(limit),
    planned: (task, decisions) =>
      // What its sender is told of the plan must not be told twice in two ways.
      (acks.areAsked(task) ? write : writeRepeatable)(() => planning.planned(task, decisions)),
    unaddressed: async (question, limit) => unaddressed.find(question, limit),
    addressFound: (version, found) => writeRepeatable(() => unaddressed.found(version, found)),
    // Looked at first: most turns have nothing due, and would open a transaction for it.
    releaseDue: async () =>
      reportActs.masksDue().length + planning.holdsDue().length > 0 ? write(releaseDue) : 0,

    lease: async (channel, limit, leaseMs) =>
      outbox.hasDue(channel) ? writeRepeatable(() => outbox.lease(channel, limit, leaseMs)) : [],
    prepared: (deliveryId, bytes) => writeRepeatable(() => outbox.prepared(deliveryId, bytes)),
    onWire: (deliveryId, messageId) => write(() => outbox.onWire(deliveryId, messageId)),
    delivered: (deliveryId, remoteId, details = {}) =>
      write(() => outbox.delivered(deliveryId, remoteId, details)),
    retryAt: (deliveryId, at, why) => write(() => outbox.retryAt(deliveryId, at, why)),
    outcomeUnknown: (deliveryId, at, why) => write(() => outbox.outcomeUnknown(deliveryId, at, why)),
    failed: (deliveryId, fault) => write(() => outbox.failed(deliveryId, fault)),
    withheld: (deliveryId, rule, fault) => write(() => outbox.withheld(deliveryId, rule, fault)),
    doubts: async (channel, limit) => outbox.doubts(channel, limit),
    notFound: (deliveryId) => write(() => outbox.notFound(deliveryId)),
    stillInDoubt: (deliveryId, at) => write(() => outbox.stillInDoubt(deliveryId, at)),
    unlease: (deliveryId) => write(() => outbox.unlease(deliveryId)),
    recover: (mailWaitMs) => write(() => outbox.recover(mailWaitMs)),
    acksDue: async (source, limit) => acks.due(source, limit),
    ackSent: (ackId) => write(() => acks.sent(ackId)),
    ackRefused: (ackId, why) => write(() => acks.refusedByPeer(ackId, why)),
    ackLater: (ackId, at, why) => write(() => acks.later(ackId, at, why)),
    mailPlaces: async (mailbox, uidValidity) => mails.places(mailbox, uidValidity),
    mailboxStarted: (start) => write(() => starts.started(start)),
    mailTaken: (place, mail) => write(() => mails.taken(place, mail)),
    mailRefused: (place) => write(() => mails.refused(place)),
    mailGone: (place) => write(() => mails.gone(place)),

    nextDue: async (channel) => outbox.nextDue(channel),

    hold: (reportId, act) => write(() => reportActs.hold(reportId, act)),
    release: (reportId, act, rules) => write(() => reportActs.release(reportId, act, rules)),
    mask: (reportId, change, until, act) => write(() => reportActs.mask(reportId, change, until, act)),
    withdraw: (reportId, act) => write(() => reportActs.withdraw(reportId, act)),
    oppose: (patient, channels, opposed, act) => write(() => acts.oppose(patient, channels, opposed, act)),
    retryDelivery: (deliveryId, act) => write(() => acts.retryDelivery(deliveryId, act)),
    cancelDelivery: (deliveryId, act) => write(() => acts.cancelDelivery(deliveryId, act)),
    acceptScan: (quarantineId, reportId, act) => write(() => acceptances.accept(quarantineId, reportId, act)),
    replay: (quarantineId, act) => write(() => acts.replay(quarantineId, act)),
    mend: (quarantineId, bytes, act) => write(() => acts.mend(quarantineId, bytes, act)),
    rehearse: (quarantineId, items, mended) => rehearse(quarantineId, items, mended),

    reports: async (filter = {}) => queries.reports(filter),
    report: async (reportId) => queries.report(reportId),
    documents: async (id) => queries.documents(id),
    deliveries: async (filter = {}) => queries.deliveries(filter),
    quarantine: async ({ id, limit = DEFAULT_LIMIT } = {}) => {
      if (id === undefined) return inbox.open(limit);
      const row = inbox.find(id);
      return row ? [row] : [];
    },
    quarantineContent: async (quarantineId) => inbox.content(quarantineId),
    mails: async ({ limit = DEFAULT_LIMIT, ...filter } = {}) => mails.list({ ...filter, limit }),
    mail: async (mailId) => mails.find(mailId),
    mailContent: async (mailId) => mails.content(mailId),
    patient: async (patient) => patients.details(patient),
    journal: async ({ reportId, limit = DEFAULT_LIMIT } = {}) => journal.entries(reportId, limit),
    verifyJournal: () => journal.verify(),
    note: (entry) => write(() => journal.append(entry)),

    raiseAlert: (alert) => write(() => alerts.raise(alert)),
    settleAlert: (kind, subject) => write(() => alerts.settle(kind, subject)),
    closeAlert: (alertId, act) => write(() => alerts.close(alertId, act)),
    alertsDue: async (limit) => alerts.due(limit),
    alertTold: (alertId) => write(() => alerts.told(alertId)),
    alerts: async ({ limit = DEFAULT_LIMIT, ...filter } = {}) => alerts.list({ ...filter, limit }),

    claim: (pid) => claim.claim(pid),
    changeCounter: () => db.pragma('data_version', { simple: true }) as number,
    close: async () => {
      queue.drain();
      claim.release();
      // The last connection to close writes the WAL back; a command beside the daemon does not make it wait for that.
      db.close();
    },
  };
}
