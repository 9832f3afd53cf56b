import { describe, expect, it } from 'vitest';
import { confirmRows } from '../../src/report/confirmations.ts';
import { mergeDossiers } from '../../src/report/merge.ts';
import { bytes, msh, obr, obx, pid } from '../fixtures/hl7/messages.ts';
import { dossierOf } from './parts.ts';

/** What several messages of one request come to, where one takes back, awaits, or comes late. */

type Fields = Parameters<typeof obr>[1];

/** The segments of one exam. */
const exam = (code: string, number: string, fields: Fields, ...rows: string[]) => [
  `ORC|RE|P1|${number}|D1`,
  obr(code && `${code}^${code}^L`, { 3: number, ...fields }),
  ...rows,
];
const taken = (segments: string[]) => segments.map((one) => one.replace('ORC|RE', 'ORC|CA'));
const bio = (fields: Fields, ...rows: string[]) => exam('BIO', 'D1-1', fields, ...rows);
const tsh = (fields: Fields, ...rows: string[]) => exam('TSH', 'D1-2', fields, ...rows);
const row = (code: string, value: string, status = 'F') => obx('NM', code, value, { 11: status });
const hour = (at: number) => `20261116${String(at).padStart(2, '0')}0000`;

/** Messages an hour after the other. */
const sent = (...messages: string[][][]) =>
  messages.map((orders, index) => dossierOf(bytes(msh({ at: hour(8 + index) }), pid(), ...orders.flat())));
const merged = (...messages: string[][][]) => mergeDossiers(sent(...messages));
const shown = ({ exams }: ReturnType<typeof merged>) =>
  exams.map(({ local, results, isolates }) => [
    local.code,
    ...results.map((one) => `${one.local.code} ${one.status}`),
    ...isolates.map(({ organism, antibiogram }) => [
      organism.label,
      ...antibiogram.map((one) => `${one.local.code} ${one.status} ${one.interpretations.join()}`),
    ]),
  ]);

describe('what is taken back stays so', () => {
  it('when a deleted row comes late, other rows of its exam having come meanwhile', () => {
    const report = merged(
      [bio({ 22: hour(8) }, row('K', '4'), row('NA', '140'))],
      [bio({ 22: hour(9) }, row('K', '', 'D'))],
      [bio({ 22: hour(10) }, row('NA', '141'))],
      [bio({ 22: hour(8) }, row('K', '4'), row('NA', '140'))],
    );
    expect(shown(report)).toEqual([['BIO', 'NA corrected']]);
  });

  it('when its exam is cancelled (OBR-25 X) with some of its rows', () => {
    const report = merged([bio({}, row('K', '4'), row('NA', '140'))], [bio({ 25: 'X' }, row('K', '4'))]);
    expect(shown(report)).toEqual([['BIO', 'K cancelled', 'NA cancelled']]);
    expect(report.withdrawn).toBe('cancelled');
  });

  it('when its order is cancelled beside others, under an old OBR-22', () => {
    const report = merged(
      [bio({ 22: hour(8) }, row('K', '4')), tsh({ 22: hour(8) }, row('T', '2'))],
      [bio({ 22: hour(9) }, row('K', '4')), taken(tsh({ 22: hour(7) }))],
    );
    expect(shown(report)).toEqual([
      ['BIO', 'K final'],
      ['TSH', 'T cancelled'],
    ]);
  });

  it('when it was of another patient (W), under an old OBR-22, and the next message comes', () => {
    const report = merged(
      [bio({ 22: hour(8) }, row('K', '4'), row('NA', '140'))],
      [bio({ 22: hour(7) }, row('K', '', 'W'))],
      [bio({ 22: hour(10) }, row('NA', '140'))],
    );
    expect(shown(report)).toEqual([['BIO', 'NA final']]);
  });

  it('when it is confirmed without a value (U) after its order was cancelled', () => {
    const [said, cancelled, confirming] = sent(
      [bio({}, row('K', '4'))],
      [taken(bio({}))],
      [bio({}, row('K', '', 'U'))],
    );
    if (!said || !cancelled || !confirming) throw new Error('three messages');
    expect(confirmRows(confirming, () => [said, cancelled])).toHaveProperty('unknown');
  });
});

describe('an order that is cancelled by its number', () => {
  const both = [bio({}, row('K', '4')), tsh({}, row('T', '2'))];
  const standing = ['TSH', 'T final'];

  it('without OBR-4, is that exam', () => {
    expect(shown(merged(both, [taken(exam('', 'D1-1', {}))]))).toEqual([['BIO', 'K cancelled'], standing]);
  });

  it('with the OBR-4 of the request, is that exam, unless the number is that of several', () => {
    const other = taken(exam('IONO', 'D1-1', {}));
    expect(shown(merged(both, [other]))).toEqual([['BIO', 'K cancelled'], standing]);
    const shared = [...both, exam('GLY', 'D1-1', {}, row('G', '5'))];
    expect(shown(merged(shared, [other])).slice(-2)).toEqual([
      ['GLY', 'G final'],
      ['IONO', 'IONO cancelled'],
    ]);
  });
});

