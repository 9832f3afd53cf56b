import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  filesBelow,
  INPUTS,
  input,
  type Laboratory,
  openLaboratory,
  SYSTEM_TIMEOUT_MS,
} from './laboratory.ts';

/**
 * One run of the sample laboratory with two sources: every demo input, and in the second source files that nobody should
 * ever export. Then: what did the DMP, the mailboxes, the folders and the log get?
 */

// Each opens all that the run made, on machines of any speed.
vi.setConfig({ testTimeout: SYSTEM_TIMEOUT_MS });

interface Expected {
  readonly waves: readonly (readonly string[])[];
  readonly reports: Readonly<
    Record<string, { readonly version: number; readonly deliveries: readonly string[] }>
  >;
}

const EXPECTED = JSON.parse(readFileSync(join(INPUTS, '..', 'expected.json'), 'utf8')) as Expected;
const MAX_BYTES = 16_384;
const WHOLE = input('02-hemogramme.hl7', { '26-110002': '26-230002', DEMO0002: 'VILLE0002' });
/** The unqualified patient with a prescriber who has a mailbox, so that a document leaves. */
const UNQUALIFIED = input('11-ins-non-qualifiee.hl7', {
  '26-110011': '26-230011',
  DEMO0011: 'VILLE0011',
  'D099^LAMBERT^Odile': 'D042^DURAND^Claire',
});
const BAD_FILES: Readonly<Record<string, { readonly content: string | Uint8Array; readonly says: RegExp }>> =
  {
    'tronque.hl7': { content: WHOLE.subarray(0, WHOLE.length * 0.6), says: /tronqué.+HL7_TRUNCATED/s },
    'trop-gros.hl7': {
      content: Buffer.concat([WHOLE, Buffer.from('NTE|1||x\r'.repeat(2_000))]),
      says: /taille permise.+INPUT_TOO_LARGE/s,
    },
    'illisible.bin': {
      content: Buffer.alloc(4_096, 0x9d),
      says: /INPUT_UNREADABLE|INPUT_FOREIGN|HL7_CHARSET/,
    },
    'automate.astm': {
      content: 'H|\\^&|||AUTOMATE|||||||P|1\rP|1|||X1\rR|1|^^^GLU|5.3|mmol/L\rL|1|N\r',
      says: /INPUT_FOREIGN/,
    },
    'resultats.hpr': {
      content: 'H|~^\\&|FICHIER||LABO|||ORU|||||H2.1^C|20261116\rP|1|P1||||||M\rL|1\r',
      says: /HPRIM_NO_NAME/,
    },
    'compte-rendu.pdf': {
      content: '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n',
      says: /aucun message ne le cite.+SIDE_FILE_UNCLAIMED/s,
    },
  };

let laboratory: Laboratory;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: ({ sources }) => {
      sources.push({
        name: 'ville',
        folder: 'export-ville',
        archive: 'archive-ville',
        quarantine: 'quarantine-ville',
        completion: { stableMs: 50, truncatedAfterMs: 1_000 },
        sideFiles: { waitMs: 1_000 },
        rescanMs: 1_000,
        maxBytes: MAX_BYTES,
      });
    },
  });
  // Files already there at the start are taken too.
  mkdirSync(join(laboratory.folder, 'export-ville'));
  for (const [name, { content }] of Object.entries(BAD_FILES)) laboratory.drop(name, content, 'ville');
  await laboratory.start();
  laboratory.drop('26-230002.hl7', WHOLE, 'ville');
  laboratory.drop('26-230011.hl7', UNQUALIFIED, 'ville');
  for (const wave of EXPECTED.waves) {
    for (const name of wave) laboratory.drop(name, readFileSync(join(INPUTS, name)));
    await laboratory.settled();
  }
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

const versionOf = async (dossier: string, number: number) => {
  const report = await laboratory.report(dossier);
  const oid = report.versions.find(({ version }) => version === number)?.documentOid;
  if (!oid) throw new Error(`${dossier} v${number} has no document`);
  const { documents, mails } = await laboratory.state();
  return {
    oid,
    document: documents.find(({ uniqueId }) => uniqueId === oid),
    mails: mails.filter(({ kind, documents: carried }) => kind === 'report' && carried.includes(oid)),
    deliveries: report.deliveries.filter(({ version }) => version === number),
  };
};

