import { HL7Message } from 'hl7v2';
import { Message } from 'node-hl7-client';
import { built } from './built.ts';
import { demoInput, messageOf } from './inputs.ts';
import { type Timing, time } from './timing.ts';

/** One message through our parser and through the `hl7v2` and `node-hl7-client` packages, in the same run. */
export interface ParseFigures {
  readonly name: string;
  readonly bytes: number;
  /** Bytes → character set, segments, fields, components, escapes. */
  readonly segments: Timing;
  /** The same and on to the dossier: everything that the stage `interpret` does before its commit. */
  readonly dossier: Timing;
  /** `HL7Message.parse` with its own dictionary, from text already decoded. */
  readonly hl7v2: Timing;
  /** `Message` of `node-hl7-client`, from text already decoded, each component asked for: it cuts what it is asked for. */
  readonly hl7Client: Timing;
}

/** Times the parsers on messages of several sizes. */
export async function measureParse(): Promise<ParseFigures[]> {
  const { interpret } = await built<typeof import('../src/intake/interpret.ts')>('intake/interpret');
  const { sourceProfile } = await built<typeof import('../src/intake/profile.ts')>('intake/profile');
  const { decode } = await built<typeof import('../src/intake/charset.ts')>('intake/charset');
  const { readMessage } = await built<typeof import('../src/intake/hl7.ts')>('intake/hl7');
  const { declaredCharset, splitFile } =
    await built<typeof import('../src/intake/segments.ts')>('intake/segments');
  const profile = sourceProfile({ name: 'bench', patientAuthority: '1.2.250.1.999.1.1.2' });

  const readSegments = (bytes: Uint8Array) => {
    const file = splitFile(Buffer.from(bytes).toString('latin1'), profile);
    if ('code' in file) throw new Error('the benchmark’s message is refused');
    return file.messages.map(({ lines }) => {
      const binary = Buffer.from(lines.join('\r'), 'latin1');
      const decoded = decode(binary, declaredCharset(lines[0] ?? ''), profile.charset);
      return decoded && readMessage(decoded.text.split('\r'), decoded.charset, profile.limits, 'message 1');
    });
  };
  const figures = async (name: string, bytes: Buffer): Promise<ParseFigures> => {
    const text = bytes.toString('utf8');
    return {
      name,
      bytes: bytes.length,
      segments: await time(() => readSegments(bytes)),
      dossier: await time(() => interpret(bytes, profile)),
      hl7v2: await time(() => HL7Message.parse(text)),
      hl7Client: await time(() => components(new Message({ text }))),
    };
  };
  return [
    await figures('12 results', messageOf(12)),
    await figures('100 results', messageOf(100)),
    await figures('culture with antibiogram', Buffer.from(demoInput('04-ecbu-antibiogramme.hl7'), 'latin1')),
  ];
}

interface Cuttable {
  toArray(): Cuttable[];
  toString(): string;
}

/** Below a message: segments, fields, repetitions, components. */
const LEVELS = 4;

/** Every component, unescaped. */
function components(node: Cuttable, levels = LEVELS): string[] {
  return levels === 0 ? [node.toString()] : node.toArray().flatMap((part) => components(part, levels - 1));
}
