import type { Attachment, ResultImage } from '../report/dossier.ts';
import type { Fault } from '../report/fault.ts';
import type { LocalCode, PreviousValue, Result } from '../report/result.ts';
import { instantOf, type Timestamp, toFrench } from '../report/timestamp.ts';
import { withCarriedText } from './carried-text.ts';
import { ReadingContext } from './context.ts';
import { isDispatchRow } from './dispatch-rows.ts';
import { joinParts } from './document-parts.ts';
import { NOT_JOINED, readDocument } from './documents.ts';
import type { Delimiters } from './escapes.ts';
import { fault, isFault } from './faults.ts';
import type { Repetition, Segment } from './hl7.ts';
import { isSusceptibility, readInterpretations } from './interpretations.ts';
import type { ObservationGroup, OrderGroup } from './message-groups.ts';
import { noteText } from './notes.ts';
import { isOrderQuestion } from './order-questions.ts';
import { readPerformer } from './people.ts';
import { localCode, loincOf, readRanges, readUnit, susceptibilityOf, validatorOf } from './row-fields.ts';
import { rewritten, withSideFile } from './side-rows.ts';
import { type RowFate, rowFate } from './statuses.ts';
import { codedText, readValue } from './values.ts';

/** One row of an exam, its lines joined: what the exam is built from. */
export interface Row {
  /** Stable through versions; that of its result. */
  readonly key: string;
  readonly obx: Segment;
  readonly code: LocalCode;
  readonly subId: string;
  readonly fate: RowFate;
  /** Absent: withheld, deleted, wrong, or not asked. */
  readonly result?: Result;
  /** Of a withheld row: what a later message may confirm. */
  readonly preliminary?: Result;
}

export interface ReadRows {
  readonly rows: readonly Row[];
  readonly attachments: readonly Attachment[];
  readonly images: readonly ResultImage[];
  /** The SGL's own PDF of the report, from a source that sends one. */
  readonly sourcePdf?: Attachment;
  /** Notes below pictures and below that PDF. */
  readonly comments: readonly string[];
  /** OBX-19 of every row. */
  readonly analysedAt: readonly (Timestamp | undefined)[];
}

/** What the rows of one exam share. */
export interface RowScope {
  /** Begins every key of the exam. */
  readonly keyPrefix: string;
  readonly delimiters: Delimiters;
  /** The order was cancelled: so are its rows. */
  readonly cancelled: boolean;
}

interface Line {
  readonly obx: Segment;
  readonly participations: readonly Segment[];
  readonly code: LocalCode;
  readonly subId: string;
  readonly fate: RowFate;
  readonly observedAt: Timestamp | undefined;
  readonly values: Repetition[];
  readonly comments: string[];
  /** It carries a document that no report can show. */
  unread?: true;
}