const mailFile = (file: string) => readFileSync(join(laboratory.sandboxFolder, file));
const parsed = (file: string) => PostalMime.parse(mailFile(file));

describe('the plan', () => {
  it.each(Object.entries(EXPECTED.reports))('%s: as announced', async (dossier, { version, deliveries }) => {
    const report = await laboratory.report(dossier);
    expect(report.version).toBe(version);
    const newest = report.deliveries.filter((row) => row.version === version);
    expect(newest.map((row) => `${row.channel} ${row.state} ${row.rule}`).sort()).toEqual(
      [...deliveries].sort(),
    );
  });

  it('is what the DMP and the mailboxes received: nothing missing, nothing more', async () => {
    const { documents, mails } = await laboratory.state();
    const wanted: string[] = [];
    for (const { reportId } of await laboratory.store().reports({})) {
      const report = await laboratory.store().report(reportId);
      for (const row of report?.deliveries ?? []) {
        if (row.state !== 'delivered') continue;
        const oid = report?.versions.find(({ version }) => version === row.version)?.documentOid;
        wanted.push(`${row.recipient} ${oid}`);
      }
    }
    const received = [
      ...documents.filter(({ kind }) => kind === 'document').map(({ uniqueId }) => `DMP ${uniqueId}`),
      ...mails
        .filter(({ kind }) => kind === 'report')
        .flatMap(({ to, documents: carried }) => to.map((address) => `${address} ${carried.join()}`)),
    ];
    expect(received.sort()).toEqual(wanted.sort());
    expect(received.length).toBeGreaterThan(30);
  });

  it('meets no refusal of the DMP or the operator', async () => {
    expect((await laboratory.events()).filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  });
});

describe('a correction', () => {
  it('deprecates version 1 in the DMP and takes its place', async () => {
    const [first, second] = [await versionOf('26-110001', 1), await versionOf('26-110001', 2)];
    expect(first.document?.status).toMatch(/Deprecated$/);
    expect(second.document?.status).toMatch(/Approved$/);
    expect(second.document?.replaces).toBe(first.oid);
  });

  it('goes to the same mailboxes, in answer to the first mail and marked as replacing it', async () => {
    const [first, second] = [await versionOf('26-110001', 1), await versionOf('26-110001', 2)];
    expect(second.mails.flatMap(({ to }) => to).sort()).toEqual(first.mails.flatMap(({ to }) => to).sort());
    expect(second.mails).toHaveLength(2);
    for (const { to, files } of second.mails) {
      const earlier = first.mails.find((mail) => mail.to.join() === to.join());
      const mail = await parsed(files[0] ?? '');
      expect(mail.inReplyTo).toBe(earlier?.messageId);
      expect(mail.subject).toContain('[Annule et remplace]');
      expect((await parsed(earlier?.files[0] ?? '')).subject).not.toContain('[Annule et remplace]');
    }
  });
});

describe('masking and opposition', () => {
  it('leaves an announced result in the DMP, invisible to the patient, and out of the patient’s mailbox', async () => {
    const { document, mails, deliveries } = await versionOf('26-110009', 1);
    expect(document?.confidentialityCodes).toContain('INVISIBLE_PATIENT');
    const patient = deliveries.find(({ channel }) => channel === 'mssante-patient');
    expect(mails.flatMap(({ to }) => to)).toEqual(['karim.roussel@sandbox-mssante.invalid']);
    expect(patient).toMatchObject({ state: 'held', rule: 'annonce' });
  });

  it('marks no other document', async () => {
    const { oid } = await versionOf('26-110009', 1);
    const { documents } = await laboratory.state();
    const others = documents.filter(({ uniqueId, kind }) => kind === 'document' && uniqueId !== oid);
    for (const { confidentialityCodes } of others) expect(confidentialityCodes).toEqual(['N']);
  });

  it('keeps the report of a patient who opposes it out of the DMP', async () => {
    const { document, mails } = await versionOf('26-110010', 1);
    expect(document).toBeUndefined();
    expect(mails).toHaveLength(2);
  });
});

/** The laboratory's stylesheet, carried by each CDA, knows how to show an INS: that is no patient's. */
const withoutStylesheet = (text: string) => text.replace(/<xsl:stylesheet[\s\S]*?<\/xsl:stylesheet>/g, '');

/** Every file of the sandbox and what leaves the laboratory, opened as far as it opens: bytes by name. */
async function artefacts(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const keep = (name: string, bytes: Uint8Array) => found.set(name, Buffer.from(bytes).toString('latin1'));
  const pdf = (name: string, bytes: Uint8Array) => {
    keep(name, bytes);
    keep(`${name} (text)`, execFileSync('pdftotext', ['-layout', '-', '-'], { input: bytes }));
    keep(`${name} (metadata)`, execFileSync('pdfinfo', ['-meta', '-'], { input: bytes }));
  };
  const xdm = (name: string, bytes: Uint8Array) => {
    const archive = join(laboratory.folder, 'opened.zip');
    writeFileSync(archive, bytes);
    const names = execFileSync('unzip', ['-Z1', archive], { encoding: 'utf8' }).trim().split('\n');
    keep(`${name} (names)`, Buffer.from(names.join('\n')));
    for (const entry of names.filter((one) => !one.endsWith('/')))
      keep(`${name}!${entry}`, execFileSync('unzip', ['-p', archive, entry], { maxBuffer: 1 << 26 }));
  };
  for (const file of filesBelow(laboratory.sandboxFolder)) {
    const bytes = mailFile(file);
    keep(file, bytes);
    if (!file.endsWith('.eml')) continue;
    const mail = await PostalMime.parse(bytes);
    keep(`${file} (decoded)`, Buffer.from(JSON.stringify({ ...mail, attachments: undefined })));
    for (const { filename, content } of mail.attachments) {
      const part = Buffer.from(content as ArrayBuffer);
      const name = `${file}!${filename}`;
      if (/\.zip$/i.test(filename ?? '')) xdm(name, part);
      else if (/\.pdf$/i.test(filename ?? '')) pdf(name, part);
      else keep(name, part);
    }
  }
  for (const report of await laboratory.store().reports({})) {
    const documents = await laboratory.store().documents(report);
    if (!documents) continue;
    keep(`${report.reportId}.cda.xml`, documents.cda);
    pdf(`${report.reportId}.pdf`, documents.pdf);
  }
  keep('crbio.log', Buffer.from(laboratory.log()));
  return found;
}

describe('an identity that is not qualified', () => {
  const MATRICULE = '290019933105814';
  const INS_OID = /1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)(?![\d.])/;

  it('shows its matricule in no artefact', async () => {
    const all = await artefacts();
    // The search works: the matricule of a qualified patient is found where it must be.
    expect([...all.values()].filter((text) => text.includes('184076938301241')).length).toBeGreaterThan(10);
    const { mails } = await versionOf('26-230011', 1);
    expect(mails.map(({ to }) => to)).toEqual([['claire.durand@sandbox-mssante.invalid']]);
    const spaced = MATRICULE.replace(
      /^(\d)(\d\d)(\d\d)(\d\d)(\d{3})(\d{3})(\d\d)$/,
      '$1 ?$2 ?$3 ?$4 ?$5 ?$6 ?$7',
    );
    const secret = new RegExp(spaced);
    expect(UNQUALIFIED.toString('latin1')).toMatch(secret);
    const showing = [...all].filter(([name, text]) => secret.test(text) || secret.test(name));
    expect(showing.map(([name]) => name)).toEqual([]);
  });

  it('has documents without INS OID, in the CDA as in the XDM archive', async () => {
    const all = await artefacts();
    const { mails, deliveries } = await versionOf('26-230011', 1);
    const file = mails[0]?.files[0] ?? '';
    const parts = [...all].filter(
      ([name]) => name.startsWith(`${file}!`) || name.startsWith(`${deliveries[0]?.reportId}.`),
    );
    expect(parts.length).toBeGreaterThan(6);
    expect(parts.filter(([, text]) => INS_OID.test(withoutStylesheet(text))).map(([name]) => name)).toEqual(
      [],
    );
    expect(mailFile(file).toString('latin1')).toMatch(/^X-MSS-INS: N\r$/m);
  });

  it('goes neither to the DMP nor to a patient’s mailbox', async () => {
    const { document, deliveries } = await versionOf('26-230011', 1);
    expect(document).toBeUndefined();
    expect(deliveries.map(({ channel, state, rule }) => `${channel} ${state} ${rule}`).sort()).toEqual([
      'dmp held ins-non-qualifiee',
      'mssante-patient held ins-non-qualifiee',
      'mssante-pro delivered envoi',
    ]);
  });
});

