import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptAt } from '../../src/intake/excerpt.ts';

const HL7 = ['MSH|^~\\&|SGL|LBM', 'PID|1||P1', 'OBX|1|NM|A||1', 'OBX|2|NM|B||12,3,4|g'].join('\r');
const TWO = `${HL7}\r${HL7}\r`;
/** The line at fault, its marked part in brackets. */
const marked = (text: string, position: string) => {
  const line = excerptAt(text, position).find(({ atFault }) => atFault);
  return (
    line &&
    `${line.number} ${line.parts.map((part) => (part.marked ? `[${part.text}]` : part.text)).join('')}`
  );
};

describe('the place of a fault', () => {
  it.each([
    ['message 1, OBX[2]-5', '4 OBX|2|NM|B||[12,3,4]|g'],
    ['message 2, OBX[1]-5', '7 OBX|1|NM|A||[1]'],
    ['message 2, PID-3', '6 PID|1||[P1]'],
    ['message 1, MSH-3', '1 MSH|^~\\&|[SGL]|LBM'],
    ['MSH-7', '1 MSH|^~\\&|SGL|LBM[]'],
    ['message 2', '5 MSH|^~\\&|SGL|LBM'],
    ['message 2, OBX', '7 OBX|1|NM|A||1'],
    ['message 1, MSH-3 ; message 2, MSH-4', '1 MSH|^~\\&|[SGL]|LBM'],
  ])('%s', (position, line) => expect(marked(TWO, position)).toBe(line));

  it('of HPRIM, whose fields are counted from the delimiters', () => {
    const text = 'H|~^\\&|F||LBM\r\nP|1|LC1\r\nOBX|1|NM|GLU~Glycemie||x\r\n';
    expect(marked(text, 'message 1, P[1]-2')).toBe('2 P|1|[LC1]');
    expect(marked(text, 'message 1, H.4')).toBe('1 H|~^\\&|F||[LBM]');
  });

  it('is the beginning when nothing says it, or it is not there', () => {
    expect(excerptAt(HL7).map(({ number, atFault }) => [number, atFault])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, false],
    ]);
    expect(marked(HL7, 'message 9, OBX[1]-5')).toBeUndefined();
  });
});

it('tells the lines as they are, whatever the input and the place', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('M', 'S', 'H', '|', 'O', 'B', 'X', '\r', '1', 'é') }),
      fc.string(),
      (text, position) => {
        const lines = text.split('\r');
        for (const { number, parts } of excerptAt(text, position))
          expect(parts.map((part) => part.text).join('')).toBe(lines[number - 1]);
      },
    ),
  );
});
