/** A segment of an input as it came, whatever the parser thinks of it. */
export interface ExcerptLine {
  /** Line of the input, from 1. */
  readonly number: number;
  readonly parts: readonly ExcerptPart[];
  /** The segment that the fault is about. */
  readonly atFault: boolean;
}

export interface ExcerptPart {
  readonly text: string;
  /** The field at fault. */
  readonly marked: boolean;
}

/** Where a fault stands, as far as its position tells and the input has it. */
export interface PlaceInInput {
  /** From 1. */
  readonly line?: number;
  readonly segment?: string;
  /** Among the segments of that name in the message, from 1. */
  readonly rank?: number;
  readonly field?: number;
}

interface Place {
  readonly message: number;
  readonly segment?: string;
  readonly rank: number;
  readonly field?: number;
}

const MAX_LINES = 2;

/**
 * The segments around the place of a fault, that one and its field marked. Found by counting names in the lines, not by the
 * parser that refused the input.
 * @param text the input, decoded
 * @param position `message 2, OBX[3]-5`, `message 1, H.12`, `MSH-7`; absent: the beginning
 * @param around lines shown before and after
 */
export function excerptAt(text: string, position = '', around = MAX_LINES): readonly ExcerptLine[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const place = placeOf(position);
  const asked = place && nameOfPlace(place);
  const found = asked === undefined ? undefined : linesOf(lines, new Set([asked])).get(asked);
  const first = Math.max(0, (found ?? 0) - around);
  const last = Math.min(lines.length, (found ?? around) + around + 1);
  const separator = separatorIn(lines, found ?? 0);
  return lines.slice(first, last).map((line, index) => {
    const atFault = first + index === found;
    const parts =
      atFault && place?.field !== undefined
        ? marked(line, separator, place.field)
        : [{ text: line, marked: false }];
    return { number: first + index + 1, parts, atFault };
  });
}

/**
 * The first place that each position names, the input being read once for all.
 * @param text the input; its segments' names suffice
 */
export function placesIn(text: string, positions: readonly (string | undefined)[]): PlaceInInput[] {
  const places = positions.map((position) => placeOf(position ?? ''));
  const lines = linesOf(
    text.split(/\r\n|\r|\n/),
    new Set(places.flatMap((place) => place ?? []).map(nameOfPlace)),
  );
  return places.map((place) => {
    if (!place) return {};
    const { segment, rank, field } = place;
    const found = lines.get(nameOfPlace(place));
    return {
      ...(found === undefined ? {} : { line: found + 1 }),
      ...(segment === undefined ? {} : { segment, rank }),
      ...(field === undefined ? {} : { field }),
    };
  });
}

const nameOfPlace = ({ message, segment, rank }: Omit<Place, 'field'>): string =>
  segment === undefined ? `${message}` : `${message} ${segment} ${rank}`;

/** Where the places are that are asked for, by their names. */
function linesOf(lines: readonly string[], asked: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  const seen = new Map<string, number>();
  let message = 0;
  for (const [index, line] of lines.entries()) {
    const segment = nameOf(line);
    if (segment === 'MSH' || segment === 'H') {
      message += 1;
      seen.clear();
      found.set(nameOfPlace({ message, rank: 1 }), index);
    }
    if (segment === undefined) continue;
    const rank = (seen.get(segment) ?? 0) + 1;
    seen.set(segment, rank);
    const name = nameOfPlace({ message, segment, rank });
    if (asked.has(name)) found.set(name, index);
  }
  return found;
}

/** Some faults name several places: the first is shown. */
function placeOf(position: string): Place | undefined {
  const [first = ''] = position.split(';');
  const message = /\bmessage (\d{1,9})/.exec(first)?.[1];
  const segment = /(?:^|, ?)([A-Z][A-Z0-9]{0,2})(?:\[(\d{1,9})\])?(?:[-.](\d{1,3}))?\s*$/.exec(first.trim());
  if (!message && !segment) return undefined;
  const [, name, rank, field] = segment ?? [];
  return {
    message: Number(message ?? 1),
    ...(name ? { segment: name } : {}),
    rank: Number(rank ?? 1),
    ...(field ? { field: Number(field) } : {}),
  };
}

const nameOf = (line: string): string | undefined =>
  /^\p{Cc}*([A-Z][A-Z0-9]{0,2})(?:[^\w\s]|$)/u.exec(line)?.[1];

/** The field separator of the message that a line belongs to. */
function separatorIn(lines: readonly string[], index: number): string {
  for (const line of lines.slice(0, index + 1).reverse()) {
    const header = /^\p{Cc}*(?:MSH|H)([^\w\s])/u.exec(line);
    if (header) return header[1] ?? '|';
  }
  return '|';
}

/** MSH-1 is the separator itself; of every other segment the first field follows the first separator. */
function marked(line: string, separator: string, field: number): readonly ExcerptPart[] {
  const fields = line.split(separator);
  const index = /^\p{Cc}*MSH/u.test(line) ? field - 1 : field;
  const at = fields[index];
  // An absent field: its place is the end of the segment.
  if (at === undefined || index < 1)
    return [
      { text: line, marked: false },
      { text: '', marked: true },
    ];
  return [
    { text: `${fields.slice(0, index).join(separator)}${separator}`, marked: false },
    { text: at, marked: true },
    {
      text: fields
        .slice(index + 1)
        .map((one) => `${separator}${one}`)
        .join(''),
      marked: false,
    },
  ];
}
