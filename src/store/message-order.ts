/** When a message said something: what orders statements, whatever order they came in. */
export interface MessageTime {
  /** MSH-7, milliseconds since 1970. */
  readonly at: number;
  /** An ADT's word counts after an ORU's of the same second. */
  readonly adt: boolean;
  /** MSH-10, empty when there is none. */
  readonly controlId: string;
  /** Rank of arrival: for messages that nothing else tells apart. */
  readonly id: number;
}

/** Oldest first. Senders number their messages: within a second MSH-10 tells which is the later one. */
export function inMessageOrder(a: MessageTime, b: MessageTime): number {
  return (
    a.at - b.at ||
    Number(a.adt) - Number(b.adt) ||
    compare(controlKey(a.controlId), controlKey(b.controlId)) ||
    a.id - b.id
  );
}

/** Numbers by their size, and before names. */
const controlKey = (text: string): string =>
  /^\d{1,20}$/.test(text) ? `0${text.padStart(20, '0')}` : `1${text}`;

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);
