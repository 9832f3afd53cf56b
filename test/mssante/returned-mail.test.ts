import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailbox } from '../../src/config/mailbox.ts';
import { readReturnedMail } from '../../src/mssante/returned-mail.ts';
import {
  deliveryNotice,
  errorMail,
  letter,
  notification,
  oldNotification,
} from '../fixtures/mssante/returned.ts';

const ABOUT = '<1.2.250.1.999.1.1.1.42.1.pro.0a1b@Labo.invalid>';
const KEY = ABOUT.toLowerCase();
const RECIPIENT = 'claire.durand@sandbox-mssante.invalid';
const defaults = mailbox.parse({});
const compiled = (patterns: readonly string[]) => patterns.map((one) => new RegExp(one, 'iu'));
const PATTERNS = {
  undelivered: compiled(defaults.undeliveredSubjects),
  closed: compiled(defaults.closedMailbox),
};
const read = (bytes: Uint8Array) => readReturnedMail(bytes, PATTERNS);

describe('a delivery report', () => {
  it('tells which mail, which recipient, and why it failed', async () => {
    const mail = await read(deliveryNotice({ about: ABOUT, recipient: RECIPIENT, envelopeId: 'd-1' }));
    expect(mail).toMatchObject({
      about: [KEY],
      envelopeId: 'd-1',
      content: {
        kind: 'delivery-report',
        recipients: [
          { addresses: [RECIPIENT], action: 'failed', fault: { code: 'MSSANTE_UNKNOWN_MAILBOX' } },
        ],
      },
    });
  });

  it.each([
    ['delivered', '2.0.0', 'delivered'],
    ['DELAYED', '4.4.1', 'delayed'],
    ['relayed (to a server without DSN)', '2.0.0', 'relayed'],
  ])('%s is no failure', async (action, status, expected) => {
    const { content } = await read(deliveryNotice({ about: ABOUT, recipient: RECIPIENT, action, status }));
    expect(content).toEqual({
      kind: 'delivery-report',
      recipients: [{ addresses: [RECIPIENT], action: expected }],
    });
  });

  it.each([
    ['5.2.1', 'smtp; 550 5.2.1 Messagerie fermée', 'MSSANTE_MAILBOX_CLOSED'],
    ['5.2.2', 'smtp; 552 5.2.2 full', 'MSSANTE_MAILBOX_FULL'],
    ['5.3.4', 'smtp; 552 5.3.4 too big', 'MSSANTE_TOO_LARGE'],
    ['5.7.1', 'smtp; 550 5.7.1 policy', 'MSSANTE_POLICY'],
    ['4.4.7', 'smtp; 451 4.4.7 delivery time expired', 'MSSANTE_UNDELIVERED'],
    ['5.0.0', 'x-mes; La messagerie du patient est fermée', 'MSSANTE_MAILBOX_CLOSED'],
    ['5.0.0', 'x-unknown; ???', 'MSSANTE_REFUSED'],
  ])('%s, « %s » means %s', async (status, diagnostic, code) => {
    const { content } = await read(
      deliveryNotice({ about: ABOUT, recipient: RECIPIENT, status, diagnostic }),
    );
    expect(content).toMatchObject({ recipients: [{ fault: { code } }] });
    // What a server says may repeat an address: none of it is in a fault.
    expect(JSON.stringify(content)).not.toContain('???');
  });

  it('tells each of several recipients', async () => {
    const others = ['Final-Recipient: rfc822; autre@x.invalid\r\nAction: delivered\r\nStatus: 2.0.0'];
    const { content } = await read(deliveryNotice({ about: ABOUT, recipient: RECIPIENT, others }));
    expect(content).toMatchObject({
      recipients: [
        { addresses: [RECIPIENT], action: 'failed' },
        { addresses: ['autre@x.invalid'], action: 'delivered' },
      ],
    });
  });

  it('may be a notice that no machine was meant to read, when a program wrote it', async () => {
    const notice = (headers: string[]) =>
      letter({
        about: ABOUT,
        from: 'messagerie@mes.invalid',
        subject: '=?UTF-8?Q?Message_non_distribu=C3=A9?=',
        text: 'La messagerie Mon espace santé de ce patient est fermée.',
        headers,
      });
    expect(await read(notice(['Auto-Submitted: auto-generated']))).toMatchObject({
      about: [KEY],
      content: { recipients: [{ action: 'failed', fault: { code: 'MSSANTE_MAILBOX_CLOSED' } }] },
    });
    expect((await read(notice([]))).content).toEqual({ kind: 'letter' });
  });
});

