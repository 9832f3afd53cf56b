import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { afterAll, describe, expect, it } from 'vitest';
import { writeMail } from '../../src/mssante/mail.ts';
import { composeMail, messageIdOf, type ReportMail } from '../../src/mssante/message.ts';
import type { MssanteSettings } from '../../src/mssante/settings.ts';
import type { DeliveryJob } from '../../src/report/delivery.ts';
import { MATRICULE, PDF, someSettings, toPatient, toProfessional } from '../fixtures/mssante/delivery.ts';
import { bareCda } from '../fixtures/xds/cda.ts';

const NOW = Date.UTC(2026, 2, 2, 15, 12, 0);
const CDA_OID = '1.2.250.1.999.7.1.1';

async function mailOf(job: DeliveryJob, settings: MssanteSettings = someSettings()) {
  const prepared = await writeMail(settings, job, { now: NOW });
  if ('fault' in prepared) throw new Error(prepared.fault.code);
  return prepared;
}

async function read(job: DeliveryJob, settings?: MssanteSettings) {
  const { bytes } = await mailOf(job, settings);
  const mail = await PostalMime.parse(bytes);
  const header = (name: string) => mail.headers.filter(({ key }) => key === name).map(({ value }) => value);
  return { mail, header, bytes, text: mail.text ?? '' };
}

const faultOf = async (job: DeliveryJob, settings = someSettings()) => {
  const prepared = await writeMail(settings, job, { now: NOW });
  return 'fault' in prepared ? prepared.fault.code : 'prepared';
};

