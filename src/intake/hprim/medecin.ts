import type { Dossier } from '../../report/dossier.ts';
import type { Fault } from '../../report/fault.ts';
import type { Address, Professional } from '../../report/people.ts';
import { parseTimestamp, type Timestamp } from '../../report/timestamp.ts';
import { decode } from '../charset.ts';
import { isDamaged } from '../damaged-text.ts';
import { printable } from '../escapes.ts';
import { fault, isFault, warning } from '../faults.ts';
import type { SourceProfile } from '../profile.ts';
import { hprimFault } from './faults.ts';
import type { HprimPart } from './read.ts';

/** Lines before the text of a letter; some senders add a thirteenth, which is then read as text. */
const HEADER_LINES = 12;

/** Is this a letter, or a file of letters, of HPRIM Médecin? @param binary the file, one character a byte */
export function isHprimMedecin(binary: string): boolean {
  return /^[ \t]*\*{4}(?:LAB|FIN|FINFICHIER)\*{4}[ \t]*\r?$/m.test(binary.replace(/\r(?!\n)/g, '\n'));
}

/**
 * Reads letters of HPRIM Médecin, 1.0 to 3 (inputs.md §11), the last resort of a source that has nothing better. The report
 * holds the text as printed; its `RES` lines are not read. Name and birth date are all that is known of the patient, under
 * numbers of their own: no INS may ever join them, and nothing goes to the DMP.
 * @param binary the file, one character a byte
 */
export function readHprimMedecin(binary: string, profile: SourceProfile): HprimPart[] {
  const decoded = decode(Buffer.from(binary, 'latin1'), '', profile.charset);
  if (!decoded) return [{ kind: 'rejected', fault: fault('HL7_CHARSET') }];
  const text = decoded.text.replace(/\r\n?/g, '\n');
  if (isDamaged(text)) return [{ kind: 'rejected', fault: fault('HL7_DAMAGED_TEXT') }];
  const letters = cutLetters(printable(text).split('\n'));
  if (isFault(letters)) return [{ kind: 'rejected', fault: letters }];
  const warnings = [warning('HPRIM_MEDECIN'), ...(decoded.doubt ? [warning('CHARSET_MISDECLARED')] : [])];
  return letters.map((letter, index) => {
    const dossier = readLetter(letter, profile, `lettre ${index + 1}`);
    return isFault(dossier) ? { kind: 'rejected', fault: dossier } : { kind: 'dossier', dossier, warnings };
  });
}

interface Letter {
  readonly header: readonly string[];
  readonly text: readonly string[];
  /** Lines after the mark LAB. */
  readonly lab: readonly string[];
}

const END_OF_LETTER = '****FIN****';
const END_OF_FILE = '****FINFICHIER****';
const LAB = '****LAB****';

/** Header, text, an optional LAB, FIN, again; FINFICHIER; nothing. Marks missing or elsewhere: nothing can be trusted. */
function cutLetters(lines: readonly string[]): Letter[] | Fault {
  const letters: Letter[] = [];
  let rest = lines;
  while (rest.some((line) => line.trim() !== '')) {
    const end = rest.findIndex((line) => line.trim() === END_OF_LETTER);
    const endOfFile = rest.findIndex((line) => line.trim() === END_OF_FILE);
    if (endOfFile >= 0 && (end < 0 || endOfFile < end)) {
      const between = [...rest.slice(0, endOfFile), ...rest.slice(endOfFile + 1)];
      if (letters.length === 0 || between.some((line) => line.trim() !== '')) break;
      return letters;
    }
    if (end < 0) break;
    const body = rest.slice(HEADER_LINES, end);
    const lab = body.findIndex((line) => line.trim() === LAB);
    if (end < HEADER_LINES || body.filter((line) => line.trim() === LAB).length > 1) break;
    letters.push({
      header: rest.slice(0, HEADER_LINES),
      text: lab < 0 ? body : body.slice(0, lab),
      lab: lab < 0 ? [] : body.slice(lab + 1),
    });
    rest = rest.slice(end + 1);
  }
  const left = rest.some((line) => line.trim() !== '');
  return left || letters.length === 0
    ? hprimFault('HPRIM_MEDECIN_END', `lettre ${letters.length + 1}`)
    : letters;
}