describe('a disposition notification', () => {
  it('tells that the mail was displayed, and by whom', async () => {
    const mail = await read(notification({ about: ABOUT, reader: 'Secretariat@chu.invalid' }));
    expect(mail.about[0]).toBe(KEY);
    expect(mail.content).toEqual({
      kind: 'disposition',
      disposition: 'displayed',
      reader: 'secretariat@chu.invalid',
    });
  });

  it('tells the error of a platform in either dialect', async () => {
    const error = '902^Identifiant patient inconnu';
    for (const bytes of [
      notification({ about: ABOUT, disposition: 'processed', error }),
      oldNotification({ about: ABOUT, error }),
    ]) {
      const mail = await read(bytes);
      expect(mail.about[0]).toBe(KEY);
      expect(mail.content).toMatchObject({ kind: 'disposition', disposition: 'processed', error: '902' });
    }
  });

  it('of the older dialect may also be good news', async () => {
    const { content } = await read(oldNotification({ about: ABOUT }));
    expect(content).toEqual({
      kind: 'disposition',
      disposition: 'processed',
      reader: 'service@chu.mssante.invalid',
    });
  });

  it.each([
    ['deleted', { disposition: 'deleted' }],
    ['dispatched', { disposition: 'dispatched' }],
    ['processed/error', { disposition: 'processed', error: '906' }],
    ['failed', { error: '906' }],
    ['autre-chose', {}],
  ])('with %s', async (disposition, expected) => {
    const { content } = await read(notification({ about: ABOUT, disposition }));
    expect(content).toEqual({ kind: 'disposition', reader: RECIPIENT, ...expected });
  });
});

describe('what a machine reports of another mail of our thread', () => {
  const OTHER = '<reponse@labo.invalid>';
  /** As servers repeat the thread of the mail they report on. */
  const inThread = (bytes: Buffer, replyTo = ABOUT): Buffer =>
    Buffer.from(`In-Reply-To: ${replyTo}\r\nReferences: ${ABOUT} ${replyTo}\r\n${bytes.toString('utf8')}`);

  it.each([
    ['delivery report', deliveryNotice({ about: OTHER, recipient: RECIPIENT })],
    ['notification', notification({ about: OTHER })],
    ['notification of the older dialect', oldNotification({ about: OTHER })],
    ['error mail', errorMail({ about: OTHER, subject: '[KO Intégration système !][904] X' })],
  ])('%s: about that mail alone', async (_name, bytes) => {
    expect((await read(inThread(bytes))).about).toEqual([OTHER]);
  });

  it('is about the mail it answers where it names none, never about what came before', async () => {
    const unnamed = Buffer.from(
      deliveryNotice({ about: OTHER, recipient: RECIPIENT })
        .toString('utf8')
        .replace(/^Message-ID: .*reponse.*$/m, 'X: y'),
    );
    expect((await read(inThread(unnamed, OTHER))).about).toEqual([OTHER]);
    const submitted = deliveryNotice({ about: OTHER, recipient: RECIPIENT, envelopeId: 'autre' })
      .toString('utf8')
      .replace(/^Message-ID: .*reponse.*$/m, 'X: y');
    expect((await read(inThread(Buffer.from(submitted)))).about).toEqual([]);
  });

  it('is about none where a notice has References alone', async () => {
    const notice = letter({
      subject: 'Undelivered Mail Returned to Sender',
      headers: ['Auto-Submitted: auto-replied', `References: ${ABOUT}`],
    });
    expect(await read(notice)).toMatchObject({ about: [], content: { kind: 'delivery-report' } });
  });
});

