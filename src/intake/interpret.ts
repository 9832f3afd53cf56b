import type { Contribution } from '../report/contribution.ts';
import type { Dossier, ProcessingId } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { PatientUpdate } from '../report/patient-update.ts';
import type { Organization } from '../report/people.ts';
import type { Warning } from '../report/report.ts';
import { parseTimestamp, type Timestamp } from '../report/timestamp.ts';
import { readAdt } from './adt.ts';
import { carriesCda, readCarriedCda } from './carried-cda.ts';
import { decode } from './charset.ts';
import { ReadingContext } from './context.ts';
import {
  contributionOfCda,
  contributionOfDossier,
  contributionOfPdf,
  contributionsOfEmbedded,
  type InputFacts,
  isLonePdf,
  isSubcontractor,
  type SubcontractorSource,
} from './contributions.ts';
import { damagedField } from './damaged-text.ts';
import { isPrintable } from './escapes.ts';
import { foreignFault, isXml } from './families.ts';
import { fault, isFault, warning } from './faults.ts';
import { type Message, readMessage, type Segment } from './hl7.ts';
import { isHprimSante } from './hprim/delimiters.ts';
import { isHprimMedecin, readHprimMedecin } from './hprim/medecin.ts';
import { readHprimSante } from './hprim/read.ts';
import { typeFault } from './message-types.ts';
import { type MessageHeader, readOru } from './oru.ts';
import type { SourceProfile } from './profile.ts';
import { declaredCharset, type RawMessage, readDelimiters, splitFile } from './segments.ts';
import { NO_SIDE_FILES, type SideFiles } from './side-files.ts';

/** What one input comes to: every message of it ends as at least one part. */
export type InterpretedPart =
  | { readonly kind: 'dossier'; readonly dossier: Dossier; readonly warnings: readonly Warning[] }
  | { readonly kind: 'contribution'; readonly contribution: Contribution }
  | { readonly kind: 'patient'; readonly update: PatientUpdate }
  | { readonly kind: 'rejected'; readonly fault: Fault }
  | { readonly kind: 'ignored'; readonly reason: string };

/**
 * Reads an input whole: HL7 v2 messages, alone, several, or in batches, or HPRIM. Pure: the same bytes and profile give the same
 * parts. A message that cannot be read is a `rejected` part with its position, and does not stop the others.
 * @param bytes the file or frame as it came
 * @param profile what is known of its sender
 * @param sideFiles what lies beside the file; a dossier that names one that is not there is rejected
 * @param input what is known of it beside its bytes: needed of a subcontractor's PDF alone
 */
export function interpret(
  bytes: Uint8Array,
  profile: SourceProfile,
  sideFiles: SideFiles = NO_SIDE_FILES,
  input: InputFacts = { origin: '' },
): InterpretedPart[] {
  const parts = read(bytes, profile, sideFiles, input);
  return isSubcontractor(profile) ? parts.map((part) => ofSubcontractor(part, profile)) : parts;
}

/** Nothing of a laboratory that works for ours is a report by itself, nor says who our patients are. */
function ofSubcontractor(part: InterpretedPart, profile: SubcontractorSource): InterpretedPart {
  if (part.kind === 'patient')
    return { kind: 'ignored', reason: 'l’identité qu’énonce un laboratoire sous-traitant n’est pas reprise' };
  if (part.kind !== 'dossier') return part;
  return { kind: 'contribution', contribution: contributionOfDossier(part.dossier, part.warnings, profile) };
}

function read(
  bytes: Uint8Array,
  profile: SourceProfile,
  sideFiles: SideFiles,
  input: InputFacts,
): InterpretedPart[] {
  if (bytes.byteLength === 0) return [rejected(fault('INPUT_EMPTY'))];
  if (bytes.byteLength > profile.limits.maxBytes) return [rejected(fault('INPUT_TOO_LARGE'))];
  const binary = withoutUtf16(bytes)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '');
  if (isHprimSante(binary)) return readHprimSante(binary, profile, sideFiles);
  if (profile.hprimMedecin && isHprimMedecin(binary)) return readHprimMedecin(binary, profile);
  if (isSubcontractor(profile)) {
    if (isLonePdf(bytes, input.origin, profile))
      return [contributed(contributionOfPdf(bytes, input, profile))];
    if (isXml(binary)) return [contributed(contributionOfCda(bytes, profile))];
  }
  const file = splitFile(binary, profile);
  if (isFault(file)) return [rejected(file)];
  if (file.messages.length === 0) return [rejected(foreignFault(binary))];
  return file.messages.flatMap((raw) => interpretMessage(raw, profile, sideFiles));
}

/** A file with a UTF-16 byte order mark, as UTF-8 bytes; any other as it is. */
function withoutUtf16(bytes: Uint8Array): Buffer {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = buffer[0] === 0xff && buffer[1] === 0xfe;
  const big = buffer[0] === 0xfe && buffer[1] === 0xff;
  if (!little && !big) return buffer;
  const even = Buffer.from(buffer.subarray(2, buffer.length - (buffer.length % 2)));
  return Buffer.from((little ? even : even.swap16()).toString('utf16le'), 'utf8');
}

