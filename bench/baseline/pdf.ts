import { deflateSync } from 'node:zlib';

const LINES_PER_PAGE = 60;
const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&');

/**
 * The same words in Helvetica, a line each, in a PDF made of strings: no font embedded, no table, no logo, no barcode, no
 * PDF/A.
 */
export function pdfTemplate(lines: readonly string[]): Buffer {
  const objects: Buffer[] = [];
  const add = (head: string, stream?: Buffer): number => {
    const body = stream
      ? [`<< ${head} /Length ${stream.length} >>\nstream\n`, stream, '\nendstream']
      : [`<< ${head} >>`];
    objects.push(
      Buffer.concat(
        [`${objects.length + 1} 0 obj\n`, ...body, '\nendobj\n'].map((part) => Buffer.from(part)),
      ),
    );
    return objects.length;
  };
  add('/Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding');
  const count = Math.max(1, Math.ceil(lines.length / LINES_PER_PAGE));
  const tree = 2 + 2 * count;
  const kids: number[] = [];
  for (let page = 0; page < count; page++) {
    const shown = lines.slice(page * LINES_PER_PAGE, (page + 1) * LINES_PER_PAGE);
    const text = shown.map((line) => `(${escaped(line)}) Tj T*`).join('\n');
    const contents = add(
      '/Filter /FlateDecode',
      deflateSync(Buffer.from(`BT /F1 9 Tf 12 TL 40 800 Td\n${text}\nET`, 'latin1')),
    );
    kids.push(
      add(
        `/Type /Page /Parent ${tree} 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 1 0 R >> >> /Contents ${contents} 0 R`,
      ),
    );
  }
  add(`/Type /Pages /Count ${count} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}]`);
  add(`/Type /Catalog /Pages ${tree} 0 R`);
  let at = '%PDF-1.4\n'.length;
  const table = objects.map((object) => {
    const entry = `${String(at).padStart(10, '0')} 00000 n \n`;
    at += object.length;
    return entry;
  });
  const size = objects.length + 1;
  const tail = `xref\n0 ${size}\n0000000000 65535 f \n${table.join('')}trailer\n<< /Size ${size} /Root ${size - 1} 0 R >>\nstartxref\n${at}\n%%EOF\n`;
  return Buffer.concat([Buffer.from('%PDF-1.4\n'), ...objects, Buffer.from(tail)]);
}
