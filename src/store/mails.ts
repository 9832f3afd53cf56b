import { createHash } from 'node:crypto';
import type { ReturnedContent, ReturnedMail } from '../report/returned-mail.ts';
import type { Alerts } from './alerts.ts';
import type { Context } from './context.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { Effect, MailEffects } from './mail-effects.ts';
import type { MailboxStarts } from './mailbox-starts.ts';
import type { MailEffect, MailPlace, MailPlaces, MailTaken, ReceivedMail } from './records.ts';
import type { MailFilter, MailRow } from './rows.ts';

interface Row {
  readonly id: number;
  readonly mailbox: string;
  readonly size: number;
  readonly kept: number;
  readonly kind: MailRow['kind'];
  readonly effect: MailEffect;
  readonly code: string | null;
  readonly sender: string | null;
  readonly delivery_id: string | null;
  readonly channel: MailRow['channel'] | null;
  readonly report_id: string | null;
  readonly version: number | null;
  readonly at: number;
}

/** After so many refusals of the server, or connections lost over it, a mail is left to a person, who finds it unread in the mailbox. */
const MAX_TRIES = 5;

/** What nobody was told by its effect on a delivery. */
const FOR_A_PERSON: readonly MailEffect[] = ['letter', 'unreadable', 'unclear'];
const BAD_NEWS: readonly MailEffect[] = ['undelivered', 'not-integrated'];

const ROW = `
  SELECT mail.id, mailbox, size, length(bytes) AS kept, kind, effect, code, sender, delivery_id, channel, report_id, version, at
  FROM mail JOIN mail_bytes ON mail_id = mail.id LEFT JOIN delivery ON delivery.id = delivery_id`;

interface Parts {
  readonly deliveries: Deliveries;
  readonly effects: MailEffects;
  readonly alerts: Alerts;
  readonly starts: MailboxStarts;
}