function contributed(read: Contribution | Fault): InterpretedPart {
  return isFault(read) ? rejected(read) : { kind: 'contribution', contribution: read };
}

function rejected(refusal: Fault): InterpretedPart {
  return { kind: 'rejected', fault: refusal };
}

function interpretMessage(raw: RawMessage, profile: SourceProfile, sideFiles: SideFiles): InterpretedPart[] {
  const position = `message ${raw.number}`;
  const binary = Buffer.from(raw.lines.join('\r'), 'latin1');
  const decoded = decode(binary, declaredCharset(raw.lines[0] ?? ''), profile.charset);
  if (!decoded) return [rejected(fault('HL7_CHARSET', position))];
  const warnings = [...raw.warnings];
  if (decoded.doubt) {
    warnings.push(warning(decoded.doubt === 'unknown' ? 'CHARSET_UNKNOWN' : 'CHARSET_MISDECLARED'));
  }
  const lines = decoded.text.split('\r');
  const delimiters = readDelimiters(lines[0] ?? '', position);
  if (isFault(delimiters)) return [rejected(delimiters)];
  const damaged = damagedField(lines, delimiters, decoded.charset);
  if (damaged) return [rejected(fault('HL7_DAMAGED_TEXT', `${position}, ${damaged}`))];
  if (!lines.every(isPrintable)) warnings.push(warning('CONTROL_CHARACTERS'));
  const message = readMessage(lines, decoded.charset, profile.limits, position);
  if (isFault(message)) return [rejected(message)];
  const [msh] = message.segments;
  if (!msh) throw new RangeError('a message begins with MSH');
  return dispatch(message, msh, warnings, profile, position, sideFiles);
}

function dispatch(
  message: Message,
  msh: Segment,
  warnings: readonly Warning[],
  profile: SourceProfile,
  position: string,
  sideFiles: SideFiles,
): InterpretedPart[] {
  const type = msh.text(9).toUpperCase();
  const announced = {
    type,
    event: msh.text(9, 2),
    version: msh.text(12),
    profiles: msh.repetitions(21).map((profileId) => profileId.whole()),
  };
  const refusal = typeFault(announced, position);
  if (refusal) return [rejected(refusal)];

  const context = new ReadingContext(
    profile,
    position,
    warnings,
    [msh.text(4), msh.text(4, 2)].filter(Boolean),
    sideFiles,
  );
  const header = readHeader(message, msh, context);
  if (isFault(header)) return [rejected(header)];
  context.datedFrom(header.at);
  if (type === 'ADT') {
    return readAdt(message, header.at, context).map((update) => {
      if (isFault(update)) return rejected(update);
      return 'reason' in update ? { kind: 'ignored', reason: update.reason } : { kind: 'patient', update };
    });
  }
  const carried = isSubcontractor(profile)
    ? contributionsOfEmbedded(message, header, context, profile)
    : undefined;
  if (carried) return carried.map(contributed);
  const dossiers = carriesCda(announced.profiles)
    ? [readCarriedCda(message, header, context)]
    : readOru(message, header, context);
  return dossiers.map((dossier) =>
    isFault(dossier) ? rejected(dossier) : { kind: 'dossier', dossier, warnings: context.warnings },
  );
}

function readHeader(message: Message, msh: Segment, context: ReadingContext): MessageHeader | Fault {
  const processing = readProcessing(msh, context);
  if (isFault(processing)) return processing;
  if (msh.text(10) === '') {
    if (context.profile.controlIdRequired) return fault('HL7_NO_CONTROL_ID', `${context.position}, MSH-10`);
    context.warn('NO_CONTROL_ID');
  }
  if (msh.text(12) === '') context.warn('NO_VERSION');
  const at = messageTime(message, msh, context);
  if (!at) return fault('HL7_NO_DATE', `${context.position}, MSH-7`);
  const facility = sendingFacility(msh);
  return { processing, at, ...(facility ? { sendingFacility: facility } : {}) };
}

function readProcessing(msh: Segment, context: ReadingContext): ProcessingId | Fault {
  const code = msh.text(11).toUpperCase();
  if (code === 'P' || code === 'T' || code === 'D') return code;
  if (code !== '') return fault('HL7_PROCESSING_ID', `${context.position}, MSH-11`);
  context.warn('NO_PROCESSING_ID');
  return 'P';
}

/** MSH-7, else EVN-2; a day alone would order nothing, but is better than none. */
function messageTime(message: Message, msh: Segment, context: ReadingContext): Timestamp | undefined {
  const evn = message.segments.find(({ name }) => name === 'EVN');
  return (
    parseTimestamp(msh.text(7), context.profile.zone) ??
    parseTimestamp(evn?.text(2) ?? '', context.profile.zone)
  );
}

/** MSH-4: a name, and a FINESS where one is sent as its identifier. */
function sendingFacility(msh: Segment): Organization | undefined {
  const [name, id] = [msh.text(4), msh.text(4, 2)];
  const finess = [id, name].find((text) => /^(?:\d{2}|2[AB])\d{7}$/.test(text));
  if (!name && !finess) return undefined;
  return { ...(finess ? { idNat: `1${finess}` } : {}), name: name || id };
}