describe('a mail to a professional', () => {
  it('has the headers of mssante.md §6', async () => {
    const { mail, header } = await read(toProfessional());
    expect(mail.subject).toBe("XDM/1.0/DDM+CR d'examens biologiques MARTIN-DUVAL ZOE 28/03/1979");
    expect(mail.from).toMatchObject({
      address: 'biologie@labo.mssante.invalid',
      name: 'Laboratoire du Canal – Biologie',
    });
    expect(header('to')).toEqual(['claire.durand@medecin.mssante.invalid']);
    expect(header('reply-to')).toEqual(['secretariat@labo.mssante.invalid']);
    expect(header('disposition-notification-to')).toEqual(['<biologie@labo.mssante.invalid>']);
    expect(header('date')).toEqual(['Mon, 02 Mar 2026 15:12:00 +0000']);
    expect(header('x-mss-nil')).toEqual(['NIL-0001-2345']);
    expect(header('x-mss-codecda')).toEqual(['11502-2']);
    expect(header('x-mss-ins')).toEqual(['O']);
    expect(header('x-mss-mes')).toEqual([]);
    expect(header('in-reply-to')).toEqual([]);
  });

  it('begins its subject by the prefix, unencoded, on the wire', async () => {
    const { bytes } = await mailOf(toProfessional());
    expect(Buffer.from(bytes).toString('latin1')).toMatch(/^Subject: XDM\/1\.0\/DDM\+CR d'examens/m);
  });

  it('carries IHE_XDM.zip and the PDF, named', async () => {
    const { mail } = await read(toProfessional());
    expect(mail.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual([
      ['IHE_XDM.zip', 'application/zip'],
      ["20260302_CR d'examens biologiques_MARTIN-DUVAL_ZOE_26A0042.pdf", 'application/pdf'],
    ]);
    expect(Buffer.from(mail.attachments[1]?.content as ArrayBuffer)).toEqual(PDF);
  });

  it('ends by saying that it is automatic, with the mailbox to write to (SGL.MSS.11)', async () => {
    const { text } = await read(toProfessional());
    expect(text).toMatch(/généré automatiquement.*secretariat@labo\.mssante\.invalid\.\s*$/);
  });

  it('says X-MSS-INS: N for an identity that is not qualified, and holds no INS', async () => {
    const { header, bytes } = await read(toProfessional({ cda: bareCda({ ins: false }) }));
    expect(header('x-mss-ins')).toEqual(['N']);
    expect(Buffer.from(bytes).toString('latin1')).not.toContain(MATRICULE);
  });

  it('never forbids the answer, which is for patients only', async () => {
    const { header } = await read(toProfessional({ noReply: true }));
    expect(header('x-mss-mes')).toEqual([]);
  });
});

describe('a mail to the patient', () => {
  it('invites the answer to the organisational mailbox', async () => {
    const { header, text } = await read(toPatient());
    expect(header('to')).toEqual([`${MATRICULE}@patient.mssante.invalid`]);
    expect(header('reply-to')).toEqual(['secretariat@labo.mssante.invalid']);
    expect(header('x-mss-mes')).toEqual([]);
    expect(text).toContain('Votre compte rendu');
  });

  it.each([
    ['the source says so', toPatient({ noReply: true }), someSettings()],
    ['the laboratory says so', toPatient(), someSettings({ patientsMayNotReply: true, replyTo: {} })],
  ])('forbids the answer when %s: FIN and no Reply-To', async (_, job, settings) => {
    const { header, text } = await read(job, settings);
    expect(header('x-mss-mes')).toEqual(['FIN']);
    expect(header('reply-to')).toEqual([]);
    expect(text).toMatch(/merci de ne pas y répondre.*01 00 00 00 01/);
  });

  it('names the patient nowhere in its Message-ID', async () => {
    const { messageId } = await mailOf(toPatient());
    expect(messageId).toBe(`<${CDA_OID}.pat@labo.mssante.invalid>`);
  });
});

describe('a replacement', () => {
  const cda = bareCda({ id: '1.2.250.1.999.7.1.2', replaces: CDA_OID });

  it('answers the mail that carried the version it replaces', async () => {
    const first = await mailOf(toProfessional());
    const { mail, header, text } = await read(toProfessional({ version: 2, cda, replaces: CDA_OID }));
    expect(header('in-reply-to')).toEqual([first.messageId]);
    expect(header('references')).toEqual([first.messageId]);
    expect(mail.messageId).not.toBe(first.messageId);
    expect(mail.subject).toMatch(/^XDM\/1\.0\/DDM\+\[Annule et remplace\] CR d'examens/);
    expect(text).toContain('annule et remplace');
  });

  it('is a first mail for who never had the earlier version', async () => {
    const { mail, header } = await read(toProfessional({ version: 2, cda }));
    expect(header('in-reply-to')).toEqual([]);
    expect(mail.subject).not.toContain('[Annule et remplace]');
  });
});

describe('identifiers and bytes', () => {
  it('are the same at each try', async () => {
    const [one, two] = [await mailOf(toPatient()), await mailOf(toPatient())];
    expect(two.messageId).toBe(one.messageId);
    expect(Buffer.compare(one.bytes, two.bytes)).toBe(0);
  });

  it('differ from one recipient to another, and not with the case of an address', () => {
    const id = (recipient: string) =>
      messageIdOf({ documentOid: CDA_OID, kind: 'mssante-pro', recipient, domain: 'labo.invalid' });
    expect(id('a@b.fr')).not.toBe(id('c@b.fr'));
    expect(id('A@b.fr')).toBe(id('a@B.fr'));
  });
});

describe('what may not leave', () => {
  it.each<[string, DeliveryJob]>([
    ['MSSANTE_RECIPIENT_DOMAIN', toProfessional({ recipient: 'claire.durand@gmail.com' })],
    ['MSSANTE_RECIPIENT_DOMAIN', toProfessional({ recipient: 'x@chu.mssante.invalid' })],
    ['prepared', toProfessional({ recipient: 'x@nantes.CHU.mssante.invalid' })],
    ['MSSANTE_RECIPIENT_FORM', toProfessional({ recipient: '899700012034' })],
    [
      'MSSANTE_RECIPIENT_FORM',
      toProfessional({ recipient: 'a@medecin.mssante.invalid>\r\nRCPT TO:<b@c.fr' }),
    ],
    ['MSSANTE_CHANNEL', toProfessional({ recipient: `${MATRICULE}@patient.mssante.invalid` })],
    ['MSSANTE_PATIENT_NO_INS', toPatient({ cda: bareCda({ ins: false }) })],
    ['MSSANTE_PATIENT_ADDRESS', toPatient({ recipient: '180017500000158@patient.mssante.invalid' })],
    ['MSSANTE_PATIENT_ADDRESS', toPatient({ recipient: `${MATRICULE}@medecin.mssante.invalid` })],
    ['XDS_CDA_UNREADABLE', toProfessional({ cda: Buffer.from('<html/>') })],
  ])('%s', async (code, job) => {
    expect(await faultOf(job)).toBe(code);
  });

  it('a mail over the limit, counted encoded', async () => {
    const { bytes } = await mailOf(toProfessional());
    const at = (maxMailBytes: number) => faultOf(toProfessional(), someSettings({ maxMailBytes }));
    expect(await at(bytes.byteLength)).toBe('prepared');
    expect(await at(bytes.byteLength - 1)).toBe('MSSANTE_TOO_LARGE');
  });
});

describe('header injection', () => {
  const base: ReportMail = {
    from: { address: 'a@labo.invalid', label: 'Labo' },
    to: 'b@medecin.invalid',
    subject: 'XDM/1.0/DDM+x',
    date: NOW,
    messageId: '<1.2.3@labo.invalid>',
    readReceipt: true,
    mss: { nil: 'N1', codeCda: '11502-2', qualifiedIns: true, noReply: false },
    text: 'Bonjour',
    xdm: Buffer.from('zip'),
    pdf: PDF,
    pdfName: 'x.pdf',
  };
  const KNOWN =
    /^(?:Date|From|To|Reply-To|Subject|Message-ID|In-Reply-To|References|Disposition-Notification-To|X-MSS-[A-Z]+|MIME-Version|Content-Type): /;
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc
      .tuple(
        fc.string({ maxLength: 20 }),
        fc.constantFrom('\r\n', '\n', '\r', '\u2028', '\0'),
        fc.string({ maxLength: 20 }),
      )
      .map(([before, end, after]) => `${before}${end}Bcc: ${after}`),
  );

  /** The header block holds the known headers, once each, and folded lines; nothing else. */
  function expectSound(bytes: Uint8Array): void {
    const wire = Buffer.from(bytes).toString('latin1');
    expect(wire).not.toMatch(/[^\r]\n|\r[^\n]|\0/);
    const block = wire.slice(0, wire.indexOf('\r\n\r\n'));
    const lines = block.split('\r\n').filter((line) => !line.startsWith(' '));
    for (const line of lines) expect(line).toMatch(KNOWN);
    expect(new Set(lines.map((line) => line.split(':')[0])).size).toBe(lines.length);
  }

  it('is impossible through names, label and text that people type', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (family, label, text) => {
        // What a CDA can hold at all: no markup, no character that XML refuses.
        const escaped = family.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]|[<&]/g, '');
        const settings = someSettings({ from: { address: 'biologie@labo.mssante.invalid', label } });
        const prepared = await writeMail(
          {
            ...settings,
            texts: { ...settings.texts, 'mssante-pro': { first: text, replacement: text, withdrawal: text } },
          },
          toProfessional({ cda: bareCda({ family: `X${escaped}` }), pdfName: family }),
          { now: NOW },
        );
        if ('fault' in prepared) throw new Error(prepared.fault.cause);
        expectSound(prepared.bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('is impossible through any field of the message: it is written soundly or not at all', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.constantFrom('to', 'subject', 'messageId', 'inReplyTo', 'replyTo', 'pdfName'),
        (value, field) => {
          let bytes: Uint8Array | undefined;
          try {
            bytes = composeMail({ ...base, [field]: value });
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
          }
          if (bytes) expectSound(bytes);
        },
      ),
    );
  });
});

