/** A random number from 0 to 1, the same sequence for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One character a byte: every mutation works on any charset. */
type Mutation = (text: string, random: () => number, seeds: readonly string[]) => string;

const pick = <T>(items: readonly T[], random: () => number): T | undefined =>
  items[Math.floor(random() * items.length)];
const at = (text: string, random: () => number) => Math.floor(random() * (text.length + 1));
const splice = (text: string, from: number, drop: number, put: string) =>
  text.slice(0, from) + put + text.slice(from + drop);

/** Works on one segment of the text. */
const onLine =
  (change: (line: string, random: () => number) => string): Mutation =>
  (text, random) => {
    const lines = text.split(/(?<=[\r\n])/);
    const index = Math.floor(random() * lines.length);
    return lines.with(index, change(lines[index] ?? '', random)).join('');
  };

const STRANGE = [
  '',
  '""',
  '-1',
  '99999999999999999999',
  '1e400',
  '\\',
  '\\X\\',
  '\\XZZ\\',
  '\\.br\\',
  '^~\\&',
  '^^^^^^^^',
  '~~~~~~~~',
  '&&&&&&&&',
  '\0',
  '\x0b',
  '\x1c\r',
  '\xef\xbf\xbd',
  '\xc3',
  '\xed\xa0\x80',
  '\xff\xfe',
  '20261332256199',
  '__proto__',
  'constructor',
  '%PDF-',
  '^APPLICATION^PDF^Base64^!!!!',
  '../../x.pdf',
  '<script>',
  ']]>',
] as const;

/** By name, so that a run counts them. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  byte: (text, random) => splice(text, at(text, random), 1, String.fromCharCode(Math.floor(random() * 256))),
  delimiter: (text, random) => splice(text, at(text, random), 1, pick([...'|^~\\&#\r\n"'], random) ?? ''),
  truncation: (text, random) => text.slice(0, at(text, random)),
  removal: (text, random) => splice(text, at(text, random), Math.floor(random() * 80), ''),
  'segment twice': onLine((line) => line + line),
  'segment lost': onLine(() => ''),
  'segments many': onLine((line, random) => line.repeat(1 + Math.floor(random() * 40))),
  'segment moved': (text, random) => {
    const lines = text.split(/(?<=[\r\n])/);
    const [line = ''] = lines.splice(Math.floor(random() * lines.length), 1);
    return lines.toSpliced(Math.floor(random() * (lines.length + 1)), 0, line).join('');
  },
  'segment renamed': onLine(
    (line, random) =>
      (pick(['MSH', 'PID', 'ORC', 'OBR', 'OBX', 'NTE', 'SPM', 'PRT', 'BTS', 'ZZZ', 'H|~'], random) ?? '') +
      line.slice(3),
  ),
  'fields swapped': onLine((line, random) => {
    const fields = line.split('|');
    const [one, other] = [1, 2].map(() => Math.floor(random() * fields.length)) as [number, number];
    return fields
      .with(one, fields[other] ?? '')
      .with(other, fields[one] ?? '')
      .join('|');
  }),
  'field strange': onLine((line, random) => {
    const fields = line.split('|');
    return fields.with(Math.floor(random() * fields.length), pick(STRANGE, random) ?? '').join('|');
  }),
  'field huge': onLine((line, random) => {
    const fields = line.split('|');
    const unit = pick(['9', 'A', '\\', '^', '1 ', ' - ', '\\.br\\', '~'], random) ?? '9';
    return fields
      .with(Math.floor(random() * fields.length), unit.repeat(Math.floor(random() * 20_000)))
      .join('|');
  }),
  'escapes nested': (text, random) =>
    splice(text, at(text, random), 0, '\\E\\X5C\\\\.br\\\\H\\\\F'.repeat(1 + Math.floor(random() * 20))),
  charset: (text, random) => {
    const name = pick(['UNICODE UTF-8', '8859/1', '8859/15', 'ASCII', 'UTF-16', '', 'KLINGON'], random) ?? '';
    const accents = pick(['\xe9\xe8', '\xc3\xa9', '\x80\x9f', '\xff'], random) ?? '';
    return splice(text.replace(/UNICODE UTF-8|8859\/15?/, name), at(text, random), 0, accents);
  },
  'two spliced': (text, random, seeds) => {
    const other = pick(seeds, random) ?? '';
    return text.slice(0, at(text, random)) + other.slice(at(other, random));
  },
};

const NAMES = Object.keys(MUTATIONS);

/** A message mutated one to four times. @param seeds good and bad messages, one character a byte */
export function mutate(
  seeds: readonly string[],
  random: () => number,
): { readonly bytes: Buffer; readonly applied: readonly string[] } {
  let text = pick(seeds, random) ?? '';
  const applied: string[] = [];
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time++) {
    const name = pick(NAMES, random) ?? 'byte';
    text = MUTATIONS[name]?.(text, random, seeds) ?? text;
    applied.push(name);
  }
  return { bytes: Buffer.from(text, 'latin1'), applied };
}