/** Mails that came back: kept with what they came to, each once, in one commit with what it changes. */
export function createMails(
  { db, now, journal, actor }: Context,
  { deliveries, effects, alerts, starts }: Parts,
) {
  const lastUid = db
    .prepare<[string, string], number | null>(
      'SELECT max(uid) FROM mail_place WHERE mailbox = ? AND uid_validity = ?',
    )
    .pluck();
  const open = db.prepare<[string, string], { uid: number; tries: number }>(
    `SELECT uid, tries FROM mail_place WHERE mailbox = ? AND uid_validity = ? AND mail_id IS NULL AND tries < ${MAX_TRIES}
     ORDER BY tries, uid`,
  );
  const placed = db.prepare<[string, string, number], { mailId: number | null; tries: number }>(
    'SELECT mail_id AS mailId, tries FROM mail_place WHERE mailbox = ? AND uid_validity = ? AND uid = ?',
  );
  const setPlace = db.prepare(
    `INSERT INTO mail_place (mailbox, uid_validity, uid, mail_id, tries) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET mail_id = excluded.mail_id, tries = excluded.tries`,
  );
  const bySha = db.prepare<[string], number>('SELECT id FROM mail WHERE sha256 = ?').pluck();
  const insert = db.prepare(
    `INSERT INTO mail (mailbox, sha256, size, message_id, sender, kind, effect, code, delivery_id, at, only_shown)
     VALUES (@mailbox, @sha256, @size, @messageId, @sender, @kind, @effect, @code, @deliveryId, @at, @onlyShown)`,
  );
  const wasOnlyShown = db.prepare<[number], number>('SELECT only_shown FROM mail WHERE id = ?').pluck();
  const setCounted = db.prepare(
    'UPDATE mail SET mailbox = ?, effect = ?, code = ?, delivery_id = ?, only_shown = 0 WHERE id = ?',
  );
  const insertBytes = db.prepare('INSERT INTO mail_bytes (mail_id, bytes) VALUES (?, ?)');
  // In the same mailbox: one that people read has changed nothing.
  const alike = db
    .prepare<[string, string, MailEffect, string], number>(
      'SELECT id FROM mail WHERE delivery_id = ? AND message_id = ? AND effect = ? AND mailbox = ? ORDER BY id LIMIT 1',
    )
    .pluck();
  // The newest: a withdrawn document may have left under its name before.
  const sent = db
    .prepare<[string], string>(
      `SELECT delivery_id FROM sent_mail JOIN delivery ON delivery.id = delivery_id
       WHERE message_id = ? ORDER BY delivery.rowid DESC LIMIT 1`,
    )
    .pluck();
  const newest = db.prepare<[number], Row>(`${ROW} ORDER BY mail.id DESC LIMIT ?`);
  const ofReport = db.prepare<[string], Row>(`${ROW} WHERE report_id = ? ORDER BY mail.id`);
  const byId = db.prepare<[number], Row>(`${ROW} WHERE mail.id = ?`);
  const bytesOf = db.prepare<[number], Buffer>('SELECT bytes FROM mail_bytes WHERE mail_id = ?').pluck();

  /** The delivery that a mail is about. */
  const linked = ({ envelopeId, about }: ReturnedMail): Delivery | undefined => {
    const named = envelopeId === undefined ? undefined : deliveries.find(envelopeId);
    if (named && named.channel !== 'dmp') return named;
    for (const messageId of about) {
      const id = sent.get(messageId);
      if (id !== undefined) return deliveries.find(id);
    }
    return undefined;
  };

  /** The same mail under other bytes, as servers that write a header anew give it: what it says of a delivery counts once. */
  const firstOf = (mailbox: string, { messageId, content }: ReturnedMail, delivery: Delivery) => {
    if (messageId === undefined) return undefined;
    const { effect } = effects.ofNothing(aboutOne(content, delivery.recipient.toLowerCase()));
    return alike.get(delivery.id, messageId, effect, mailbox);
  };

  const added = (
    { mailbox }: MailPlace,
    { bytes, size, read: { content, messageId, sender }, onlyShown }: ReceivedMail,
    sha256: string,
    { effect, code, delivery }: Effect & { delivery: Delivery | undefined },
  ): number => {
    const { lastInsertRowid } = insert.run({
      mailbox,
      sha256,
      size,
      messageId: messageId ?? null,
      sender: sender ?? null,
      kind: content.kind,
      effect,
      code: code ?? null,
      deliveryId: delivery?.id ?? null,
      at: now(),
      onlyShown: onlyShown ? 1 : 0,
    });
    const mailId = Number(lastInsertRowid);
    insertBytes.run(mailId, bytes);
    return mailId;
  };

  /**
   * @param first the mail that said the same before: this one changes nothing
   * @param shown this very mail, kept when people's mailbox gave it
   */
  const keep = (
    place: MailPlace,
    mail: ReceivedMail,
    sha256: string,
    delivery: Delivery | undefined,
    { first, shown }: { first?: number; shown?: number } = {},
  ) => {
    const { content } = mail.read;
    const acts = delivery && !mail.onlyShown && first === undefined;
    const { effect, code }: Effect = acts
      ? effects.ofDelivery(delivery, content)
      : effects.ofNothing(delivery ? aboutOne(content, delivery.recipient.toLowerCase()) : content);
    const mailId = shown ?? added(place, mail, sha256, { effect, ...(code ? { code } : {}), delivery });
    if (shown !== undefined) setCounted.run(place.mailbox, effect, code ?? null, delivery?.id ?? null, shown);
    journal.append({
      actor,
      action: 'mail-received',
      subject: delivery?.report_id ?? `mail:${mailId}`,
      details: {
        mail: mailId,
        effect,
        sha256,
        size: mail.size,
        ...(code ? { code } : {}),
        ...(delivery ? { delivery: delivery.id, version: delivery.version } : {}),
        ...(first === undefined ? {} : { first }),
      },
    });
    return { mailId, effect, ...(code ? { code } : {}) };
  };

  return {
    places(mailbox: string, uidValidity: string): MailPlaces {
      const waiting = open.all(mailbox, uidValidity);
      const skipped = starts.upTo(mailbox, uidValidity);
      return {
        ...(skipped === undefined ? { since: starts.since() } : {}),
        upTo: Math.max(lastUid.get(mailbox, uidValidity) ?? 0, skipped ?? 0),
        again: waiting.filter(({ tries }) => tries === 0).map(({ uid }) => uid),
        last: waiting.filter(({ tries }) => tries > 0).map(({ uid }) => uid),
      };
    },

    taken(place: MailPlace, mail: ReceivedMail): MailTaken {
      const { mailbox, uidValidity, uid } = place;
      const sha256 = createHash('sha256').update(mail.bytes).digest('hex');
      const known = placed.get(mailbox, uidValidity, uid)?.mailId ?? bySha.get(sha256);
      const delivery = linked(mail.read);
      const first = delivery && firstOf(mailbox, mail.read, delivery);
      // Read first in the mailbox that people read, it changed nothing: here it counts.
      const isCountedNow =
        known !== undefined && delivery && !mail.onlyShown && wasOnlyShown.get(known) === 1 && !first;
      if (known !== undefined && !isCountedNow) {
        setPlace.run(mailbox, uidValidity, uid, known, 0);
        return { kind: 'known', mailId: known };
      }
      if (first !== undefined) {
        const { mailId } = keep(place, mail, sha256, delivery, { first });
        setPlace.run(mailbox, uidValidity, uid, mailId, 0);
        return { kind: 'known', mailId };
      }
      // The answer to its own submission is still to come, and says whether there is anything to correct.
      const isUnderWay = delivery?.state === 'leased' || delivery?.state === 'on-wire';
      if (isUnderWay && !mail.onlyShown) {
        setPlace.run(mailbox, uidValidity, uid, null, 0);
        return { kind: 'postponed' };
      }
      const isLetter = mail.read.content.kind === 'letter';
      if (mail.onlyShown && !delivery && !(isLetter && starts.isAfterStart(mailbox, mail.receivedAt))) {
        setPlace.run(mailbox, uidValidity, uid, null, MAX_TRIES);
        return { kind: 'not-ours' };
      }
      const { mailId, effect, code } = keep(
        place,
        mail,
        sha256,
        delivery,
        known === undefined ? {} : { shown: known },
      );
      setPlace.run(mailbox, uidValidity, uid, mailId, 0);
      const isCut = mail.bytes.length < mail.size;
      const isForPerson =
        FOR_A_PERSON.includes(effect) ||
        (isCut && effect === 'automatic') ||
        ((!delivery || mail.onlyShown === true) && BAD_NEWS.includes(effect));
      // Somebody has read it already.
      const subject = `mail:${mailId}`;
      if (known !== undefined && !isForPerson) alerts.settle('courrier-recu', subject);
      else if (known === undefined && isForPerson && !mail.seen)
        alerts.raise({ kind: 'courrier-recu', subject });
      return {
        kind: 'taken',
        mailId,
        effect,
        isCut,
        ...(code ? { code } : {}),
        ...(delivery ? { deliveryId: delivery.id, reportId: delivery.report_id } : {}),
      };
    },

    /** It could not be had. @returns whether it is given up */
    refused({ mailbox, uidValidity, uid }: MailPlace): boolean {
      const before = placed.get(mailbox, uidValidity, uid);
      if (before && before.mailId !== null) return false;
      const tries = (before?.tries ?? 0) + 1;
      setPlace.run(mailbox, uidValidity, uid, null, tries);
      if (tries < MAX_TRIES) return false;
      alerts.raise({ kind: 'courrier-refuse', subject: `mailbox:${mailbox}` });
      journal.append({
        actor,
        action: 'mail-given-up',
        subject: `mailbox:${mailbox}`,
        details: { uidValidity, uid },
      });
      return true;
    },

    /** It is no longer on the server: not asked for again. */
    gone({ mailbox, uidValidity, uid }: MailPlace): void {
      const mailId = placed.get(mailbox, uidValidity, uid)?.mailId ?? null;
      setPlace.run(mailbox, uidValidity, uid, mailId, MAX_TRIES);
      journal.append({
        actor,
        action: 'mail-gone',
        subject: `mailbox:${mailbox}`,
        details: { uidValidity, uid },
      });
    },

    list: ({ reportId, limit }: MailFilter & { limit: number }): MailRow[] =>
      (reportId === undefined ? newest.all(limit) : ofReport.all(reportId)).map(rowOf),
    find(mailId: number): MailRow | undefined {
      const row = byId.get(mailId);
      return row && rowOf(row);
    },
    content: (mailId: number): Uint8Array | undefined => bytesOf.get(mailId),
  };
}

/** Of a report on several recipients, what it says of this one. */
function aboutOne(content: ReturnedContent, recipient: string): ReturnedContent {
  if (content.kind !== 'delivery-report') return content;
  const own = content.recipients.filter(({ addresses }) => addresses.includes(recipient));
  return own.length > 0 ? { ...content, recipients: own } : content;
}

function rowOf(row: Row): MailRow {
  return {
    mailId: row.id,
    mailbox: row.mailbox,
    kind: row.kind,
    effect: row.effect,
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.sender === null ? {} : { sender: row.sender }),
    ...(row.delivery_id === null ? {} : { deliveryId: row.delivery_id }),
    ...(row.channel ? { channel: row.channel } : {}),
    ...(row.report_id === null ? {} : { reportId: row.report_id }),
    ...(row.version === null ? {} : { version: row.version }),
    size: row.size,
    kept: row.kept,
    at: row.at,
  };
}
