import { deflateSync } from 'node:zlib';
import type { Timestamp } from '../report/timestamp.ts';
import { type PdfFile, pdfText, type Ref } from './pdf-file.ts';

/** What a document says of itself, in the information dictionary and in XMP alike (ISO 19005-1 §6.7.3). */
export interface DocumentInfo {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly at: Timestamp;
}

const PRODUCER = 'crbio';

export interface PdfaParts {
  readonly info: Ref;
  readonly metadata: Ref;
  readonly outputIntent: Ref;
}

/** Writes the information dictionary, the XMP packet and the sRGB output intent of a PDF/A-1b file. */
export function addPdfaParts(file: PdfFile, about: DocumentInfo): PdfaParts {
  const date = pdfDate(about.at);
  const info = file.add(
    `<< /Title ${pdfText(about.title)} /Author ${pdfText(about.author)} /Subject ${pdfText(about.subject)}` +
      ` /Creator (${PRODUCER}) /Producer (${PRODUCER}) /CreationDate (${date}) /ModDate (${date}) >>`,
  );
  // PDF/A-1 forbids a filter on the metadata stream.
  const metadata = file.add('<< /Type /Metadata /Subtype /XML', Buffer.from(xmpPacket(about), 'utf8'), {
    filter: 'none',
  });
  const profile = file.add('<< /N 3 /Alternate /DeviceRGB', deflatedProfile());
  const outputIntent = file.add(
    '<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) /Info (sRGB IEC61966-2.1)' +
      ` /RegistryName (http://www.color.org) /DestOutputProfile ${profile} >>`,
  );
  return { info, metadata, outputIntent };
}

/** `20260302110500+01'00'` after `D:`, to the second. */
function pdfDate(time: Timestamp): string {
  const local = padded(time);
  return `D:${local}${time.offset.slice(0, 3)}'${time.offset.slice(3)}'`;
}

function xmpDate(time: Timestamp): string {
  const t = padded(time);
  const date = `${t.slice(0, 4)}-${t.slice(4, 6)}-${t.slice(6, 8)}`;
  return `${date}T${t.slice(8, 10)}:${t.slice(10, 12)}:${t.slice(12)}${time.offset.slice(0, 3)}:${time.offset.slice(3)}`;
}

/** Missing parts as their lowest value: day 01, hour 00. */
function padded(time: Timestamp): string {
  return time.local + '00000101000000'.slice(time.local.length);
}

function xmpPacket({ title, author, subject, at }: DocumentInfo): string {
  const alternative = (text: string) =>
    `<rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(text)}</rdf:li></rdf:Alt>`;
  const date = xmpDate(at);
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format><dc:title>${alternative(title)}</dc:title><dc:creator><rdf:Seq><rdf:li>${escapeXml(author)}</rdf:li></rdf:Seq></dc:creator><dc:description>${alternative(subject)}</dc:description><dc:language><rdf:Bag><rdf:li>fr-FR</rdf:li></rdf:Bag></dc:language></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>${PRODUCER}</xmp:CreatorTool><xmp:CreateDate>${date}</xmp:CreateDate><xmp:ModifyDate>${date}</xmp:ModifyDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>${PRODUCER}</pdf:Producer></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Printable text as XML content; what XML 1.0 cannot hold is replaced. */
function escapeXml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
}

let deflated: Uint8Array | undefined;

function deflatedProfile(): Uint8Array {
  deflated ??= deflateSync(srgbProfile(), { level: 9 });
  return deflated;
}

/**
 * An ICC version 2 display profile of sRGB (ICC.1:2001-04; primaries and curve of IEC 61966-2-1, adapted to D50).
 * Built here rather than shipped: the tables are facts, profile files have owners.
 */
export function srgbProfile(): Uint8Array {
  const ascii = (text: string) => Buffer.from(text, 'latin1');
  const s15Fixed16 = (numbers: readonly number[]) => {
    const bytes = Buffer.alloc(numbers.length * 4);
    numbers.forEach((number, index) => {
      bytes.writeInt32BE(Math.round(number * 65536), index * 4);
    });
    return bytes;
  };
  const xyz = (...numbers: number[]) => Buffer.concat([ascii('XYZ \0\0\0\0'), s15Fixed16(numbers)]);
  const name = 'sRGB IEC61966-2.1';
  const description = Buffer.alloc(12 + name.length + 1 + 78);
  description.write('desc', 0, 'latin1');
  description.writeUInt32BE(name.length + 1, 8);
  description.write(name, 12, 'latin1');
  const curve = Buffer.alloc(12 + 1024 * 2);
  curve.write('curv', 0, 'latin1');
  curve.writeUInt32BE(1024, 8);
  for (let index = 0; index < 1024; index++) {
    const encoded = index / 1023;
    const linear = encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
    curve.writeUInt16BE(Math.round(linear * 65535), 12 + index * 2);
  }
  const tags: [string, Buffer][] = [
    ['desc', description],
    ['cprt', Buffer.concat([ascii('text\0\0\0\0'), ascii('No copyright\0')])],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', xyz(0.43607, 0.22249, 0.01392)],
    ['gXYZ', xyz(0.38515, 0.71687, 0.09708)],
    ['bXYZ', xyz(0.14307, 0.06061, 0.7141)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const table = Buffer.alloc(4 + tags.length * 12);
  table.writeUInt32BE(tags.length, 0);
  const offsets = new Map<Buffer, number>();
  const data: Buffer[] = [];
  let offset = 128 + table.length;
  tags.forEach(([tag, bytes], index) => {
    if (!offsets.has(bytes)) {
      offsets.set(bytes, offset);
      const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
      data.push(padded);
      offset += padded.length;
    }
    table.write(tag, 4 + index * 12, 'latin1');
    table.writeUInt32BE(offsets.get(bytes) ?? 0, 8 + index * 12);
    table.writeUInt32BE(bytes.length, 12 + index * 12);
  });
  const header = Buffer.alloc(128);
  header.writeUInt32BE(offset, 0);
  header.writeUInt32BE(0x02100000, 8);
  header.write('mntrRGB XYZ ', 12, 'latin1');
  // A fixed date of creation: 2000-01-01 00:00:00.
  [2000, 1, 1, 0, 0, 0].forEach((part, index) => {
    header.writeUInt16BE(part, 24 + index * 2);
  });
  header.write('acsp', 36, 'latin1');
  s15Fixed16([0.9642, 1, 0.8249]).copy(header, 68);
  return Buffer.concat([header, table, ...data]);
}