describe('completeness', () => {
  it('is partial while an exam awaits more (OBR-25), whatever was open beside it', () => {
    const report = merged([bio({ 25: 'A' }, row('K', '4')), tsh({ 25: 'I' })], [tsh({}, row('T', '2'))]);
    expect(report.completeness).toBe('partial');
    expect(merged([bio({ 25: 'A' }, row('K', '4'))], [bio({}, row('NA', '140'))]).completeness).toBe(
      'complete',
    );
  });

  it('is not partial for an order that was cancelled while it was awaited', () => {
    expect(merged([bio({}, row('K', '4'))], [taken(tsh({ 25: 'I' }))]).completeness).toBe('complete');
  });
});

describe('a picture', () => {
  const png = (content: string) => Buffer.from(`\x89PNG\r\n\x1a\n ${content}`, 'latin1').toString('base64');
  const picture = (code: string) => obx('ED', code, `^Image^PNG^Base64^${png(code)}`);

  it('takes the place of the row that said that it could not be had', () => {
    const report = merged([bio({}, obx('ED', 'A', '', { 11: 'X' }))], [bio({}, picture('A'))]);
    expect(shown(report)).toEqual([['BIO']]);
    expect(report.exams[0]?.images).toHaveLength(1);
  });
});

describe('a document', () => {
  const pdf = (content: string) =>
    `^APPLICATION^PDF^Base64^${Buffer.from(`%PDF-1.4 ${content}`).toString('base64')}`;

  it('is that of its own exam, where two have one number and code', () => {
    const { attachments } = merged([bio({}, obx('ED', 'CR', pdf('a'))), bio({}, obx('ED', 'CR', pdf('b')))]);
    expect(new Set(attachments.map(({ base64 }) => base64)).size).toBe(2);
    expect(new Set(attachments.map(({ id }) => id)).size).toBe(2);
  });

  it('is that of the value that its row has now', () => {
    const report = merged(
      [bio({}, obx('ED', 'CR', pdf('a')))],
      [bio({}, obx('TX', 'CR', 'Sans particularité'))],
    );
    expect(shown(report)).toEqual([['BIO', 'CR corrected']]);
    expect(report.attachments).toEqual([]);
  });
});

describe('an antibiogramme', () => {
  const germ = (label: string) => obx('CE', 'GERME', `${label}^${label}^L`, { 4: '1' });
  const culture = (...rows: string[]) => exam('HC', 'D1-3', {}, ...rows);
  const child = (fields: Fields, ...rows: string[]) =>
    exam('ATB', 'D1-4', { 26: 'GERME^1', 29: 'P1^D1-3', ...fields }, ...rows);
  const drug = (code: string, mic: string, said: string, more: Fields = {}) =>
    obx('NM', code, mic, { 6: 'mg/L', 8: said, ...more });

  it('that came before its culture, or was awaited, stands with the organism once that comes', () => {
    const whole = [culture(germ('ECO')), child({}, drug('AMX', '2', 'S'))];
    const expected = [['HC', 'GERME final', ['ECO', 'AMX corrected S']]];
    expect(shown(merged([child({}, drug('AMX', '32', 'R'))], whole))).toEqual(expected);
    const awaited = merged([culture(germ('ECO')), child({ 25: 'I' })], whole);
    expect(shown(awaited)).toEqual([['HC', 'GERME final', ['ECO', 'AMX final S']]]);
    expect(awaited.completeness).toBe('complete');
  });

  it('in the rows of its culture stands once, when one of them comes again alone', () => {
    const one = (code: string, mic: string, said: string) => drug(code, mic, said, { 4: '1' });
    const report = merged(
      [culture(germ('ECO'), one('AMX', '32', 'R'), one('CTX', '1', 'S'))],
      [culture(one('AMX', '2', 'S'))],
    );
    expect(shown(report)).toEqual([['HC', 'GERME final', ['ECO', 'AMX corrected S', 'CTX final S']]]);
  });

  it('goes with its organism, when that turns out to be another one', () => {
    const report = merged([culture(germ('ECO')), child({}, drug('AMX', '32', 'R'))], [culture(germ('KLE'))]);
    expect(shown(report)).toEqual([['HC', 'GERME corrected']]);
  });
});