function readLetter(letter: Letter, profile: SourceProfile, position: string): Dossier | Fault {
  const field = (line: number) => letter.header[line - 1]?.trim() ?? '';
  const [code, family, given] = [field(1), field(2), field(3)];
  const born = frenchDate(field(7), profile.zone);
  const number = field(9) || code;
  const at = frenchDate(field(10), profile.zone);
  const absent = [
    [family, 'ligne 2, nom'],
    [born, 'ligne 7, date de naissance'],
    [number, 'ligne 9, dossier'],
    [at, 'ligne 10, date'],
  ].find(([value]) => !value)?.[1];
  if (!born || !at || typeof absent === 'string')
    return hprimFault('HPRIM_MEDECIN_HEADER', position, String(absent));
  const text = printedText(letter);
  if (text === '') return hprimFault('HPRIM_MEDECIN_EMPTY', position);
  const address = readAddress([field(4), field(5)], field(6));
  const [sender, receiver] = [namedCode(field(11)), namedCode(field(12))];
  return {
    source: profile.name,
    number,
    processing: 'P',
    patient: {
      // Not the numbering of the source's other messages, whose identities have more to say.
      localId: { value: code || number, authority: `${profile.patientAuthority}.1` },
      statuses: [],
      traits: { birthName: family, ...(given ? { firstGiven: given } : {}), sex: 'UN', birthDate: born },
      ...(address ? { address } : {}),
    },
    recipients: receiver ? [{ role: 'copy', professional: receiver }] : [],
    exams: [
      {
        order: number,
        local: { code: 'HPRIM-MEDECIN', label: 'Compte rendu' },
        results: [
          {
            key: `${number}|HPRIM-MEDECIN|`,
            local: { code: 'HPRIM-MEDECIN', label: 'Compte rendu' },
            status: 'final',
            value: { kind: 'text', text, preformatted: true },
            ranges: [],
            interpretations: [],
            previous: [],
            comments: [],
          },
        ],
        isolates: [],
        specimens: [],
        comments: [],
        deleted: [],
      },
    ],
    attachments: [],
    comments: [],
    flags: { destDmp: false },
    completeness: 'complete',
    issuedAt: at,
    messageAt: at,
    ...(sender ? { sendingFacility: { name: sender.family } } : {}),
  };
}

/** The letter as printed; where it has none, the same lines of its LAB part. */
function printedText({ text, lab }: Letter): string {
  const printed = text.some((line) => line.trim() !== '')
    ? text
    : lab.filter((line) => /^TEX(?:\||\s*$)/.test(line)).map((line) => line.slice(4));
  return printed
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

/** `18/12/2009`. */
function frenchDate(text: string, zone: string): Timestamp | undefined {
  const [, day, month, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text) ?? [];
  return day ? parseTimestamp(`${year}${month}${day}`, zone) : undefined;
}

/** `62580 BAILLEUL`. */
function readAddress(lines: readonly string[], town: string): Address | undefined {
  const street = lines.filter(Boolean);
  const [, postalCode, city] = /^(\d{5})\s+(.+)$/.exec(town) ?? [];
  const name = city ?? town;
  if (street.length === 0 && !name) return undefined;
  return { lines: street, ...(postalCode ? { postalCode } : {}), ...(name ? { city: name } : {}) };
}

/** A code and a name in fixed columns, padded with blanks. */
function namedCode(text: string): Professional | undefined {
  const [, localCode, family] = /^(\S+)\s+(.*\S)$/.exec(text) ?? [];
  return localCode && family ? { localCode, family } : undefined;
}
