import type { Dossier, ProcessingId } from '../../report/dossier.ts';
import type { Fault } from '../../report/fault.ts';
import type { Organization } from '../../report/people.ts';
import type { Warning } from '../../report/report.ts';
import { latest, parseTimestamp, type Timestamp } from '../../report/timestamp.ts';
import { decode } from '../charset.ts';
import { ReadingContext } from '../context.ts';
import { damagedField } from '../damaged-text.ts';
import { isPrintable } from '../escapes.ts';
import { fault, isFault, warning } from '../faults.ts';
import type { Segment } from '../hl7.ts';
import { readOru } from '../oru.ts';
import type { SourceProfile } from '../profile.ts';
import type { SideFiles } from '../side-files.ts';
import { hprimFault } from './faults.ts';
import { cutMessages, type RawHprim } from './lines.ts';
import { groupSegments, type Patient } from './orders.ts';
import { patientSegments } from './patient.ts';
import { resultSegments } from './results.ts';
import { readSegments } from './segments.ts';

/** What a part of an HPRIM file comes to. */
export type HprimPart =
  | { readonly kind: 'dossier'; readonly dossier: Dossier; readonly warnings: readonly Warning[] }
  | { readonly kind: 'rejected'; readonly fault: Fault };

/**
 * Reads a file of HPRIM Santé 2.0 to 2.5 (inputs.md §10), context ORU: one dossier for each patient and request number. What
 * cannot be read is a `rejected` part with its position, and does not stop the other messages and patients.
 * @param binary the file, one character a byte
 * @param sideFiles what lies beside it (rows FIC, TIF, PDF)
 */
export function readHprimSante(binary: string, profile: SourceProfile, sideFiles: SideFiles): HprimPart[] {
  const messages = cutMessages(binary, profile.limits);
  // A header behind bytes that are no mark of a frame.
  if (messages.length === 0) return [rejected(hprimFault('HPRIM_DELIMITERS', 'message 1, H'))];
  return messages.flatMap((raw) => (isFault(raw) ? [rejected(raw)] : readMessage(raw, profile, sideFiles)));
}

function rejected(refusal: Fault): HprimPart {
  return { kind: 'rejected', fault: refusal };
}

function readMessage(raw: RawHprim, profile: SourceProfile, sideFiles: SideFiles): HprimPart[] {
  const position = `message ${raw.number}`;
  const warnings = [...raw.warnings];
  if (!raw.closed) {
    if (profile.finalTerminator === 'required') return [rejected(hprimFault('HPRIM_TRUNCATED', position))];
    warnings.push(warning('HPRIM_NO_END'));
  }
  // Decoded only now: a continuation may begin in the middle of a character.
  const decoded = decode(Buffer.from(raw.segments.join('\r'), 'latin1'), '', profile.charset);
  if (!decoded) return [rejected(fault('HL7_CHARSET', position))];
  if (decoded.doubt) warnings.push(warning('CHARSET_MISDECLARED'));
  const { delimiters } = raw;
  const { charset, text } = decoded;
  const lines = text.split('\r');
  const damaged = damagedField(lines, delimiters, charset);
  if (damaged) return [rejected(fault('HL7_DAMAGED_TEXT', `${position}, ${damaged}`))];
  if (!lines.every(isPrintable)) warnings.push(warning('CONTROL_CHARACTERS'));
  const segments = readSegments(lines, delimiters, charset, profile.limits, position);
  if (isFault(segments)) return [rejected(segments)];
  const [h] = segments;
  if (!h) throw new RangeError('a message begins with H');

  const header = readHeader(h, position);
  if (isFault(header)) return [rejected(header)];
  const { subcontractor } = header;
  // Read as ours, another laboratory's report would be published under our name.
  if (subcontractor && !profile.subcontractor && !profile.hprimLiaisonL)
    return [rejected(hprimFault('HPRIM_LINK_SUBCONTRACTOR', `${position}, H.12`))];
  const context = new ReadingContext(
    profile,
    position,
    warnings,
    subcontractor ? [] : [h.text(4), h.text(4, 2)].filter(Boolean),
    sideFiles,
  );
  if (!header.processing) context.warn('NO_PROCESSING_ID');
  if (!announcedCounts(segments, raw.lines)) context.warn('HPRIM_COUNTS');
  const at = messageTime(h, segments, context);
  if (!at) return [rejected(hprimFault('HPRIM_NO_DATE', `${position}, H.13`))];
  context.datedFrom(at);
  const facility = sendingFacility(h);
  const oru = {
    processing: header.processing ?? ('P' as const),
    at,
    ...(facility && !subcontractor ? { sendingFacility: facility } : {}),
  };

  const patients = groupSegments(segments, position);
  if (patients.length === 0) return [rejected(hprimFault('HPRIM_STRUCTURE', position, 'aucun patient (P)'))];
  const read = patients.flatMap((patient) => {
    if (isFault(patient)) return [patient];
    const refused = missing(patient, context);
    if (refused) return [refused];
    const message = {
      delimiters,
      segments: [
        ...patientSegments(patient.p, delimiters, context),
        ...resultSegments(patient, delimiters, subcontractor ? h : undefined),
      ],
    };
    return readOru(message, oru, context);
  });
  return read.map((dossier) =>
    isFault(dossier) ? rejected(dossier) : { kind: 'dossier', dossier, warnings: context.warnings },
  );
}

