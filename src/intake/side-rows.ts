import type { Fault } from '../report/fault.ts';
import { decode } from './charset.ts';
import type { ReadingContext } from './context.ts';
import { isDamaged } from './damaged-text.ts';
import { imageType, NOT_JOINED } from './documents.ts';
import { type Delimiters, printable } from './escapes.ts';
import { fault } from './faults.ts';
import { Repetition, Segment } from './hl7.ts';
import type { ObservationGroup } from './message-groups.ts';
import { isPlainName } from './side-files.ts';
import { rowFate } from './statuses.ts';

/** OBX-2 values that name a file beside the message: HL7's RP, and HPRIM's own (inputs.md §3.3, §10). */
const SIDE_TYPES = ['RP', 'FIC', 'TIF', 'PDF'];

/** What a row says of the file's format, as the last component of OBX-5. */
const FORMAT = /^(?:pdf|txt|text|tiff?|jpe?g|png|gif|rtf|doc|html?|xml)$/i;

/** `CR2.pdf`: with the ending of a name. */
const FILE_NAME = /[^\s.]\.[A-Za-z0-9]{1,5}\s*$/;

/**
 * Brings the file that a row names into the row, which is then read as if it carried the document itself (ED) or its
 * text (TX). Rows of other types come back as they are.
 * @param examStatus OBR-25: hybrids leave OBX-11 of such a row empty, the file is then as final as its exam
 * An address that leads elsewhere is not followed: the row says that its document is not joined, and a warning tells it.
 * @returns a fault when the file is not there, cannot be one of this folder, or is nothing that a report can show
 */
export function withSideFile(
  group: ObservationGroup,
  examStatus: string,
  delimiters: Delimiters,
  context: ReadingContext,
): ObservationGroup | Fault {
  const { obx } = group;
  const type = obx.text(2).toUpperCase();
  if (!SIDE_TYPES.includes(type)) return group;
  const plain = (text: string) => [new Repetition([[text]], delimiters)];
  const status = obx.text(11) || (/^[FC]$/.test(examStatus) ? examStatus : '');
  const row = (fields: Readonly<Record<number, readonly Repetition[]>>, document?: string) => ({
    ...group,
    obx: rewritten(obx, { 11: plain(status), ...fields }, document),
  });

  // A file is fetched only for a row that shows something.
  const fate = rowFate(status.toUpperCase(), context.profile.preliminaryIsValidated, true);
  const shown =
    fate?.kind === 'result' && ['final', 'corrected', 'preliminary'].includes(fate.status) ? fate : undefined;
  const { name, format } = namedFile(obx, type);
  if (!shown || name === '') return row({ 2: plain('ST'), 5: [] });
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
    context.warn('SIDE_FILE', obx.text(3));
    return row({ 2: plain('TX'), 5: plain(NOT_JOINED) });
  }

  const position = context.at(obx, 5);
  if (!isPlainName(name)) return fault('SIDE_FILE_PATH', position);
  // Taking the first would lose the others.
  const more = obx.repetitions(5).slice(1);
  if (more.some((one) => one.components.some(([text = '']) => FILE_NAME.test(text))))
    return fault('SIDE_FILE_SEVERAL', position);
  const bytes = context.sideFiles(name);
  if (!bytes) return fault('SIDE_FILE_MISSING', position);
  const document = asEmbedded(bytes, delimiters);
  if (document !== undefined) return row({ 2: plain('ED'), 5: [] }, document);
  if (!/^te?xt$/i.test(format)) return fault('SIDE_FILE_FORMAT', position, formatOf(bytes, format));
  const text = decode(bytes, '', context.profile.charset);
  if (!text || /\0/.test(text.text)) return fault('SIDE_FILE_FORMAT', position, 'illisible');
  if (isDamaged(text.text)) return fault('HL7_DAMAGED_TEXT', position);
  return row({ 2: plain('TX'), 5: plain(printable(text.text.replace(/\r\n?/g, '\n'))) });
}

/** OBX-5: `pointer^application^type` (RP), `editor~name~format` or `name~format` (HPRIM). */
function namedFile(obx: Segment, type: string): { readonly name: string; readonly format: string } {
  const [first] = obx.repetitions(5);
  const parts = (first?.components ?? [])
    .map((_, index) => first?.componentText(index + 1) ?? '')
    .filter(Boolean);
  const said = parts.length > 1 ? parts.findLast((part) => FORMAT.test(part)) : undefined;
  const names = parts.filter((part) => part !== said);
  const name = (type === 'RP' ? names[0] : names.at(-1)) ?? '';
  const extension = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1] ?? '';
  return { name, format: (said ?? (type === 'RP' || type === 'FIC' ? extension : type)).toLowerCase() };
}

/** OBX-5 of an ED with these bytes; undefined when they are neither a PDF nor a picture that a report shows. */
function asEmbedded(bytes: Uint8Array, { component }: Delimiters): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = buffer.toString('latin1', 0, 1024);
  const kind = head.slice(0, 512).includes('%PDF-') ? 'application/pdf' : imageType(head);
  if (!kind) return undefined;
  return ['', ...kind.toUpperCase().split('/'), 'Base64', buffer.toString('base64')].join(component);
}

function formatOf(bytes: Uint8Array, announced: string): string {
  const mark = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (mark === 'II*\0' || mark === 'MM\0*') return 'image TIFF';
  // Announced as a PDF and none by its first bytes.
  return FORMAT.test(announced) ? `annoncé ${announced.toUpperCase()}` : 'format inconnu';
}

const FIELDS = 30;

/** A row with some of its fields, and its document, replaced. */
export function rewritten(
  obx: Segment,
  fields: Readonly<Record<number, readonly Repetition[]>>,
  document: string | undefined,
): Segment {
  const all = Array.from(
    { length: FIELDS },
    (_, index) => fields[index + 1] ?? obx.everyRepetition(index + 1),
  );
  return new Segment(obx.name, obx.rank, all, document);
}
