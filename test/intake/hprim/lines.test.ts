import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../../src/intake/faults.ts';
import { cutMessages, type RawHprim } from '../../../src/intake/hprim/lines.ts';
import { DEFAULT_LIMITS } from '../../../src/intake/profile.ts';
import { H, OBR, obx, oru, P } from '../../fixtures/hprim.ts';
import { read } from '../parts.ts';

const cut = (text: string, limits = DEFAULT_LIMITS) => cutMessages(text, limits);
const messages = (text: string) => cut(text).filter((message): message is RawHprim => !isFault(message));

/** Pieces of which hostile files are made: names, signs, ends of line, half of a header. */
const piece = fc.oneof(
  fc.constantFrom(
    'H',
    'P',
    'C',
    'A',
    'L',
    'OBR',
    'OBX',
    'ERR',
    'FIC',
    '|',
    '~',
    '^',
    '\\',
    '&',
    '\r',
    '\n',
    '\r\n',
  ),
  fc.constantFrom(H, P, OBR, 'L|1', 'A|', 'H|~^\\&|', 'H|', '\u001a', '\0', '../', '****LAB****'),
  fc.string({ maxLength: 6 }),
);
const hostile = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

describe('the line parser', () => {
  it('ends every input as parts, and never throws', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const parts = read(Buffer.from(text, 'latin1'), { finalTerminator: 'optional', hprimMedecin: true });
        expect(parts.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('loses nothing of a message, and tells each message of a file once', () => {
    const line = fc
      .tuple(fc.constantFrom('P', 'OBR', 'OBX', 'C'), fc.stringMatching(/^[ -{]{0,30}$/))
      .map(([name, rest]) => `${name}|${rest}`);
    const message = fc.array(line, { maxLength: 6 }).map((lines) => [H, ...lines, 'L|1']);
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), (files) => {
        const found = messages(files.flat().join('\r\n'));
        expect(found.map(({ segments }) => segments)).toEqual(files);
        expect(found.every(({ closed }) => closed)).toBe(true);
      }),
    );
  });

  it('makes the same message of continuations, wherever they are cut', () => {
    const whole = [
      H,
      P,
      OBR,
      obx('ST', 'X~Étude~L', 'Un texte assez long ^ coupé', { 6: '10^9/L' }),
      'L|1||1|5',
    ];
    const bytes = Buffer.from(whole.map((line) => `${line}\n`).join(''), 'utf8').toString('latin1');
    const lines = bytes.split('\n').slice(0, -1);
    const cuts = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.nat(300)), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, (places) => {
        const broken = lines.map((line, index) => {
          // The name and its separator, and all of H that says the signs, begin a line.
          const first = line.startsWith('H') ? 7 : line.indexOf('|') + 1;
          const at = [...new Set(places.filter(([row]) => row === index).map(([, place]) => place))]
            .map((place) => first + (place % (line.length - first + 1)))
            .sort((one, other) => other - one);
          return at.reduce((text, place) => `${text.slice(0, place)}\nA|${text.slice(place)}`, line);
        });
        const text = broken.join('\n');
        expect(messages(text)[0]?.segments).toEqual(messages(lines.join('\n'))[0]?.segments);
        expect(read(Buffer.from(text, 'latin1'))).toEqual(read(Buffer.from(bytes, 'latin1')));
      }),
    );
  });

  it('keeps to its limits', () => {
    const codes = (text: string, limits: Partial<typeof DEFAULT_LIMITS>) =>
      read(Buffer.from(text, 'latin1'), { limits: { ...DEFAULT_LIMITS, ...limits } }).map((part) =>
        part.kind === 'rejected' ? part.fault.code : part.kind,
      );
    const one = Buffer.from(oru(obx('NM', 'A~A~L', '1'))).toString('latin1');
    expect(codes(one, {})).toEqual(['dossier']);
    expect(codes(one.repeat(3), { maxMessages: 2 })).toEqual(['HL7_TOO_MANY']);
    expect(codes(one, { maxSegments: 3 })).toEqual(['HL7_TOO_MANY']);
    expect(codes(one, { maxParts: 20 })).toEqual(['HL7_TOO_MANY']);
    expect(codes(one, { maxFieldLength: 5 })).toEqual(['HL7_TOO_MANY']);
    const exams = Array.from({ length: 2_001 }, (_, rank) => `E${rank}~x~L`).join('^');
    expect(codes(one.replace(/NFS~[^|]*/, exams), {})).toEqual(['HL7_TOO_MANY']);
  });

  it('skips blank lines, frame marks and the old end-of-file mark', () => {
    const lines = [`\u000b${H}`, '', '  ', P, '\r', OBR, 'L|1\u001a', '\u001c'].join('\r\n');
    expect(messages(lines)[0]?.segments).toEqual([H, P, OBR, 'L|1']);
  });

  it('a header without usable signs is a fault, and the next message is read', () => {
    const parts = read(
      Buffer.concat([
        Buffer.from(`H|~|x||a||ORU|||||T|H2.1\r\n${P}\r\nL|1\r\n`),
        oru(obx('NM', 'A~A~L', '1')),
      ]),
    );
    expect(parts).toMatchObject([{ fault: { code: 'HPRIM_DELIMITERS' } }, { kind: 'dossier' }]);
  });
});
