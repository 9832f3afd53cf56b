/** A good mail with its XDM archive, written by hand from the reference, with a hook at each step. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import nodemailer from 'nodemailer';
import { ZipFile } from 'yazl';
import type { SandboxDescription } from '../../../src/sandbox/sandbox.ts';
import { cda, LABEL } from './cda.ts';
import { freshOid } from './client.ts';
import { ASSOCIATION, association, ORIGINAL, reportEntry, submissionSet, submitObjects } from './metadata.ts';
import type { KeyFiles } from './signing.ts';

type Change = (text: string) => string;
const same: Change = (text) => text;

export interface MailHooks {
  readonly to: string;
  readonly from: string;
  readonly ins: string;
  readonly cda: Change;
  /** The CDA as stored in the archive, after its hash was taken. */
  readonly storedCda: Change;
  readonly metadata: Change;
  readonly files: (files: Map<string, string>) => Map<string, string>;
  readonly zip: (zip: Buffer) => Buffer;
  readonly headers: Change;
  readonly pdfName: string;
  readonly pdf: Buffer;
  readonly parts: (parts: string[]) => string[];
  readonly auth: KeyFiles | undefined;
  readonly notify: readonly ('SUCCESS' | 'FAILURE')[];
}

const PDF = Buffer.from('%PDF-1.4\n<pdfaid:part>1</pdfaid:part>\n%%EOF\n');
const digits = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(0, 14);

/** What came back of a submission. */
export interface SmtpOutcome {
  readonly code: number;
  readonly response: string;
  readonly messageId: string;
}

export class ReferenceMailer {
  readonly sandbox: SandboxDescription;

  constructor(sandbox: SandboxDescription) {
    this.sandbox = sandbox;
  }

  async build(
    hooks: Partial<MailHooks> = {},
  ): Promise<{ raw: string; from: string; to: string; messageId: string }> {
    const from = hooks.from ?? this.sandbox.mailboxes.laboratory;
    const to = hooks.to ?? `dr.durand@${this.sandbox.domains.professional}`;
    const messageId = `<${randomUUID()}@labo.invalid>`;
    const zip = (hooks.zip ?? ((bytes: Buffer) => bytes))(await this.archive(hooks));
    const day = today();
    const pdfName = hooks.pdfName ?? `${day}_${LABEL}_PAT-TROIS_DOMINIQUE_26A0042.pdf`;
    const patientMail = to.endsWith(this.sandbox.domains.patient);
    const headers = (hooks.headers ?? same)(
      [
        `From: "Labo des Tilleuls" <${from}>`,
        `To: <${to}>`,
        `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
        `Message-ID: ${messageId}`,
        `Subject: XDM/1.0/DDM+${LABEL} PAT-TROIS DOMINIQUE 28/03/1979`,
        'X-MSS-NIL: 12345',
        'X-MSS-CODECDA: 11502-2',
        'X-MSS-INS: O',
        ...(patientMail ? ['X-MSS-MES: FIN'] : []),
        `Disposition-Notification-To: <${from}>`,
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary="m1"',
        '',
      ].join('\r\n'),
    );
    const attachment = (type: string, name: string, bytes: Buffer): string =>
      `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${(bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n')}\r\n`;
    const parts = (hooks.parts ?? ((list: string[]) => list))([
      'Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour, voici un compte rendu.\r\n',
      attachment('application/zip', 'IHE_XDM.zip', zip),
      attachment('application/pdf', pdfName, hooks.pdf ?? PDF),
    ]);
    return {
      raw: `${headers}\r\n${parts.map((part) => `--m1\r\n${part}`).join('')}--m1--\r\n`,
      from,
      to,
      messageId,
    };
  }

  private async archive(hooks: Partial<MailHooks>): Promise<Buffer> {
    const documentId = freshOid();
    const now = new Date();
    const document = (hooks.cda ?? same)(
      cda({
        id: documentId,
        effectiveTime: `${digits(now)}+0000`,
        start: `${today()}080000+0000`,
        ins: hooks.ins ?? '279035121518989',
        insOid: this.sandbox.insOid,
      }),
    );
    const patientId = `${hooks.ins ?? '279035121518989'}^^^&${this.sandbox.insOid}&ISO^NH`;
    const metadata = (hooks.metadata ?? same)(
      submitObjects(
        submissionSet({ uniqueId: freshOid(), patientId, submissionTime: digits(now) }),
        reportEntry({
          object: 'Document01',
          uniqueId: documentId,
          patientId,
          creationTime: digits(now),
          serviceStartTime: `${today()}080000`,
          hash: createHash('sha1').update(document).digest('hex'),
          size: Buffer.byteLength(document),
          mimeType: 'text/xml',
          masks: [],
          uri: 'DOC0001.XML',
        }),
        association(`${ASSOCIATION}HasMember`, 'SubmissionSet01', 'Document01', ORIGINAL),
      ),
    );
    const files = new Map([
      ['INDEX.HTM', '<html><body><a href="README.TXT">README</a></body></html>'],
      ['README.TXT', 'crbio'],
      ['IHE_XDM/SUBSET01/METADATA.XML', metadata],
      ['IHE_XDM/SUBSET01/DOC0001.XML', (hooks.storedCda ?? same)(document)],
    ]);
    const zip = new ZipFile();
    for (const [name, content] of (hooks.files ?? ((map: Map<string, string>) => map))(files))
      zip.addBuffer(Buffer.from(content), name);
    zip.end();
    return buffer(zip.outputStream);
  }

  async send(hooks: Partial<MailHooks> = {}): Promise<SmtpOutcome> {
    return this.submit(await this.build(hooks), hooks);
  }

  async submit(
    { raw, from, to, messageId }: { raw: string | Buffer; from: string; to: string; messageId: string },
    hooks: Partial<MailHooks> = {},
  ): Promise<SmtpOutcome> {
    const auth = 'auth' in hooks ? hooks.auth : this.sandbox.certificates.auth;
    const transport = nodemailer.createTransport({
      host: this.sandbox.smtp.host,
      port: this.sandbox.smtp.port,
      requireTLS: true,
      tls: {
        ca: readFileSync(this.sandbox.certificates.ca),
        ...(auth === undefined ? {} : { cert: readFileSync(auth.certificate), key: readFileSync(auth.key) }),
      },
    });
    try {
      const info = await transport.sendMail({
        envelope: { from, to },
        raw,
        ...(hooks.notify === undefined
          ? {}
          : { dsn: { id: 'ENV-1', return: 'headers', notify: [...hooks.notify], recipient: to } }),
      } as never);
      const { response } = info as { response: string };
      return { code: Number(response.slice(0, 3)), response, messageId };
    } catch (error) {
      const { responseCode, response, message } = error as {
        responseCode?: number;
        response?: string;
        message: string;
      };
      return { code: responseCode ?? 0, response: response ?? message, messageId };
    } finally {
      transport.close();
    }
  }
}

export function today(): string {
  return new Date().toISOString().slice(0, 10).replaceAll('-', '');
}