describe('an error mail', () => {
  it.each([
    ['[KO Intégration système !][904] XDM/1.0/DDM+CR', '904'],
    ["[Erreur d'intégration !] XDM/1.0/DDM+CR", '906'],
  ])('%s', async (subject, error) => {
    const mail = await read(errorMail({ about: ABOUT, subject }));
    expect(mail).toMatchObject({ about: [KEY], content: { kind: 'refusal', error } });
  });

  it('that somebody answers is a letter', async () => {
    const { content } = await read(
      errorMail({ about: ABOUT, subject: 'Re: [KO Intégration système !][904] X' }),
    );
    expect(content).toEqual({ kind: 'letter' });
  });
});

describe('a letter', () => {
  it('is linked by the thread it belongs to, the mail it answers first', async () => {
    const mail = await read(letter({ about: ABOUT }));
    expect(mail).toMatchObject({
      sender: RECIPIENT,
      about: [KEY, '<avant@x.invalid>'],
      content: { kind: 'letter' },
    });
  });

  it('that carries a report is still a letter', async () => {
    const inside = notification({ about: ABOUT }).toString('utf8');
    const forwarded = [
      'From: quelquun@sandbox-mssante.invalid',
      'Subject: Tr: accusé',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="x9"',
      '',
      '--x9',
      'Content-Type: text/plain',
      '',
      'Voir ci-joint.',
      '--x9',
      'Content-Type: message/rfc822',
      '',
      inside,
      '--x9--',
      '',
    ].join('\r\n');
    expect((await read(Buffer.from(forwarded))).content).toEqual({ kind: 'letter' });
  });

  it('written by a program asks for nobody', async () => {
    const { content } = await read(letter({ subject: 'Absence', headers: ['Auto-Submitted: auto-replied'] }));
    expect(content).toEqual({ kind: 'automatic' });
  });
});

describe('whatever the bytes', () => {
  it('says so when no mail can be made of them', async () => {
    expect((await read(Buffer.from([0, 1, 2, 3]))).content.kind).toBe('unreadable');
    expect((await read(new Uint8Array())).content.kind).toBe('unreadable');
  });

  it('reads what a report says before the documents that it returns, and no more', async () => {
    const bytes = Buffer.concat([
      notification({ about: ABOUT }).subarray(0, -10),
      Buffer.alloc(3_000_000, 'QUJD\r\n'),
    ]);
    expect((await read(bytes)).content).toMatchObject({ disposition: 'displayed' });
  });

  it('refuses parts within parts without end', async () => {
    const levels = Array.from({ length: 60 }, (_, level) =>
      [`Content-Type: multipart/mixed; boundary="n${level}"`, '', `--n${level}`].join('\r\n'),
    );
    const bytes = Buffer.from(`From: a@b.invalid\r\n${levels.join('\r\n')}\r\n\r\nfin`);
    expect((await read(bytes)).content.kind).toBe('unreadable');
  });

  it('never throws on a mail that was cut or changed, and stays within its bounds', async () => {
    const samples = [
      deliveryNotice({ about: ABOUT, recipient: RECIPIENT }),
      notification({ about: ABOUT, error: '905^x' }),
      oldNotification({ about: ABOUT, error: '902^x' }),
      errorMail({ about: ABOUT, subject: '[KO x][900] y' }),
      letter({ about: ABOUT }),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 8 })), { maxLength: 6 }),
        async (sample, cut, changes) => {
          const bytes = Buffer.from(sample.subarray(0, cut % (sample.length + 1)));
          for (const [at, put] of changes)
            if (bytes.length > 0)
              bytes.set(put.slice(0, bytes.length - (at % bytes.length)), at % bytes.length);
          const mail = await read(bytes);
          expect(mail.about.length).toBeLessThanOrEqual(50);
          expect(mail.content.kind).toBeTypeOf('string');
        },
      ),
      { numRuns: 300 },
    );
  });
});