describe('the log', () => {
  it('names no patient: no name, matricule, birth date, mailbox or subject', async () => {
    const log = laboratory.log();
    expect(log.split('\n').length).toBeGreaterThan(60);
    const secrets = new Set<string>();
    for (const name of EXPECTED.waves.flat().filter((one) => !one.startsWith('12-'))) {
      for (const line of input(name)
        .toString('latin1')
        .split(/[\r\n]+/)) {
        if (!line.startsWith('PID|')) continue;
        const fields = line.split('|');
        secrets.add(fields[7] ?? '');
        for (const identifier of (fields[3] ?? '').split('~')) secrets.add(identifier.split('^')[0] ?? '');
        for (const words of (fields[5] ?? '').split(/[~^ ]/)) if (words.length > 2) secrets.add(words);
      }
    }
    for (const { to, files } of (await laboratory.state()).mails) {
      for (const address of to) if (address.includes('@patient.')) secrets.add(address);
      secrets.add((await parsed(files[0] ?? '')).subject ?? '');
    }
    secrets.delete('');
    expect(secrets.size).toBeGreaterThan(30);
    const told = [...secrets].filter((secret) => log.toUpperCase().includes(secret.toUpperCase()));
    expect(told).toEqual([]);
  });
});

describe('bad files', () => {
  it.each(Object.entries(BAD_FILES))(
    '%s is kept as it is, with the reason in French',
    (name, { content, says }) => {
      const file = join(laboratory.folder, 'quarantine-ville', name);
      expect(readFileSync(file).equals(Buffer.from(content))).toBe(true);
      const reason = readFileSync(`${file}.reason.txt`, 'utf8');
      expect(reason).toMatch(says);
      expect(reason).toMatch(/À faire : /);
    },
  );

  it('does not stop the others, in its folder or another', async () => {
    expect(laboratory.files('export')).toEqual([]);
    expect(laboratory.files('export-ville')).toEqual([]);
    const archived = (folder: string) => laboratory.files(folder).map((file) => basename(file));
    expect(archived('archive-ville').sort()).toEqual(['26-230002.hl7', '26-230011.hl7']);
    const readable = EXPECTED.waves.flat().filter((name) => !name.startsWith('12-'));
    expect(archived('archive').sort()).toEqual(readable.sort());
    expect((await versionOf('26-230002', 1)).deliveries.map(({ state }) => state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
  });

  it('lists them for a person', async () => {
    const origins = (await laboratory.store().quarantine({})).map(({ origin }) => origin);
    expect(origins.sort()).toEqual(['12-fichier-illisible.hl7', ...Object.keys(BAD_FILES)].sort());
  });
});

it('takes the same bytes once', async () => {
  const before = (await laboratory.state()).documents.length;
  const received = laboratory.log().split('"received-again"').length;
  laboratory.drop('encore.hl7', WHOLE, 'ville');
  await laboratory.settled();
  expect((await laboratory.state()).documents).toHaveLength(before);
  expect(laboratory.log().split('"received-again"').length).toBe(received + 1);
  expect(laboratory.files('archive-ville').map((file) => basename(file))).toContain('encore.hl7');
});
