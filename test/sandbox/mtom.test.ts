import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../src/sandbox/check.ts';
import { parseMtom } from '../../src/sandbox/dmp/mtom.ts';

const TYPE =
  'multipart/related; boundary="b1"; type="application/xop+xml"; start="<r>"; start-info="application/soap+xml"';

describe('an MTOM message', () => {
  it('gives back the bytes of each part, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (one, two) => {
        const part = (id: string, type: string, bytes: Uint8Array): Buffer =>
          Buffer.concat([
            Buffer.from(`\r\n--b1\r\nContent-Type: ${type}\r\nContent-ID: <${id}>\r\n\r\n`),
            bytes,
          ]);
        const body = Buffer.concat([
          part('r', 'application/xop+xml', one),
          part('d', 'text/xml', two),
          Buffer.from('\r\n--b1--\r\n'),
        ]);
        fc.pre(body.toString('latin1').split('--b1').length === 4);
        const { root, parts } = parseMtom(TYPE, body);
        expect(root.equals(one)).toBe(true);
        expect(parts.get('d')?.equals(two)).toBe(true);
      }),
    );
  });

  it('is read or refused, never anything else', () => {
    const pieces = [
      '--b1',
      '\r\n',
      '--',
      'Content-ID: <r>',
      'Content-Type: application/xop+xml',
      'x',
      ':',
      '<',
      '>',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (noise) => {
        try {
          parseMtom(TYPE, Buffer.from(noise.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is limited in parts', () => {
    const parts = Array.from(
      { length: 30 },
      (_one, index) => `--b1\r\nContent-ID: <${index}>\r\n\r\nx\r\n`,
    ).join('');
    expect(() => parseMtom(TYPE, Buffer.from(`${parts}--b1--`))).toThrow(/parts/);
  });
});
