import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../../src/intake/hl7.ts';
import { hprimAnswer, isAnswerable } from '../../../src/intake/hprim/answer.ts';
import { cutMessages } from '../../../src/intake/hprim/lines.ts';
import { readSegments } from '../../../src/intake/hprim/segments.ts';
import { DEFAULT_LIMITS } from '../../../src/intake/profile.ts';
import type { Fault } from '../../../src/report/fault.ts';
import { H, hprim, obx, oru, P } from '../../fixtures/hprim.ts';

const fault = (position?: string): Fault => ({
  code: 'HPRIM_NO_DOSSIER',
  cause: 'Aucun numéro (OBR.3 | P.4).',
  hint: 'L’écrire.',
  ...(position ? { position } : {}),
});

const answered = (bytes: Uint8Array, faults: readonly Fault[] = [], refusedWhole = false) =>
  Buffer.from(
    hprimAnswer(
      bytes,
      { file: 'm.hpr', receivedAt: '20261116143500', faults, refusedWhole },
      { name: 'err-1-m.hpr', sender: 'LBM', charset: 'windows-1252', limits: DEFAULT_LIMITS },
    ),
  ).toString('latin1');

describe('the answer to an HPRIM file', () => {
  it('to one that was taken whole is a header and an end, to who sent it from whom it named', () => {
    expect(answered(oru(obx('NM', 'K~K~L', '4')))).toBe(
      'H|~^\\&|err-1-m.hpr||CLINIQUE||ERR|||LBM~LBM DU CANAL||T|H2.5~C|20261116143500\r\nL|1\r\n',
    );
  });

  it('has a row for each part that was not taken, with its place and no value', () => {
    const lines = answered(oru(obx('NM', 'K~K~L', '4')), [fault('message 1, OBX[1]-3'), fault()]).split(
      '\r\n',
    );
    expect(lines[1]).toBe(
      "ERR|1|m.hpr|20261116143500|P|4|OBX~1|3||HPRIM_NO_DOSSIER|Aucun num\u00e9ro (OBR.3 \\F\\ P.4). L'\u00e9crire.",
    );
    expect(lines[2]).toMatch(/^ERR\|2\|m\.hpr\|20261116143500\|P\|\|\|\|\|HPRIM_NO_DOSSIER\|/);
    expect(lines.slice(3)).toEqual(['L|1', '']);
    expect(answered(oru(), [fault()], true)).toMatch(/\nERR\|1\|m\.hpr\|20261116143500\|T\|/);
  });

  it('places every fault of a file of thousands, and counts those beyond a hundred', () => {
    const many = 20_000;
    const file = Buffer.concat(Array.from({ length: many }, () => Buffer.from(oru(obx('NM', 'K~K~L', '4')))));
    const faults = Array.from({ length: many }, (_, index) => fault(`message ${index + 1}, OBX[1]-3`));
    const segments = answered(file, faults, true)
      .split('\r\n')
      .filter((line) => !line.startsWith('A|'));
    expect(segments).toHaveLength(103);
    expect(segments[99]).toMatch(/^ERR\|99\|m\.hpr\|20261116143500\|T\|494\|OBX~1\|3\|\|HPRIM_NO_DOSSIER\|/);
    expect(segments[100]).toMatch(/^ERR\|100\|.*\|T\|\|\|\|\|HPRIM_MORE_FAULTS\|19901 autres parties /);
    const hundred = answered(file, faults.slice(0, 100)).split('\r\n');
    expect(hundred.filter((line) => line.startsWith('ERR|'))).toHaveLength(100);
    expect(hundred.join()).not.toContain('HPRIM_MORE_FAULTS');
  });

  it('speaks in the signs, the line ends and the charset of the message', () => {
    const foreign = Buffer.from('H*^~\\&*A*B*SPÉ^Spécialisé**ORU***NOUS**P*H2.3^C*2026\rP*1\rL*1\r', 'utf8');
    const text = Buffer.from(answered(foreign, [fault('message 1, P')]), 'latin1').toString('utf8');
    expect(text).toMatch(/^H\*\^~\\&\*err-1-m\.hpr\*\*NOUS\*\*ERR\*\*\*SPÉ\^Spécialisé\*\*P\*H2\.3\^C\*/);
    expect(text).toContain(
      '\rERR*1*m.hpr*20261116143500*P*2*P^1***HPRIM_NO_DOSSIER*Aucun numéro (OBR.3 | P.4)',
    );
    expect(text).not.toContain('\n');
    // Without an escape sign, what would separate is left out.
    expect(answered(Buffer.from('H|~^\nL|1\n'), [fault()])).toContain('(OBR.3   P.4)');
  });

  it('to a header that cannot be read is in the usual signs', () => {
    expect(answered(Buffer.from('H|||LBM||ORU|\rL|1\r'), [fault()], true)).toMatch(
      /^H\|~\^\\&\|err-1-m\.hpr\|\|LBM\|\|ERR\|.*\rERR\|1\|/,
    );
  });

  it('has no line longer than the norm allows, and loses nothing of a longer text', () => {
    const long = { ...fault(), cause: 'mot '.repeat(200).trim() };
    const lines = answered(oru(), [long]).split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(220);
    const joined = lines.reduce((text, line) =>
      line.startsWith('A|') ? text + line.slice(2) : `${text}\n${line}`,
    );
    expect(joined).toContain(long.cause);
  });
});

it('says what it was given, whatever is in it, in lines that are read back', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aé |~^\\&.0\n'), minLength: 1, maxLength: 600 });
  const told = (raw: string) => raw.replace(/\s+/g, ' ');
  fc.assert(
    fc.property(text, fc.constantFrom('H|~^\\&', 'H*^~\\&', 'H|\\^&~'), (cause, header) => {
      const message = Buffer.from(`${header}||||||ORU\r`.replaceAll('|', header[1] ?? ''));
      const answer = answered(message, [{ ...fault(), cause }]);
      const [read] = cutMessages(answer, DEFAULT_LIMITS);
      if (!read || !('delimiters' in read)) throw new Error('the answer is not read');
      const { delimiters, segments } = read;
      expect(segments.map((segment) => segment.split(delimiters.field)[0])).toEqual(['H', 'ERR', 'L']);
      const [, err] = readSegments(
        segments,
        delimiters,
        'iso-8859-1',
        DEFAULT_LIMITS,
        '',
      ) as readonly Segment[];
      expect(err?.text(10)).toBe(told(`${cause} L'écrire.`).trim());
    }),
  );
});

it('is owed to HPRIM Santé only, and never to an answer', () => {
  expect(isAnswerable(oru())).toBe(true);
  expect(isAnswerable(hprim(H.replace('|ORU|', '|ORM|'), P, 'L|1'))).toBe(true);
  expect(isAnswerable(hprim(H.replace('|ORU|', '|ERR|'), 'L|1'))).toBe(false);
  expect(isAnswerable(Buffer.from('MSH|^~\\&|SGL\r'))).toBe(false);
  expect(isAnswerable(Buffer.from('%PDF-1.4'))).toBe(false);
});