describe('independent readers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-mail-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const SCRIPT = `
import email, email.policy, hashlib, io, json, sys, zipfile
message = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
parts = list(message.iter_parts())
archive = zipfile.ZipFile(io.BytesIO(parts[1].get_payload(decode=True)))
print(json.dumps({
  'defects': [str(d) for p in message.walk() for d in p.defects],
  'subject': message['subject'], 'from': message['from'], 'names': [p.get_filename() for p in parts],
  'types': [p.get_content_type() for p in parts], 'text': parts[0].get_content(),
  'bad': archive.testzip(), 'entries': archive.namelist(), 'longest': max(len(l) for l in open(sys.argv[1], 'rb').read().split(b'\\r\\n')),
}))
`;

  it.skipIf(!available('python3'))('Python reads the mail and the archive as they are', async () => {
    const file = join(folder, 'mail.eml');
    writeFileSync(file, (await mailOf(toProfessional())).bytes);
    const seen = JSON.parse(execFileSync('python3', ['-c', SCRIPT, file], { encoding: 'utf8' }));
    expect(seen).toMatchObject({
      defects: [],
      subject: "XDM/1.0/DDM+CR d'examens biologiques MARTIN-DUVAL ZOE 28/03/1979",
      from: 'Laboratoire du Canal – Biologie <biologie@labo.mssante.invalid>',
      names: [null, 'IHE_XDM.zip', "20260302_CR d'examens biologiques_MARTIN-DUVAL_ZOE_26A0042.pdf"],
      types: ['text/plain', 'application/zip', 'application/pdf'],
      bad: null,
      entries: ['INDEX.HTM', 'README.TXT', 'IHE_XDM/SUBSET01/METADATA.XML', 'IHE_XDM/SUBSET01/DOC0001.XML'],
    });
    expect(seen.text).toContain('Veuillez trouver ci-joint un compte rendu');
    expect(seen.longest).toBeLessThanOrEqual(80);
    expect(readFileSync(file).includes('é')).toBe(false);
  });
});

function available(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write(`${command} is absent: its test is skipped\n`);
    return false;
  }
}
