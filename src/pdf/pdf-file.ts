import { createHash } from 'node:crypto';

/** An indirect reference: `12 0 R`. */
export type Ref = `${number} 0 R`;

const EOL = '\n';

/**
 * Writes the objects of a PDF 1.4 file with a classic cross-reference table (ISO 32000-1 §7.5), laid out as ISO 19005-1
 * §6.1 wants it: binary comment after the header, end of line before `endstream`, a file identifier in the trailer.
 */
export class PdfFile {
  readonly #chunks: Uint8Array[] = [];
  readonly #offsets: number[] = [];
  #length = 0;

  constructor() {
    this.#write(`%PDF-1.4${EOL}`);
    this.#write(Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a));
  }

  /** Keeps a number for an object that others must name before it is written. */
  reserve(): Ref {
    this.#offsets.push(0);
    return `${this.#offsets.length} 0 R`;
  }

  /**
   * Adds an object.
   * @param body the object; for a stream, its dictionary left open (`<< /Type /XObject`)
   * @param stream bytes of the stream
   * @param options `filter`: how the stream is coded, deflated when absent; `at`: a reserved number
   */
  add(
    body: string,
    stream?: Uint8Array,
    options: { filter?: 'none' | 'FlateDecode' | 'DCTDecode'; at?: Ref } = {},
  ): Ref {
    const ref = options.at ?? this.reserve();
    const number = Number.parseInt(ref, 10);
    this.#offsets[number - 1] = this.#length;
    this.#write(`${number} 0 obj${EOL}${body}`);
    if (stream) {
      const { filter = 'FlateDecode' } = options;
      this.#write(
        `${filter === 'none' ? '' : ` /Filter /${filter}`} /Length ${stream.length} >>${EOL}stream${EOL}`,
      );
      this.#write(stream);
      this.#write(`${EOL}endstream`);
    }
    this.#write(`${EOL}endobj${EOL}`);
    return ref;
  }

  /**
   * Ends the file.
   * @param permanentName names the document through its versions: first half of the file identifier
   */
  finish(catalog: Ref, info: Ref, permanentName: string): Uint8Array {
    const body = createHash('sha256');
    for (const chunk of this.#chunks) body.update(chunk);
    const permanent = createHash('sha256').update(permanentName).digest();
    const start = this.#length;
    const size = this.#offsets.length + 1;
    const rows = this.#offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
    this.#write(`xref${EOL}0 ${size}${EOL}0000000000 65535 f \n${rows.join('')}`);
    this.#write(
      `trailer${EOL}<< /Size ${size} /Root ${catalog} /Info ${info}` +
        ` /ID [<${hex16(permanent)}> <${hex16(body.digest())}>] >>${EOL}startxref${EOL}${start}${EOL}%%EOF${EOL}`,
    );
    return Buffer.concat(this.#chunks);
  }

  #write(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }
}

function hex16(digest: Buffer): string {
  return digest.subarray(0, 16).toString('hex');
}

/** A text string: ASCII as a literal, anything else as UTF-16 with its mark (ISO 32000-1 §7.9.2). */
export function pdfText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return `(${text.replace(/[\\()]/g, '\\$&')})`;
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}