interface Header {
  /** Absent: H.11 is empty. */
  readonly processing?: ProcessingId;
  /** The sender is a laboratory that worked for ours (H.12, liaison L). */
  readonly subcontractor: boolean;
}

/** H.6 context, H.11 processing, H.12 version ~ kind of link. */
function readHeader(h: Segment, position: string): Header | Fault {
  const context = h.text(6).toUpperCase();
  const shown = /^[A-Z]{3}$/.test(context) ? context : 'inconnu';
  if (context !== '' && context !== 'ORU') return hprimFault('HPRIM_CONTEXT', `${position}, H.6`, shown);
  // Old senders write nothing else than the version.
  if (!/^(?:H?\s?2(?:\.[0-5](?:\.\d)?)?)?$/i.test(h.text(12)))
    return hprimFault('HPRIM_VERSION', `${position}, H.12`);
  // Some write a sign of their own before the letter (`H2.0~:C`).
  const link = h
    .text(12, 2)
    .toUpperCase()
    .replace(/^[^A-Z]+/, '');
  if (link !== '' && link !== 'C' && link !== 'L')
    return hprimFault('HPRIM_LINK_KIND', `${position}, H.12`, link === 'R' ? 'R, radiologie' : 'inconnue');
  const processing = h.text(11).toUpperCase();
  const subcontractor = link === 'L';
  if (processing === '') return { subcontractor };
  if (processing !== 'P' && processing !== 'T' && processing !== 'D')
    return hprimFault('HPRIM_PROCESSING_ID', `${position}, H.11`);
  return { processing, subcontractor };
}

/** What a dossier cannot do without, told by its place in HPRIM. */
function missing({ p, exams }: Patient, context: ReadingContext): Fault | undefined {
  if (p.text(2) === '') return hprimFault('HPRIM_NO_PATIENT_NUMBER', context.at(p, 2));
  if (p.text(5) === '' && p.text(6) === '') return hprimFault('HPRIM_NO_NAME', context.at(p, 5));
  const unnumbered = exams.find(({ number }) => number === '');
  // Other rules for the number of a dossier look at other fields.
  const byOwnNumber = context.profile.dossierNumber.some((rule) => rule.startsWith('OBR-3'));
  if (unnumbered && byOwnNumber)
    return hprimFault('HPRIM_NO_DOSSIER', context.at(unnumbered.obr ?? p, unnumbered.obr ? 3 : 4));
  return undefined;
}

/** H.13, else the latest date of a result: it orders what is said of one dossier. */
function messageTime(
  h: Segment,
  segments: readonly Segment[],
  context: ReadingContext,
): Timestamp | undefined {
  const own = context.time(h, 13);
  if (own) return own;
  const times = segments.flatMap((segment) =>
    segment.name === 'OBR' || segment.name === 'OBX'
      ? [parseTimestamp(segment.text(segment.name === 'OBR' ? 22 : 14), context.profile.zone)]
      : [],
  );
  const found = latest(times);
  if (found) context.warn('HPRIM_NO_DATE_SENT');
  return found;
}

/** L.3 patients and L.4 segments, which senders count with or without H, L and continuations. */
function announcedCounts(segments: readonly Segment[], lines: number): boolean {
  const l = segments.find(({ name }) => name === 'L');
  const patients = segments.filter(({ name }) => name === 'P').length;
  const agrees = (text: string, found: readonly number[]) =>
    !/^\d{1,9}$/.test(text) || found.includes(Number(text));
  const counts = [segments.length, lines].flatMap((count) => [count, count - 1, count - 2]);
  return agrees(l?.text(3) ?? '', [patients]) && agrees(l?.text(4) ?? '', counts);
}

/** H.4, code ~ name; a FINESS where one is the code. */
function sendingFacility(h: Segment): Organization | undefined {
  const [code, name] = [h.text(4), h.text(4, 2)];
  if (!code && !name) return undefined;
  const finess = /^(?:\d{2}|2[AB])\d{7}$/.test(code);
  return { ...(finess ? { idNat: `1${code}` } : {}), name: name || code };
}
