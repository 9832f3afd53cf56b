/** The local operator: what it takes, what it refuses and by which check, and how it breaks on order. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { LABEL } from './reference/cda.ts';
import { type MailHooks, ReferenceMailer, today } from './reference/mail.ts';
import { keyFiles } from './reference/signing.ts';
import { swap } from './reference/swap.ts';

let folder: string;
let sandbox: Sandbox;
let mailer: ReferenceMailer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  sandbox = await startSandbox({ folder });
  mailer = new ReferenceMailer(sandbox.description);
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

interface Mail {
  messageId: string;
  kind: string;
  to: string[];
  duplicate: boolean;
  files: string[];
  ecarts: unknown[];
}

const mails = async (): Promise<Mail[]> =>
  ((await (await fetch(`${sandbox.description.control}/state`)).json()) as { mails: Mail[] }).mails;

const patient = (ins: string): string => `${ins}@patient.sandbox-mssante.invalid`;

describe('a good mail', () => {
  it('to a professional is stored as received, with no deviation noted', async () => {
    const built = await mailer.build();
    expect((await mailer.submit(built)).code).toBe(250);
    const stored = (await mails()).at(-1);
    expect(stored).toMatchObject({
      messageId: built.messageId,
      kind: 'report',
      duplicate: false,
      ecarts: [],
    });
    expect(readFileSync(join(folder, stored?.files[0] ?? ''), 'utf8')).toBe(built.raw);
  });

  it('to the patient may close the conversation', async () => {
    expect(await mailer.send({ to: patient('279035121518989') })).toMatchObject({ code: 250 });
  });

  it('may replace another', async () => {
    expect(await mailer.send({ headers: swap('DDM+', 'DDM+[Annule et remplace] ') })).toMatchObject({
      code: 250,
    });
  });

  it('sent twice is stored twice, the second marked', async () => {
    const built = await mailer.build();
    await mailer.submit(built);
    await mailer.submit(built);
    const copies = (await mails()).filter(({ messageId }) => messageId === built.messageId);
    expect(copies.map(({ duplicate }) => duplicate)).toEqual([false, true]);
  });

  it('is announced as delivered when that was asked', async () => {
    await mailer.send({ notify: ['SUCCESS', 'FAILURE'] });
    const report = (await mails()).at(-1);
    expect(report).toMatchObject({ kind: 'delivery', to: [sandbox.description.mailboxes.laboratory] });
    expect(readFileSync(join(folder, report?.files[0] ?? ''), 'utf8')).toContain(
      'Original-Envelope-Id: ENV-1',
    );
  });
});

describe('mailboxes', () => {
  it.each([
    ['an unknown professional', 'inconnu@sandbox-mssante.invalid', 550],
    ['an unknown patient', patient('299129999999934'), 550],
    ['another domain', 'dr.durand@ailleurs.invalid', 550],
  ])('refuses %s', async (_what, to, code) => {
    expect(await mailer.send({ to })).toMatchObject({ code, response: expect.stringContaining('5.1.1') });
  });

  it('takes a mail to a closed Mon espace santé, then sends it back', async () => {
    const to = patient('288123331804449');
    const before = (await mails()).filter(({ kind }) => kind === 'report').length;
    const { code, messageId } = await mailer.send({ to, ins: '288123331804449' });
    expect(code).toBe(250);
    expect((await mails()).filter(({ kind }) => kind === 'report')).toHaveLength(before);
    const bounce = (await mails()).at(-1);
    const text = readFileSync(join(folder, bounce?.files[0] ?? ''), 'utf8');
    expect(bounce?.kind).toBe('bounce');
    expect(text).toContain(`=?UTF-8?B?${Buffer.from('Message non distribué').toString('base64')}?=`);
    expect(text).toContain(`Final-Recipient: rfc822; ${to}`);
    expect(text).toContain(`Message-ID: ${messageId}`);
  });

  it('refuses a sender that has no mailbox here', async () => {
    expect((await mailer.send({ from: 'labo@ailleurs.invalid' })).code).toBe(553);
  });

  it('refuses more than 25 Mo, whether announced or not', async () => {
    const pdf = Buffer.concat([Buffer.from('%PDF-1.4\npdfaid:part'), Buffer.alloc(20_000_000, 'x')]);
    expect((await mailer.send({ pdf })).code).toBe(552);
  });
});

describe('the connection', () => {
  it.each([
    ['no certificate', async () => undefined],
    ['a signing certificate', async () => sandbox.description.certificates.sign],
    [
      'a revoked certificate',
      async () => {
        const { organisation } = sandbox.description;
        const credential = await sandbox.authority.issue({
          kind: 'ORG_AUTH_CLI',
          organisation,
          commonName: 'X',
        });
        sandbox.authority.revoke(credential.certificate);
        return keyFiles(folder, 'mail-revoked', credential);
      },
    ],
  ])('smtp-client-certificate: %s', async (_what, auth) => {
    expect((await mailer.send({ auth: await auth() })).code).toBe(421);
    const journal = (await (await fetch(`${sandbox.description.control}/journal`)).json()) as {
      reason?: string;
    }[];
    expect(journal.map(({ reason }) => reason)).toContain('smtp-client-certificate');
  });

  it('smtp-starttls: a mail in clear', async () => {
    const replies = await dialogue([
      'EHLO labo.invalid',
      `MAIL FROM:<${sandbox.description.mailboxes.laboratory}>`,
    ]);
    expect(replies.at(-1)).toMatch(/^530 5\.7\.0/);
  });

  it('announces STARTTLS and SIZE', async () => {
    const [, ehlo = ''] = await dialogue(['EHLO labo.invalid']);
    expect(ehlo).toMatch(/STARTTLS/);
    expect(ehlo).toMatch(/DSN/);
    expect(ehlo).toMatch(/SIZE 25000000/);
  });
});

/** Sends lines one after the other. @returns the replies, the greeting first */
function dialogue(lines: readonly string[]): Promise<string[]> {
  return new Promise((done, fail) => {
    const replies: string[] = [];
    let left = '';
    const socket = connect(sandbox.description.smtp.port, sandbox.description.smtp.host);
    socket.on('error', fail);
    socket.on('data', (data) => {
      left += data.toString();
      if (!/^\d{3} .*\r\n$/m.test(left)) return;
      replies.push(left);
      left = '';
      const line = lines[replies.length - 1];
      if (line === undefined) {
        socket.end();
        done(replies);
      } else {
        socket.write(`${line}\r\n`);
      }
    });
  });
}

