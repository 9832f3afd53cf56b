import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/intake/interpret.ts';
import { bytes, msh, obr, obx, oru, pid, profile } from '../fixtures/hl7/messages.ts';
import { dossierAndWarnings, dossierOf, faultsOf, read } from './parts.ts';

const codes = (input: Uint8Array, given = {}) => faultsOf(input, given).map(({ code }) => code);
const message = (dossier: string, row = obx('NM', 'A', '1')) => [
  msh(),
  pid(),
  `ORC|RE|||${dossier}`,
  obr('X'),
  row,
];
const text = (input: Uint8Array) => Buffer.from(input).toString('utf8');

describe('files', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CRLF and blank lines', '\r\n\r\n'],
  ])('reads ends of line of %s', (_, end) => {
    const input = Buffer.from(text(oru(obx('NM', 'A', '1'))).replaceAll('\r', end));
    expect(dossierOf(input).exams).toHaveLength(1);
  });

  it('reads a file with a byte order mark, text before MSH, MLLP marks', () => {
    const plain = text(oru(obx('ST', 'A', 'élevé')));
    const expected = dossierOf(oru(obx('ST', 'A', 'élevé')));
    expect(dossierOf(Buffer.from(`\ufeff${plain}`))).toEqual(expected);
    expect(dossierOf(Buffer.from(`\u000b${plain}\u001c\r`))).toEqual(expected);
    expect(dossierOf(Buffer.from(`\ufeff${plain}`, 'utf16le'))).toEqual(expected);
    const before = dossierAndWarnings(Buffer.from(`Export du 16/11\r${plain}`));
    expect(before.dossier).toEqual(expected);
    expect(before.warnings).toEqual(['TEXT_BEFORE_MSH']);
  });

  it.each(['NFS: anémie', 'VIH', 'TSH.: 3', 'CRP-us normale'])(
    'keeps « %s », a line of a comment',
    (line) => {
      const [part] = read(oru(obx('NM', 'NA', '139'), `NTE|1|L|Conclusion\n${line}\nfin`));
      if (part?.kind !== 'dossier') throw new Error(JSON.stringify(part));
      expect(part.dossier.exams[0]?.results[0]?.comments).toEqual([`Conclusion\n${line}\nfin`]);
    },
  );

  it('takes a segment without fields for one below a note', () => {
    const { dossier } = dossierAndWarnings(oru(obx('NM', 'NA', '139'), 'NTE|1|L|Conclusion', 'DSC', 'ZZZ'));
    expect(dossier.exams[0]?.results[0]?.comments).toEqual(['Conclusion']);
  });

  it('joins a line break inside a field', () => {
    const { dossier, warnings } = dossierAndWarnings(oru(obx('TX', 'A', 'un\ndeux')));
    expect(dossier.exams[0]?.results[0]?.value).toMatchObject({ text: 'un\ndeux' });
    expect(warnings).toEqual(['LINE_BROKEN']);
  });

  it('reads other delimiters, and refuses look-alikes', () => {
    const other = text(oru(obx('CE', 'A', 'P^Positif^L')))
      .replaceAll('^', '$')
      .replaceAll('|', '#');
    expect(dossierOf(Buffer.from(other)).exams[0]?.results[0]?.value).toMatchObject({ text: 'Positif' });
    const lookAlike = text(oru(obx('NM', 'A', '1'))).replace('^~\\&', '^\u02dc\\&');
    expect(codes(Buffer.from(lookAlike))).toEqual(['HL7_DELIMITERS']);
  });

  it('tells of each file that may have been cut, where its sender never ends the last segment', () => {
    const cut = Buffer.from(text(oru(obx('NM', 'A', '1'))).slice(0, -1));
    const told = (finalTerminator: 'optional' | 'framed', bytes: Uint8Array) =>
      interpret(bytes, profile({ finalTerminator })).flatMap((part) =>
        part.kind === 'dossier' ? part.warnings.map(({ code }) => code) : [part.kind],
      );
    expect(told('optional', cut)).toContain('MAY_BE_TRUNCATED');
    expect(told('optional', oru(obx('NM', 'A', '1')))).not.toContain('MAY_BE_TRUNCATED');
    expect(told('framed', cut)).not.toContain('MAY_BE_TRUNCATED');
  });

  it('refuses what is empty, cut, too large, foreign or unreadable, and says what to do', () => {
    expect(codes(new Uint8Array())).toEqual(['INPUT_EMPTY']);
    expect(codes(Buffer.from(text(oru(obx('NM', 'A', '1'))).slice(0, -1)))).toEqual(['HL7_TRUNCATED']);
    expect(codes(oru(), { limits: { ...profile().limits, maxBytes: 10 } })).toEqual(['INPUT_TOO_LARGE']);
    const foreign = ['%PDF-1.4\n', '<?xml version="1.0"?>\n', 'H|\\^&|||\r', 'DUPONT\r\n****LAB****\r\n'];
    for (const content of foreign) expect(codes(Buffer.from(content))).toEqual(['INPUT_FOREIGN']);
    expect(codes(Buffer.from([0, 1, 2, 3, 4, 5, 200, 201]))).toEqual(['INPUT_UNREADABLE']);
    for (const { cause, hint } of faultsOf(Buffer.from('H|\\^&|||\r'))) {
      expect(cause).toContain('ASTM');
      expect(hint).not.toBe('');
    }
  });

  it('accepts a missing last end of line from a source that never writes it', () => {
    const cut = Buffer.from(text(oru(obx('NM', 'A', '1'))).slice(0, -1));
    expect(dossierOf(cut, { finalTerminator: 'optional' }).exams).toHaveLength(1);
  });
});