/** Reads the result rows of an exam (inputs.md §3.2, §5): one Row for each OBX-3 + OBX-4. */
export function readRows(order: OrderGroup, scope: RowScope, context: ReadingContext): ReadRows | Fault {
  const lines: Line[] = [];
  const attachments: Attachment[] = [];
  const images: ResultImage[] = [];
  const comments: string[] = [];
  let sourcePdf: Attachment | undefined;
  for (const received of withWholeDocuments(order.observations, scope.delimiters)) {
    if (isDispatchRow(received.obx) || isOrderQuestion(received.obx)) continue;
    const whole = withSideFile(received, order.obr.text(25), scope.delimiters, context);
    if (isFault(whole)) return whole;
    const group = withCarriedText(whole, scope.delimiters, context);
    if (isFault(group)) return group;
    const { obx } = group;
    const line = readLine(group, order, scope, context);
    if (isFault(line)) return line;
    if (isReported(line.fate) && obx.document !== undefined) {
      const carried = carriedBy(line, obx.document, scope, context);
      if (carried && isFault(carried)) return carried;
      if (carried?.kind === 'image' || carried?.kind === 'source-pdf') {
        if (carried.kind === 'image') images.push(carried.image);
        else sourcePdf = carried.pdf;
        comments.push(...line.comments);
        continue;
      }
      if (carried) attachments.push(carried.pdf);
      else line.unread = true;
    }
    const above = lines.at(-1);
    if (above && continues(above, line)) {
      above.values.push(...line.values);
      above.comments.push(...line.comments);
    } else lines.push(line);
  }

  const byKey = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.code.code}|${line.subId}`;
    byKey.set(key, [...(byKey.get(key) ?? []), line]);
  }
  const rows: Row[] = [];
  for (const [key, same] of byKey) {
    const row = currentRow(`${scope.keyPrefix}|${key}`, same, order, context);
    if (isFault(row)) return row;
    rows.push(row);
  }
  return {
    rows,
    attachments,
    images,
    ...(sourcePdf ? { sourcePdf } : {}),
    comments,
    analysedAt: order.observations.map(({ obx }) => context.time(obx, 19)),
  };
}

/** The rows, those among which one document is cut joined. */
function withWholeDocuments(
  rows: readonly ObservationGroup[],
  delimiters: Delimiters,
): readonly ObservationGroup[] {
  return joinParts(
    rows,
    delimiters,
    ({ obx }) => (obx.document === undefined ? undefined : { analysis: obx.whole(3), raw: obx.document }),
    (first, more, document) => ({
      ...first,
      obx: rewritten(first.obx, {}, document),
      notes: [first, ...more].flatMap(({ notes }) => notes),
    }),
  );
}

/** Has the row content that a report shows? */
const isReported = (fate: RowFate): boolean =>
  fate.kind === 'result' && fate.status !== 'pending' && fate.status !== 'cancelled';

function readLine(
  { obx, notes, participations }: ObservationGroup,
  order: OrderGroup,
  scope: RowScope,
  context: ReadingContext,
): Line | Fault {
  const code = localCode(obx.repetitions(3)[0]);
  if (!code) return fault('OBX_NO_CODE', context.at(obx, 3));
  const values = [...obx.repetitions(5)];
  const { truncation } = scope.delimiters;
  if (truncation && values.some((value) => value.cutAt(truncation)))
    return fault('OBX_TRUNCATED', context.at(obx, 5));
  const { preliminaryIsValidated } = context.profile;
  const fate = rowFate(obx.text(11), preliminaryIsValidated, values.length > 0 || obx.document !== undefined);
  if (!fate) return fault('OBX_STATUS', context.at(obx, 11));
  return {
    obx,
    participations,
    code,
    subId: obx.text(4),
    fate: scope.cancelled && fate.kind === 'result' ? { kind: 'result', status: 'cancelled' } : fate,
    observedAt: context.time(obx, 14) ?? context.time(order.obr, 7),
    values,
    comments: noteText(notes),
  };
}

/** The next line of a text sent one OBX a line. */
function continues(above: Line, line: Line): boolean {
  const isText = (obx: Segment) => obx.text(2) === 'TX' || obx.text(2) === 'FT';
  return (
    isText(above.obx) &&
    isText(line.obx) &&
    above.code.code === line.code.code &&
    above.subId === line.subId &&
    above.obx.text(11) === line.obx.text(11) &&
    above.observedAt?.local === line.observedAt?.local
  );
}

/** The newest of the rows of one analysis; the older ones are its antériorités. */
function currentRow(
  key: string,
  lines: readonly Line[],
  order: OrderGroup,
  context: ReadingContext,
): Row | Fault {
  const instant = (line: Line) => (line.observedAt ? instantOf(line.observedAt) : Number.NEGATIVE_INFINITY);
  const [newest, ...older] = [...lines].sort((one, other) => instant(other) - instant(one));
  if (!newest) throw new RangeError('no row');
  const dates = new Set(lines.map(instant));
  if (dates.size < lines.length) return fault('OBX_DUPLICATE', context.at(newest.obx, 3));

  const { obx, code, subId } = newest;
  // One value of somebody else's condemns the report, were it an older one.
  const fate = lines.find((line) => line.fate.kind === 'wrong')?.fate ?? newest.fate;
  const row = { key, obx, code, subId, fate };
  if (fate.kind === 'withheld') return { ...row, ...preliminary(key, newest, order, context) };
  if (fate.kind !== 'result') return row;
  const result = readResult(key, newest, order, context);
  if (isFault(result)) return result;
  const before = older.map((line) => ({ line, previous: readPrevious(line, result, context) }));
  const previous = before.flatMap((one) => one.previous);
  const comments = [...result.comments, ...before.flatMap(earlierNotes)];
  return { ...row, result: { ...result, previous, comments } };
}

/** What is said under a previous value stands among the comments of its result, and says of which value it is. */
const earlierNotes = ({ line, previous }: { line: Line; previous: readonly PreviousValue[] }): string[] =>
  previous.flatMap(({ observedAt }) =>
    line.comments.map((note) => `Antériorité du ${toFrench(observedAt)} : ${note}`),
  );

/** The result that a row of status P would be; none when it cannot be read, which matters only once it is confirmed. */
function preliminary(
  key: string,
  line: Line,
  order: OrderGroup,
  { profile, position, sendingNames }: ReadingContext,
): Pick<Row, 'preliminary'> {
  if (line.obx.text(11) !== 'P' || line.obx.document !== undefined) return {};
  const fate = { kind: 'result', status: 'preliminary' } as const;
  // What is remarked of a row that is not shown concerns nobody.
  const read = readResult(
    key,
    { ...line, fate },
    order,
    new ReadingContext(profile, position, [], sendingNames),
  );
  return isFault(read) ? {} : { preliminary: read };
}

function readResult(key: string, line: Line, order: OrderGroup, context: ReadingContext): Result | Fault {
  const { obx, code, fate, observedAt } = line;
  if (fate.kind !== 'result') throw new RangeError('not a result');
  const hasValue = fate.status !== 'pending' && fate.status !== 'cancelled' && !fate.confirms;
  const unitSent = readUnit(obx);
  const type = obx.text(2);
  const read =
    obx.document !== undefined
      ? { value: { kind: 'text' as const, text: line.unread ? NOT_JOINED : 'Voir le document joint' } }
      : readValue(type, line.values, unitSent !== undefined, context.profile);
  // A flag says what the value is: without it nothing is left to say.
  const isFlagged = fate.status !== 'pending' && fate.status !== 'cancelled';
  const { codes, unknown } = isFlagged ? readInterpretations(obx) : { codes: [], unknown: [] };
  const comments = [...line.comments];
  for (const flag of unknown) {
    context.warn('FLAG_UNKNOWN', code.code);
    comments.push(`Indicateur : ${flag}`);
  }

  let value = hasValue ? (read.value ?? categoryAlone(obx)) : undefined;
  if (value?.kind === 'text' && /^\s*\{\\rtf/.test(value.text)) return fault('OBX_RTF', context.at(obx, 5));
  if (hasValue && read.doubt) context.warn(read.doubt, code.code);
  if (hasValue && !value) {
    // A result that is only a remark: the note is the result.
    if (comments.length === 0) return fault('OBX_NO_VALUE', context.at(obx, 5));
    value = { kind: 'text', text: comments.splice(0).join('\n') };
  }
  // The value of a row sent as cancelled is worth its words only ("hémolysé"): a number there was given up, as was what a
  // row said whose order alone is cancelled.
  const saysWhy = obx.text(11) === 'X' && obx.document === undefined && !isSusceptibility(obx);
  if (saysWhy && (read.value?.kind === 'text' || read.value?.kind === 'coded')) {
    comments.push(
      line.values.map((repetition) => codedText(repetition) || repetition.whole().trim()).join('\n'),
    );
  }

  const unit = unitSent ?? ('unit' in read ? read.unit : undefined);
  const sentLoinc = loincOf(obx.repetitions(3)[0]);
  const analysedAt = context.time(obx, 19);
  const method = obx.repetitions(17).map(codedText).filter(Boolean).join(', ');
  const automatic = isAutomatic(obx, context);
  const validator = automatic ? validatorOf(undefined, order) : validatorOf(line, order);
  const performer = performerOf(line, context);
  if (performer && !performer.address) context.warn('SUBCONTRACTOR_ADDRESS', code.code);
  const susceptibility =
    isFlagged && codes.length === 0 && isSusceptibility(obx) ? susceptibilityOf(obx) : [];
  return {
    key,
    local: code,
    ...(sentLoinc ? { sentLoinc } : {}),
    status: fate.status,
    ...(value ? { value } : {}),
    ...(fate.confirms ? { confirms: true as const } : {}),
    ...(unit ? { unit } : {}),
    ranges: readRanges(obx, context),
    interpretations: [...codes, ...susceptibility],
    previous: [],
    ...(observedAt ? { observedAt } : {}),
    ...(analysedAt ? { analysedAt } : {}),
    ...(method ? { method } : {}),
    comments,
    ...(validator ? { validator } : {}),
    ...(automatic ? { automaticValidation: true as const } : {}),
    ...(performer ? { performer } : {}),
  };
}

/** The S, I or R of a row of an antibiogramme that gives nothing else, in OBX-8: it is the result. */
function categoryAlone(obx: Segment): Result['value'] {
  return isSusceptibility(obx) ? { kind: 'text', text: obx.whole(8).toUpperCase() } : undefined;
}

function performerOf(line: Line, { profile, sendingNames }: ReadingContext): Result['performer'] {
  return readPerformer(line, [...profile.ownFacilities, ...sendingNames], profile.otherLaboratories);
}

/** OBX-16 names a system of the laboratory that validates by itself, and no person. */
function isAutomatic(obx: Segment, context: ReadingContext): boolean {
  const { automaticValidators } = context.profile;
  return obx.repetitions(16).some((person) => automaticValidators.includes(person.text(1)));
}

function readPrevious(line: Line, result: Result, context: ReadingContext): readonly PreviousValue[] {
  const { obx, code, fate, observedAt } = line;
  if (fate.kind !== 'result' || (fate.status !== 'final' && fate.status !== 'corrected') || !observedAt)
    return [];
  const sent = readUnit(obx);
  const read = readValue(obx.text(2), line.values, sent !== undefined, context.profile);
  const unit = sent ?? read.unit;
  if (!read.value) {
    context.warn('PREVIOUS_UNREADABLE', code.code);
    return [];
  }
  if ((unit ?? '') !== (result.unit ?? '')) {
    context.warn('PREVIOUS_UNIT', code.code);
    return [];
  }
  return [{ value: read.value, observedAt }];
}

/** What an embedded document is to the report. */
type Carried =
  | { readonly kind: 'attachment' | 'source-pdf'; readonly pdf: Attachment }
  | { readonly kind: 'image'; readonly image: ResultImage };

function carriedBy(
  line: Line,
  raw: string,
  scope: RowScope,
  context: ReadingContext,
): Carried | undefined | Fault {
  const { obx, code, subId } = line;
  const document = readDocument(raw, scope.delimiters, context.at(obx, 5));
  if (isFault(document)) return document;
  const id = `${scope.keyPrefix}|${code.code}|${subId}`;
  switch (document.kind) {
    case 'xml':
      return fault('HL7_CDA_IN_ORU', context.at(obx, 5));
    case 'other':
      context.warn('ED_NOT_PDF', code.code);
      return undefined;
    case 'image':
      return {
        kind: 'image',
        image: { id, title: code.label, mediaType: document.mediaType, base64: document.base64 },
      };
    case 'pdf': {
      const from = performerOf(line, context);
      const pdf: Attachment = {
        id,
        title: code.label,
        mediaType: 'application/pdf',
        base64: document.base64,
        ...(from ? { from } : {}),
      };
      // Another laboratory's document is never the report itself, whatever the source sends.
      return { kind: context.profile.sourcePdf && !from ? 'source-pdf' : 'attachment', pdf };
    }
  }
}