describe('each check refuses its own point', () => {
  const without = (part: number) => (parts: string[]) => parts.filter((_one, index) => index !== part);
  const rename = (from: string, to: string) => (files: Map<string, string>) =>
    new Map([...files].map(([name, content]) => [name.replace(from, to), content]));
  const broken: readonly [string, string, Partial<MailHooks>][] = [
    ['mail-message-id', 'absent', { headers: swap(/Message-ID: .*\r\n/, '') }],
    ['mail-date', 'absent', { headers: swap(/Date: .*\r\n/, '') }],
    ['mail-from', 'another', { headers: swap('<labo-app@', '<autre@') }],
    ['mail-to', 'another', { headers: swap('To: <dr.durand@', 'To: <dr.petit@') }],
    ['mail-body', 'absent', { parts: without(0) }],
    [
      'mail-disposition',
      'another',
      { headers: swap('Disposition-Notification-To: <labo-app@', 'Disposition-Notification-To: <labo@') },
    ],
    ['mail-disposition', 'absent', { headers: swap(/Disposition-Notification-To: .*\r\n/, '') }],
    ['x-mss-nil', 'absent', { headers: swap(/X-MSS-NIL: .*\r\n/, '') }],
    ['x-mss-mes', 'to a professional', { headers: swap('X-MSS-NIL', 'X-MSS-MES: FIN\r\nX-MSS-NIL') }],
    [
      'x-mss-mes',
      'another value',
      { to: patient('279035121518989'), headers: swap('MES: FIN', 'MES: STOP') },
    ],
    [
      'x-mss-mes',
      'with Reply-To',
      {
        to: patient('279035121518989'),
        headers: swap('X-MSS-NIL', 'Reply-To: <labo@sandbox-mssante.invalid>\r\nX-MSS-NIL'),
      },
    ],
    ['x-mss-codecda', 'another', { headers: swap('CODECDA: 11502-2', 'CODECDA: 11503-0') }],
    ['x-mss-codecda', 'absent', { headers: swap(/X-MSS-CODECDA: .*\r\n/, '') }],
    ['x-mss-ins', 'says no', { headers: swap('X-MSS-INS: O', 'X-MSS-INS: N') }],
    ['x-mss-ins', 'traits are missing', { cda: swap('<family qualifier="BR">', '<family>') }],
    ['mail-patient', 'another patient', { to: patient('185067511204257') }],
    ['mail-subject', 'no prefix', { headers: swap('XDM/1.0/DDM+', '') }],
    ['mail-subject', 'encoded', { headers: swap('XDM/1.0/DDM+', '=?UTF-8?Q?XDM/1.0/DDM+?= ') }],
    ['mail-subject', 'another name', { headers: swap('PAT-TROIS DOMINIQUE', 'PAT-QUATRE DOMINIQUE') }],
    ['mail-subject', 'another date', { headers: swap('28/03/1979', '29/03/1979') }],
    ['mail-subject', 'another label', { headers: swap('DDM+CR', 'DDM+Compte rendu') }],
    ['mail-pdf-count', 'absent', { parts: without(2) }],
    ['mail-pdf-count', 'no PDF inside', { pdf: Buffer.from('bonjour') }],
    ['mail-pdf-name', 'another', { pdfName: 'resultat.pdf' }],
    ['mail-pdf-name', 'another date', { pdfName: `20200101_${LABEL}_PAT-TROIS_DOMINIQUE.pdf` }],
    ['mail-xdm', 'absent', { parts: without(1) }],
    [
      'mail-xdm',
      'misnamed',
      { parts: (parts) => parts.map((part) => part.replaceAll('IHE_XDM.zip', 'XDM.zip')) },
    ],
    [
      'mail-attachments',
      'one more',
      {
        parts: (parts) => [
          ...parts,
          'Content-Type: image/png; name="a.png"\r\nContent-Disposition: attachment; filename="a.png"\r\n\r\nx\r\n',
        ],
      },
    ],
    ['xdm-zip', 'cut', { zip: (bytes) => bytes.subarray(0, bytes.length >> 1) }],
    [
      'xdm-zip',
      'a flipped bit',
      { zip: (bytes) => Buffer.from(bytes.map((byte, index) => (index === 60 ? byte ^ 1 : byte))) },
    ],
    [
      'xdm-bounds',
      'too many entries',
      {
        files: (files) =>
          new Map([
            ...files,
            ...Array.from({ length: 120 }, (_one, index): [string, string] => [`F${index}`, '']),
          ]),
      },
    ],
    [
      'xdm-bounds',
      'a bomb',
      { files: (files) => new Map([...files, ['IHE_XDM/SUBSET01/BIG.XML', ' '.repeat(5_000_000)]]) },
    ],
    ['xdm-names', 'long', { files: rename('DOC0001.XML', 'DOCUMENT0001.XML') }],
    ['xdm-names', 'lower case', { files: rename('INDEX.HTM', 'index.htm') }],
    ['xdm-tree', 'no INDEX.HTM', { files: rename('INDEX.HTM', 'IHE_XDM/INDEX.HTM') }],
    ['xdm-tree', 'no README.TXT', { files: rename('README.TXT', 'README.MD') }],
    ['xdm-tree', 'no METADATA.XML', { files: rename('METADATA.XML', 'META.XML') }],
    ['xdm-index', 'no link', { files: (files) => new Map([...files, ['INDEX.HTM', '<html></html>']]) }],
    ['xdm-metadata', 'namespace', { metadata: (text) => text.replaceAll('xsd:lcm:3.0', 'xsd:lcm:2.0') }],
    ['xdm-metadata', 'not well-formed', { metadata: swap('</lcm:SubmitObjectsRequest>', '') }],
    ['xdm-structure', 'marker', { metadata: swap('a54d6aa5', 'a54d6aa6') }],
    ['xdm-structure', 'format', { metadata: swap('a09d5840', 'a09d5841') }],
    ['xdm-references', 'URI', { metadata: swap('>DOC0001.XML<', '>DOC0002.XML<') }],
    [
      'xdm-references',
      'a file nobody names',
      { files: (files) => new Map([...files, ['IHE_XDM/SUBSET01/DOC0002.XML', 'x']]) },
    ],
    ['xdm-document', 'no CDA', { storedCda: () => '<autre/>' }],
    ['xdm-size', '', { storedCda: swap('Glycémie', 'Glycémies') }],
    ['xdm-hash', '', { storedCda: swap('Glycémie', 'Glycémia') }],
    [
      'xdm-ids',
      'used twice',
      { metadata: swap(/ExternalIdentifier id="i\d+"/, 'ExternalIdentifier id="Document01"') },
    ],
    ['xdm-ids', 'loose end', { metadata: swap('targetObject="Document01"', 'targetObject="Document02"') }],
    ['xdm-unique-id', '', { cda: swap(/<id root="1\.2\.250\.1\.999\.7[\d.]+"/, '<id root="1.2.3"') }],
    ['xdm-patient-id', '', { metadata: (text) => text.replaceAll('279035121518989', '185067511204257') }],
    ['xdm-type-code', '', { metadata: swap('nodeRepresentation="11502-2"', 'nodeRepresentation="11503-0"') }],
  ];

  it.each(broken)('%s: %s', async (check, _what, hooks) => {
    const { code, response } = await mailer.send(hooks);
    expect(`${code} ${response}`).toMatch(new RegExp(`^554 .*5\\.6\\.0 ${check}:`));
  });

  it('mail-mime: nested beyond reading', async () => {
    const nested = Array.from(
      { length: 40 },
      (_one, index) => `Content-Type: multipart/mixed; boundary="n${index}"\r\n\r\n--n${index}\r\n`,
    ).join('');
    expect((await mailer.send({ parts: (parts) => [...parts, nested] })).response).toContain('mail-mime:');
  });

  it('accepts and notes a PDF that does not say it is PDF/A', async () => {
    expect((await mailer.send({ pdf: Buffer.from('%PDF-1.4\n%%EOF') })).code).toBe(250);
    expect((await mails()).at(-1)?.ecarts).toEqual([expect.objectContaining({ check: 'mail-pdf-a' })]);
  });

  it('accepts a mail about a patient without a qualified INS that says so', async () => {
    const unqualified = {
      cda: (text: string) => text.replace(/<id root="1\.2\.250\.1\.213\.1\.4\.10"[^>]*>/, ''),
      metadata: (text: string) =>
        text.replace(
          /279035121518989\^\^\^&amp;1\.2\.250\.1\.213\.1\.4\.10&amp;ISO\^NH/g,
          'P0001^^^&amp;1.2.250.1.999.1.2&amp;ISO^PI',
        ),
      pdfName: `${today()}_${LABEL}_PAT-TROIS_DOMINIQUE.pdf`,
    };
    expect(
      await mailer.send({ ...unqualified, headers: swap('X-MSS-INS: O', 'X-MSS-INS: N') }),
    ).toMatchObject({ code: 250 });
    expect((await mailer.send(unqualified)).response).toContain('x-mss-ins:');
  });
});

describe('breakdowns on order', () => {
  const order = (kind: string, more: object = {}): Promise<Response> =>
    fetch(`${sandbox.description.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ service: 'mssante', kind, ...more }),
    });

  it('refuses a recipient for a while', async () => {
    await order('rcpt-temporary', { code: '451', times: 2 });
    expect([(await mailer.send()).code, (await mailer.send()).code, (await mailer.send()).code]).toEqual([
      451, 451, 250,
    ]);
  });

  it.each([
    ['close-before-store', 0],
    ['close-after-store', 1],
  ])('%s: no reply, %i stored', async (kind, copies) => {
    await order(kind);
    const { code, messageId } = await mailer.send();
    expect(code).toBe(0);
    expect((await mails()).filter((mail) => mail.messageId === messageId)).toHaveLength(copies);
  });
});
