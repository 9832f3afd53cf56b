import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredMail } from '../../src/sandbox/mssante/mailboxes.ts';
import { carriedMessage } from '../fixtures/carried-cda.ts';
import { MllpPeer } from '../fixtures/mllp-peer.ts';
import { type Dovecot, hasDovecot, SERVER_NAME, startDovecot } from '../fixtures/mssante/dovecot.ts';
import { deliveryNotice, letter, notification } from '../fixtures/mssante/returned.ts';
import { finishedDocument, PID } from './finished-document.ts';
import { type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * What comes back: documents that come written leave by the sandbox's operator; what their recipients answer is put into a
 * real mailbox (Dovecot), and their sender, a real MLLP server, is told.
 */

const DOCTOR = 'claire.durand@sandbox-mssante.invalid';
const BOX = 'labo';
const ORDERS = { ACK_RECEPTION: 'Y', ACK_LECTURE_MSS: 'Y', DESTDMP: 'N', DESTMSSANTEPAT: 'N' } as const;

let laboratory: Laboratory;
let dovecot: Dovecot;
let order: string;
let n3: string;
const peer = new MllpPeer();

beforeAll(async () => {
  if (!hasDovecot) return;
  await peer.start();
  const client = { authorities: '' };
  laboratory = await openLaboratory({
    changes: (config) => {
      const [source] = config.sources;
      if (!source) throw new Error('no source');
      source.acknowledgements = { host: '127.0.0.1', port: peer.port };
      (config.peers as string[]).push(`127.0.0.1:${peer.port}`);
      client.authorities = String(config.mssante.authorities);
    },
  });
  dovecot = await startDovecot({ clientAuthorities: readFileSync(client.authorities, 'utf8') });
  const authorities = join(laboratory.folder, 'boite-ca.pem');
  writeFileSync(authorities, dovecot.authorities);
  order = join(laboratory.folder, 'stop-order');
  laboratory.configure((config) => {
    (config.peers as string[]).push(`127.0.0.1:${dovecot.port}`);
    config.mssante.mailbox = {
      host: '127.0.0.1',
      port: dovecot.port,
      servername: SERVER_NAME,
      authorities,
      user: BOX,
      everyMs: 1_000,
    };
  });
  n3 = (await finishedDocument(laboratory)).toString('utf8');
  await laboratory.start({ CRBIO_STOP_ORDER: order });
}, SYSTEM_TIMEOUT_MS);
afterAll(async () => {
  await laboratory?.close();
  await dovecot?.stop();
  await peer.stop();
});

const setOf = (document: string) => /<setId root="([^"]+)"/.exec(document)?.[1] ?? '';

/** Gives the daemon the document under identifiers of its own. */
function drop(set: string): void {
  const own = setOf(n3);
  const document = n3.replaceAll(`${own}.1"`, `${own}.${set}.1"`).replaceAll(`"${own}"`, `"${own}.${set}"`);
  laboratory.drop(
    `r${set}.hl7`,
    carriedMessage({
      n3: Buffer.from(document),
      pid: PID,
      to: [DOCTOR],
      orders: ORDERS,
      controlId: `R${set}`,
    }),
  );
}

const isOf =
  (set: string) =>
  ({ kind, documents }: StoredMail): boolean =>
    kind === 'report' && documents.some((id) => id.startsWith(`${setOf(n3)}.${set}.`));

/** Sends the document. @returns its report and the Message-ID under which it left */
async function sent(set: string) {
  drop(set);
  await laboratory.settled();
  const dossier = `${setOf(n3)}.${set}`;
  const { reportId } = await laboratory.report(dossier);
  const mails = (await laboratory.state()).mails.filter(isOf(set));
  expect(mails).toHaveLength(1);
  await laboratory.until('the submission is told', () => told(set).includes('Z02 Y'));
  return { reportId, dossier, messageId: mails[0]?.messageId ?? '' };
}

/** `Z03 Y` of each acknowledgement of a message, in the order in which they came. */
const told = (set: string): string[] =>
  peer.received
    .filter((message) => message.includes(`|R${set}|`))
    .map((message) => `${/ZAM\^(Z0\d)/.exec(message)?.[1]} ${/\|([YN])\^\^expandedYes/.exec(message)?.[1]}`);

