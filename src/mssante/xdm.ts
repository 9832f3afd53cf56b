import { createHash } from 'node:crypto';
import { ZipFile } from 'yazl';
import { describeDocument } from '../xds/document-entry.ts';
import type { DocumentEntry } from '../xds/model.ts';
import { submitObjectsRequest } from '../xds/registry-objects.ts';
import { submissionSetOf } from '../xds/submission-set.ts';
import { escapeXml } from '../xds/xml-writer.ts';

/** What an XDM archive is made from. The PDF travels beside it, as a part of the mail (mssante.md §6, §7). */
export interface XdmInput {
  /** The very bytes that `entry` describes. */
  readonly cda: Uint8Array;
  readonly entry: DocumentEntry;
  readonly submission: {
    /** OID of the submission set, see {@link submissionSetOid}. */
    readonly uniqueId: string;
    /** OID of the system that submits. */
    readonly sourceId: string;
    /** UTC yyyyMMddHHmmss. */
    readonly time: string;
  };
  /** Who sends, as people read it: the laboratory's name, and how to reach it. */
  readonly sender: { readonly name: string; readonly contact: string };
  readonly software: { readonly name: string; readonly version: string; readonly vendor: string };
}

const SUBSET = 'IHE_XDM/SUBSET01';
const DOCUMENT = 'DOC0001.XML';

/**
 * Builds the IHE XDM archive of one report (ITI-32). The association RPLC is not written: the replaced entry is not in
 * this archive, so its target would resolve to nothing; the CDA's relatedDocument says which document is replaced.
 * @returns the zip's bytes, the same for the same input in whatever time zone
 */
export async function buildXdm(input: XdmInput): Promise<Uint8Array> {
  const metadata = submitObjectsRequest({
    submissionSet: submissionSetOf(input.entry, {
      uniqueId: input.submission.uniqueId,
      sourceId: input.submission.sourceId,
      submissionTime: input.submission.time,
    }),
    documents: [{ id: 'Document01', entry: input.entry, uri: DOCUMENT }],
  });
  return zip(
    [
      ['INDEX.HTM', utf8(index(input))],
      ['README.TXT', utf8(readme(input))],
      [`${SUBSET}/METADATA.XML`, utf8(`<?xml version="1.0" encoding="UTF-8"?>\n${metadata}\n`)],
      [`${SUBSET}/${DOCUMENT}`, Buffer.from(input.cda)],
    ],
    input.submission.time,
  );
}

/**
 * The archive that a mail would carry, without any recipient: masks are those of a dispatch, so none is written.
 * @param cda a document that passed the conformance check
 * @param context.time UTC yyyyMMddHHmmss
 * @throws TypeError when the document's header cannot be read
 */
export async function offlineXdm(
  cda: Uint8Array,
  context: {
    readonly time: string;
    readonly sourceId: string;
    readonly sender: string;
    readonly contact: string;
  },
): Promise<Uint8Array> {
  const entry = describeDocument(cda, { confidentiality: [] });
  if ('cause' in entry) throw new TypeError(`${entry.code} ${entry.position ?? ''}`);
  const { time, sourceId, sender, contact } = context;
  return buildXdm({
    cda,
    entry,
    submission: { uniqueId: submissionSetOid(entry.uniqueId), sourceId, time },
    sender: { name: sender, contact },
    software: { name: 'crbio', version: 'hors ligne', vendor: sender },
  });
}

/**
 * A submission set's OID, derived so that every try of one mail has the same: an UUID of version 8 (RFC 9562) under 2.25
 * (ITU-T X.667), at most 44 characters.
 * @param seed what names the submission: document and recipient
 */
export function submissionSetOid(seed: string): string {
  const bytes = createHash('sha256').update(seed, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}

/** Neither page names the patient: the archive may be unpacked in a shared folder. */
function index({ sender, software }: XdmInput): string {
  const by = `${software.name} ${software.version} (${software.vendor})`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr">
<head><title>Compte rendu d'examens de biologie médicale</title></head>
<body>
<h1>Compte rendu d'examens de biologie médicale</h1>
<p>Émetteur : ${escapeXml(sender.name)}</p>
<p>Contact : ${escapeXml(sender.contact)}</p>
<ul>
<li><a href="${SUBSET}/${DOCUMENT}">Compte rendu (CDA R2)</a></li>
<li><a href="README.TXT">Informations sur cette archive</a></li>
</ul>
<p>Produit par ${escapeXml(by)}</p>
</body>
</html>
`;
}

function readme({ sender, software }: XdmInput): string {
  const lines = [
    'ARCHIVE IHE XDM',
    '',
    `Émetteur : ${oneLine(sender.name)}`,
    `Contact  : ${oneLine(sender.contact)}`,
    `Logiciel : ${oneLine(software.name)} ${oneLine(software.version)}`,
    `Éditeur  : ${oneLine(software.vendor)}`,
    '',
    "Cette archive contient un compte rendu d'examens de biologie médicale au format",
    "CDA R2. Le point d'entrée des logiciels de santé est METADATA.XML.",
    'Pour le lire sans un tel logiciel, utiliser le fichier PDF joint au même message',
    'ou ouvrir INDEX.HTM dans un navigateur.',
    '',
    'INDEX.HTM',
    'README.TXT',
    'IHE_XDM',
    '  SUBSET01',
    '    METADATA.XML   description du document',
    `    ${DOCUMENT}    compte rendu`,
    '',
  ];
  return lines.join('\r\n');
}

async function zip(
  files: readonly (readonly [path: string, bytes: Buffer])[],
  time: string,
): Promise<Uint8Array> {
  const archive = new ZipFile();
  const options = { mtime: dosTime(time), forceDosTimestamp: true, mode: 0o100644 };
  for (const [path, bytes] of files) archive.addBuffer(bytes, path, options);
  archive.end();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.outputStream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/**
 * yazl writes the digits of local time, so local time it is, and noon: no zone changes its clock at noon, where the same
 * digits would not exist.
 */
function dosTime(time: string): Date {
  return new Date(Number(time.slice(0, 4)), Number(time.slice(4, 6)) - 1, Number(time.slice(6, 8)), 12);
}

const utf8 = (text: string) => Buffer.from(text, 'utf8');

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
