import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { acknowledge, acknowledgeBatch } from '../../../src/intake/mllp/acknowledgement.ts';
import { wants, wishesOf } from '../../../src/intake/mllp/acknowledgement-mode.ts';
import { readHeader } from '../../../src/intake/mllp/header.ts';

const STAMP = { time: '20261122103000+0100', controlId: 'ACK1', charset: 'windows-1252' } as const;
const FAULT = {
  code: 'PID_MISSING',
  cause: 'Aucun patient : le segment PID manque | à vérifier.',
  hint: 'L’exporter de nouveau.',
  position: 'message 1, PID[2]-3',
};
const header = (version: string, more = '', type = 'ORU^R01^ORU_R01') =>
  readHeader(`MSH|^~\\&|SGL|LABO|CRBIO|TILLEULS|20261122||${type}|M-1|P|${version}${more}`);
const lines = (bytes: Buffer) => bytes.toString('latin1').split('\r').slice(0, -1);

describe('acknowledgement', () => {
  it('AA: sender and receiver swapped, same version and processing id, event and charset copied', () => {
    const from = header('2.5^FRA^2.10', '|||||FRA|8859/15');
    expect(lines(acknowledge(from, { code: 'AA' }, STAMP))).toEqual([
      'MSH|^~\\&|CRBIO|TILLEULS|SGL|LABO|20261122103000+0100||ACK^R01^ACK|ACK1|P|2.5^FRA^2.10|||||FRA|8859/15',
      'MSA|AA|M-1',
    ]);
  });

  it('AE from 2.5 on: ERR-2 location, -3 condition, -4 severity, -5 our code, -7 and -8 texts', () => {
    const bytes = acknowledge(header('2.5.1', '|||||FRA|UNICODE UTF-8'), { code: 'AE', fault: FAULT }, STAMP);
    expect(lines(Buffer.from(bytes.toString('utf8'), 'latin1'))[2]).toBe(
      'ERR||PID^2^3|100^Segment sequence error^HL70357|E|PID_MISSING^^99CRBIO||' +
        "Aucun patient : le segment PID manque \\F\\ \u00e0 v\u00e9rifier. L'exporter de nouveau.|" +
        'Aucun patient : le segment PID manque \\F\\ \u00e0 v\u00e9rifier.',
    );
  });

  it('AE before 2.5: MSA-3 text, MSA-6 and ERR-1 condition', () => {
    expect(lines(acknowledge(header('2.3'), { code: 'AE', fault: FAULT }, STAMP))).toEqual([
      'MSH|^~\\&|CRBIO|TILLEULS|SGL|LABO|20261122103000+0100||ACK^R01|ACK1|P|2.3',
      'MSA|AE|M-1|Aucun patient : le segment PID manque \\F\\ à vérifier.|||100^Segment sequence error^HL70357',
      'ERR|PID^2^3^100&Segment sequence error&HL70357',
    ]);
    expect(lines(acknowledge(header('2.3.1'), { code: 'AR', fault: FAULT }, STAMP))[0]).toContain(
      '|ACK^R01^ACK|',
    );
  });

  it('writes in the charset of the sender, else of its source, without accents in ASCII', () => {
    const text = (charset: string) => {
      const bytes = acknowledge(header('2.5', `||||||${charset}`), { code: 'AE', fault: FAULT }, STAMP);
      return bytes.subarray(bytes.indexOf('ERR|'));
    };
    expect(iconv.decode(text('8859/1'), 'iso-8859-1')).toContain('à vérifier');
    expect(iconv.decode(text(''), 'windows-1252')).toContain('à vérifier');
    expect(text('ASCII').toString('latin1')).toContain('\\F\\ a verifier');
  });

  it('takes the delimiters of the sender, and the usual ones when those cannot be used', () => {
    const own = readHeader('MSH!*~\\&!A!B!C!D!20260101!!ORU*R01!7!P!2.5');
    expect(lines(acknowledge(own, { code: 'AA' }, STAMP))).toEqual([
      'MSH!*~\\&!C!D!A!B!20261122103000+0100!!ACK*R01*ACK!ACK1!P!2.5',
      'MSA!AA!7',
    ]);
    const broken = readHeader('MSH|^^\\&|A|B|C|D|20260101||ORU^R01|7|P|2.5');
    expect(lines(acknowledge(broken, { code: 'AE', fault: FAULT }, STAMP)).slice(0, 2)).toEqual([
      'MSH|^~\\&|C|D|A|B|20261122103000+0100||ACK^R01^ACK|ACK1|P|2.5',
      'MSA|AE|7',
    ]);
  });

  it('of a batch: one a message, between the headers that it had', () => {
    const one = { header: header('2.5'), ack: { code: 'AA' } as const };
    const headers = {
      fileHeader: 'FHS|^~\\&|SGL|LABO|CRBIO||2026||||F1',
      batchHeader: 'BHS|^~\\&|SGL||CRBIO||2026||||B1',
    };
    const names = lines(acknowledgeBatch([one, one], headers, () => STAMP));
    expect(names.map((line) => line.slice(0, 3))).toEqual([
      ...['FHS', 'BHS', 'MSH', 'MSA', 'MSH', 'MSA', 'BTS', 'FTS'],
    ]);
    expect(names[1]).toBe('BHS|^~\\&|CRBIO||SGL||20261122103000+0100||||ACK1|B1');
    expect(names.slice(-2)).toEqual(['BTS|2', 'FTS|1']);
    expect(lines(acknowledgeBatch([one, one], {}, () => STAMP))).toHaveLength(4);
  });
});

describe('modes', () => {
  it('original when MSH-15 and MSH-16 are empty, else what they ask', () => {
    expect(wishesOf(header('2.5'))).toEqual({ mode: 'original' });
    expect(wishesOf(header('2.5', '|||AL|ER'))).toEqual({
      mode: 'enhanced',
      accept: 'AL',
      application: 'ER',
    });
    expect(wishesOf(header('2.5', '||||SU'))).toEqual({ mode: 'enhanced', accept: 'NE', application: 'SU' });
  });

  it('an acknowledgement is never acknowledged', () => {
    expect(wishesOf(header('2.5', '', 'ACK^R01^ACK'))).toMatchObject({ accept: 'NE', application: 'NE' });
  });

  it.each([
    ['AL', true, true],
    ['NE', false, false],
    ['SU', true, false],
    ['ER', false, true],
  ] as const)('%s', (condition, success, failure) => {
    expect([wants(condition, true), wants(condition, false)]).toEqual([success, failure]);
  });
});