describe.skipIf(!hasDovecot)('what comes back to the mailbox', () => {
  it(
    'a reading notification reaches who asked for it, once, across a kill at each step',
    async () => {
      for (const [index, point] of ['mailbox:after-fetch', 'mailbox:after-commit'].entries()) {
        const set = `8${index}`;
        const { reportId, messageId } = await sent(set);
        writeFileSync(order, point);
        const seen = dovecot.seen(BOX);
        dovecot.deliver(BOX, notification({ about: messageId, reader: DOCTOR }));
        await laboratory.death();
        // Not marked before it is kept; and not lost when it is marked by nobody.
        expect(dovecot.seen(BOX)).toBe(seen);
        await laboratory.start({ CRBIO_STOP_ORDER: order });
        await laboratory.until('the sender is told', () => told(set).includes('Z03 Y'));
        await reading();
        expect(told(set)).toEqual(['Z02 Y', 'Z03 Y']);
        expect((await laboratory.store().mails({ reportId })).map(({ effect }) => effect)).toEqual(['read']);
        const shown = await laboratory.crbio('report', 'show', reportId);
        expect(shown.out).toMatch(/lu le \d\d\/\d\d\/\d{4}/);
        expect(shown.out).toMatch(/ZAM\^Z03 Y : transmis/);
      }
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'a report that the mail was not delivered takes back what was said',
    async () => {
      const { reportId, dossier, messageId } = await sent('82');
      dovecot.deliver(BOX, deliveryNotice({ about: messageId, recipient: DOCTOR }));
      await laboratory.until('the sender is told', () => told('82').length === 2);
      expect(told('82')).toEqual(['Z02 Y', 'Z02 N']);
      expect(peer.received.at(-1)).toMatch(/ERR\|.*\|550\^\^SMTPERRORCODE/);
      const { deliveries } = await laboratory.report(dossier);
      expect(deliveries.find(({ channel }) => channel === 'mssante-pro')).toMatchObject({
        state: 'failed',
        lastCode: 'MSSANTE_UNKNOWN_MAILBOX',
      });
      const shown = await laboratory.crbio('report', 'show', reportId);
      expect(shown.out).toMatch(/non distribué le .*MSSANTE_UNKNOWN_MAILBOX/);
      const checked = await laboratory.crbio('check', '--reach');
      expect(checked.out).toMatch(/✓ mssante\.mailbox labo\/INBOX/);
      const alerts = await laboratory.crbio('alerts', 'list');
      expect(alerts.out).toContain('courriel-non-distribue');
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'a letter is kept for a person, and nothing answers it',
    async () => {
      const { reportId, messageId } = await sent('83');
      const before = (await laboratory.state()).mails.length;
      dovecot.deliver(BOX, letter({ about: messageId, text: 'Bonjour\u001b[2J, une question.' }));
      await laboratory.until('it is kept', async () =>
        (await laboratory.store().mails({ reportId })).some(({ effect }) => effect === 'letter'),
      );
      const [row] = await laboratory.store().mails({ reportId });
      const listed = await laboratory.crbio('mail', 'list');
      expect(listed.out).toContain(reportId);
      const shown = await laboratory.crbio('mail', 'show', String(row?.mailId));
      expect(shown.out).toContain('une question.');
      expect(shown.out).not.toContain('\u001b');
      expect((await laboratory.crbio('alerts', 'list')).out).toContain(`mail:${row?.mailId}`);
      await reading();
      expect((await laboratory.state()).mails).toHaveLength(before);
      expect(told('83')).toEqual(['Z02 Y']);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'a mail whose answer a kill kept from us is not sent again when its report says that it was taken',
    async () => {
      writeFileSync(order, 'smtp:after-reply');
      const set = '86';
      drop(set);
      await laboratory.death();
      await laboratory.start({ CRBIO_STOP_ORDER: order });
      const mails = async () => (await laboratory.state()).mails.filter(isOf(set));
      await laboratory.until('the mail is in doubt', async () => (await mails()).length === 1);
      const [mail] = await mails();
      dovecot.deliver(
        BOX,
        deliveryNotice({
          about: mail?.messageId ?? '',
          recipient: DOCTOR,
          action: 'delivered',
          status: '2.0.0',
        }),
      );
      await laboratory.settled();
      await laboratory.until('the sender is told', () => told(set).length === 1);
      expect(await mails()).toHaveLength(1);
      const { deliveries } = await laboratory.report(`${setOf(n3)}.${set}`);
      expect(deliveries.find(({ channel }) => channel === 'mssante-pro')).toMatchObject({
        state: 'delivered',
        possibleDuplicate: false,
      });
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'a mailbox that goes and comes back disturbs nothing, and is read again by itself',
    async () => {
      const { messageId } = await sent('84');
      // The server that comes back has numbered everything anew.
      const back = dovecot.renumber(BOX);
      const { dossier } = await sent('85');
      await back;
      expect(dossier).toMatch(/\.85$/);
      dovecot.deliver(BOX, notification({ about: messageId, reader: DOCTOR }));
      await laboratory.until('the sender is told', () => told('84').includes('Z03 Y'));
      for (const set of ['80', '81', '84']) expect(told(set)).toEqual(['Z02 Y', 'Z03 Y']);
      expect(laboratory.log()).not.toMatch(/claire\.durand|XDM\/1\.0/);
      expect((await laboratory.store().verifyJournal()).brokenAt).toBeUndefined();
    },
    SYSTEM_TIMEOUT_MS,
  );
});

/** Waits until all that lies in the mailbox now is read: mails are taken one after the other. */
async function reading(): Promise<void> {
  const automatic = async () =>
    (await laboratory.store().mails({})).filter(({ effect }) => effect === 'automatic').length;
  const before = await automatic();
  dovecot.deliver(BOX, letter({ subject: 'Absence', headers: ['Auto-Submitted: auto-replied'] }));
  await laboratory.until('the mailbox is read', async () => (await automatic()) > before);
}
