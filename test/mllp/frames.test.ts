import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FrameEvent, FrameReader, framed } from '../../src/mllp/frames.ts';

const LIMITS = { maxBytes: 64, maxKept: 16 };
const bytes = (text: string) => Buffer.from(text, 'latin1');
const VT = '\x0b';
const END = '\x1c\r';

/** What a reader makes of chunks, as text. */
function read(chunks: readonly Buffer[], limits = LIMITS) {
  const reader = new FrameReader(limits);
  const events: FrameEvent[] = chunks.flatMap((chunk) => reader.push(Buffer.from(chunk)));
  events.push(...reader.end());
  return events.map((event) =>
    event.kind === 'frame'
      ? event.bytes.toString('latin1')
      : `${event.kind} ${event.size}: ${event.head.toString('latin1')}`,
  );
}

describe('frames', () => {
  it('split, glued and empty', () => {
    expect(
      read([bytes(`${VT}MSH|1`), bytes(`${END}${VT}MSH|2${END}${VT}${END}${VT}MSH|3\x1c`), bytes('\r')]),
    ).toEqual(['MSH|1', 'MSH|2', 'MSH|3']);
  });

  it('ends of line between them are nothing, other bytes are kept', () => {
    expect(read([bytes(`\r\n${VT}MSH|1${END}\r`), bytes(`\n\nGET / HTTP\r\n${VT}MSH|2${END}`)])).toEqual([
      'MSH|1',
      'unframed 12: GET / HTTP\r\n',
      'MSH|2',
    ]);
  });

  it('an end that never comes, and a new beginning inside', () => {
    expect(read([bytes(`${VT}MSH|1\rPID|cut${VT}MS`), bytes(`H|2${END}${VT}MSH|3\x1c`)])).toEqual([
      'unfinished 13: MSH|1\rPID|cut',
      'MSH|2',
      'unfinished 6: MSH|3\x1c',
    ]);
  });

  it('a vertical tab in a comment begins no frame', () => {
    const text = `MSH|1\rNTE|1||one${VT}two${VT}MS${VT}`;
    expect(read([bytes(`${VT}${text}${END}`)])).toEqual([text]);
    expect(read([...`${VT}${text}${END}`].map(bytes))).toEqual([text]);
  });

  it('a longer one than allowed is counted, its head kept, and the next one read', () => {
    const long = `MSH|${'x'.repeat(200)}`;
    expect(read([bytes(`${VT}${long}${END}${VT}MSH|2${END}`)])).toEqual([
      `oversized 204: ${long.slice(0, 16)}`,
      'MSH|2',
    ]);
    expect(read([bytes(`${VT}${'y'.repeat(64)}${END}${VT}${'z'.repeat(65)}${END}`)])).toEqual([
      'y'.repeat(64),
      `oversized 65: ${'z'.repeat(16)}`,
    ]);
  });

  it('holds no more than the limit, whatever is sent', () => {
    const reader = new FrameReader(LIMITS);
    reader.push(bytes(VT));
    for (let sent = 0; sent < 500; sent++) {
      reader.push(bytes('xyz\x1c'));
      expect(reader.held).toBeLessThanOrEqual(LIMITS.maxBytes + 8);
    }
    expect(reader.held).toBeLessThanOrEqual(LIMITS.maxKept + 8);
  });

  it('are the same however the bytes are split', () => {
    const piece = fc.oneof(
      fc.constantFrom(VT, END, '\x1c', '\r', '\n', 'MSH|', 'BHS|', 'MS', 'H'),
      fc.string({ unit: fc.constantFrom('a', '|', '^', 'é'), maxLength: 40 }),
    );
    const stream = fc.array(piece, { maxLength: 60 }).map((pieces) => bytes(pieces.join('')));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(2_000), { maxLength: 40 }), (whole, cuts) => {
        const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
        const chunks = at.slice(1).map((to, index) => whole.subarray(at[index], to));
        expect(read(chunks)).toEqual(read([whole]));
      }),
      { numRuns: 500 },
    );
  });

  it('give back any message without marks', () => {
    const content = fc
      .uint8Array({ minLength: 1, maxLength: 300 })
      .map((octets) => Buffer.from(octets.filter((octet) => octet !== 0x1c && octet !== 0x0b)))
      .filter((content) => content.length > 0);
    fc.assert(
      fc.property(fc.array(content, { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (messages, size) => {
        const wire = Buffer.concat(messages.map(framed));
        const chunks = Array.from({ length: Math.ceil(wire.length / size) }, (_, n) =>
          wire.subarray(n * size, (n + 1) * size),
        );
        expect(read(chunks, { maxBytes: 400, maxKept: 16 })).toEqual(
          messages.map((m) => m.toString('latin1')),
        );
      }),
    );
  });
});