describe('batches', () => {
  const batch = (count: string, trailer = true) =>
    bytes(
      'FHS|^~\\&|SGL',
      'BHS|^~\\&|SGL',
      ...message('D1'),
      msh(),
      'ORC|RE|||D2',
      ...message('D3'),
      ...(trailer ? [`BTS|${count}`, 'FTS|1'] : []),
    );

  it('sets a bad message aside with its position and keeps the others', () => {
    const parts = read(batch('3'));
    expect(parts.map((part) => (part.kind === 'dossier' ? part.dossier.number : part.kind))).toEqual([
      'D1',
      'rejected',
      'D3',
    ]);
    expect(parts[1]).toMatchObject({ fault: { code: 'PID_MISSING', position: 'message 2' } });
  });

  it('refuses a whole file whose counts are wrong or whose trailer is missing, unless told not to', () => {
    expect(codes(batch('4'))).toEqual(['HL7_BATCH_COUNT']);
    expect(codes(batch('3', false))).toEqual(['HL7_TRUNCATED']);
    expect(read(batch('4'), { batches: 'lenient' })).toHaveLength(3);
  });

  it('reads several messages without any header', () => {
    expect(read(bytes(...message('D1'), ...message('D2')))).toHaveLength(2);
  });

  it('decodes each message by its own MSH-18', () => {
    const one = bytes(...message('D1', obx('ST', 'A', 'é')));
    const latin = message('D2', obx('ST', 'A', 'é'))
      .map((line) => `${line}\r`)
      .join('');
    const other = Buffer.from(latin.replace('UNICODE UTF-8', '8859/1'), 'latin1');
    const parts = read(Buffer.concat([one, other]));
    const values = parts.map((part) => part.kind === 'dossier' && part.dossier.exams[0]?.results[0]?.value);
    expect(values).toEqual([
      { kind: 'text', text: 'é' },
      { kind: 'text', text: 'é' },
    ]);
  });
});

describe('message types', () => {
  it.each([
    ['MDM^T02', 'HL7_MDM'],
    ['OUL^R24', 'HL7_OUL'],
    ['ZAM^Z01', 'HL7_BUSINESS_ACK'],
    ['ORM^O01', 'HL7_TYPE'],
  ])('refuses %s by name', (type, code) => {
    expect(codes(bytes(msh({ type }), pid()))).toEqual([code]);
  });

  it('refuses a CDA that stands as a result', () => {
    const xml = Buffer.from('<?xml version="1.0"?><ClinicalDocument/>').toString('base64');
    expect(codes(oru(obx('ED', 'A', `^TEXT^XML^Base64^${xml}`)))).toEqual(['HL7_CDA_IN_ORU']);
  });

  it('refuses other versions, unknown processing identifiers and messages without a date', () => {
    const body = [pid(), obr('X'), obx('NM', 'A', '1')];
    expect(codes(bytes(msh({ version: '3.0' }), ...body))).toEqual(['HL7_VERSION']);
    expect(codes(bytes(msh().replace('|T|', '|Q|'), ...body))).toEqual(['HL7_PROCESSING_ID']);
    expect(codes(bytes(msh({ at: '' }), ...body))).toEqual(['HL7_NO_DATE']);
  });

  it('takes a message without MSH-10 with a warning, unless the transport needs it', () => {
    const input = Buffer.from(text(oru(obx('NM', 'A', '1'))).replace('|MSG1|', '||'));
    expect(dossierAndWarnings(input).warnings).toEqual(['NO_CONTROL_ID']);
    expect(codes(input, { controlIdRequired: true })).toEqual(['HL7_NO_CONTROL_ID']);
  });
});

describe('any input', () => {
  const line = fc
    .tuple(fc.constantFrom('MSH', 'PID', 'OBR', 'OBX', 'NTE', 'ORC', 'SPM', 'BTS', 'ZZZ'), fc.string())
    .map(([name, rest]) => (name === 'MSH' ? `${msh()}${rest}` : `${name}|${rest}`));

  it('ends as parts, the same each time, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        const parts = interpret(input, profile());
        expect(parts.length).toBeGreaterThan(0);
        expect(interpret(input, profile())).toEqual(parts);
      }),
    );
  });

  it('ends as parts, whatever its segments', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        expect(interpret(bytes(...lines), profile()).length).toBeGreaterThan(0);
      }),
    );
  });

  it('ends as parts when a character of a good message changes', () => {
    const good = text(oru(obx('NM', 'A', '1'), obx('CE', 'B', 'P^Positif^L'), 'NTE|1||remarque'));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.constantFrom('|', '^', '~', '\\', '&', '\r', '\n', '"', 'x'),
        (at, sign) => {
          const input = Buffer.from(good.slice(0, at) + sign + good.slice(at + 1));
          expect(interpret(input, profile()).length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('refuses segments cut into absurdly many parts', () => {
    expect(codes(oru(`OBX|${'^'.repeat(300_000)}`))).toEqual(['HL7_TOO_MANY']);
  });
});
