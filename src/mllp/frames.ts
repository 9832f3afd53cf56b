/**
 * The minimal lower layer protocol (HL7 v2.5.1 appendix C): `0x0B`, the message, `0x1C 0x0D`. Pure: bytes in, what they
 * hold out, whatever the packets they came in.
 */

const VT = 0x0b;
const FS = 0x1c;
const CR = 0x0d;
const LF = 0x0a;
const END = Buffer.from([FS, CR]);
/** What a message begins with: a vertical tab before one of these begins a frame, even inside another. */
const OPENINGS: readonly string[] = ['MSH', 'FHS', 'BHS'];
const OPENING_LENGTH = 3;
const FIRST_CAPACITY = 64 * 1024;

/** What a stretch of bytes came to. `head`: its first bytes, all of them when `size` says no more. */
export type FrameEvent =
  | { readonly kind: 'frame'; readonly bytes: Buffer }
  /** Longer than allowed; it has ended, so that it may be answered. */
  | { readonly kind: 'oversized'; readonly head: Buffer; readonly size: number }
  /** Its end never came. */
  | { readonly kind: 'unfinished'; readonly head: Buffer; readonly size: number }
  /** Bytes between frames, other than ends of line. */
  | { readonly kind: 'unframed'; readonly head: Buffer; readonly size: number };

export interface FrameLimits {
  /** Bytes of a message. */
  readonly maxBytes: number;
  /** Bytes kept of what is no message. */
  readonly maxKept: number;
}

/** A message as it goes on the wire. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(VT), message, END]);
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #limits: FrameLimits;
  #inside = false;
  /** The frame being read (its first bytes, once it is too long), or what precedes the next one. */
  #bytes: Buffer = Buffer.alloc(0);
  #kept = 0;
  /** Bytes seen of it, kept or not. */
  #size = 0;
  /** End of the last chunk when a mark may have been cut there. */
  #carry: Buffer = Buffer.alloc(0);

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** True while a frame has begun and not ended. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Bytes in memory. */
  get held(): number {
    return this.#kept + this.#carry.length;
  }

  push(chunk: Buffer): FrameEvent[] {
    const events: FrameEvent[] = [];
    const data = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    this.#carry = Buffer.alloc(0);
    let at = 0;
    while (at < data.length)
      at = this.#inside ? this.#readInside(data, at, events) : this.#readBetween(data, at, events);
    return events;
  }

  /** The stream is over: what is left of it. The reader is as new then. */
  end(): FrameEvent[] {
    const events: FrameEvent[] = [];
    this.#keep(this.#carry);
    this.#carry = Buffer.alloc(0);
    this.#close(this.#inside ? 'unfinished' : 'unframed', events);
    this.#inside = false;
    return events;
  }

  #readBetween(data: Buffer, at: number, events: FrameEvent[]): number {
    const start = data.indexOf(VT, at);
    let from = at;
    const to = start < 0 ? data.length : start;
    if (this.#size === 0) while (from < to && (data[from] === CR || data[from] === LF)) from += 1;
    this.#keep(data.subarray(from, to));
    if (start < 0) return data.length;
    this.#close('unframed', events);
    this.#inside = true;
    return start + 1;
  }

  #readInside(data: Buffer, at: number, events: FrameEvent[]): number {
    const end = data.indexOf(END, at);
    const again = openingAt(data, at, end < 0 ? data.length : end);
    if (again >= 0) {
      if (!isWholeOpening(data, again)) {
        // The next chunk tells whether a frame begins here.
        this.#keep(data.subarray(at, again));
        this.#carry = Buffer.from(data.subarray(again));
        return data.length;
      }
      this.#keep(data.subarray(at, again));
      this.#close('unfinished', events);
      return again + 1;
    }
    if (end >= 0) {
      this.#keep(data.subarray(at, end));
      this.#close('frame', events);
      this.#inside = false;
      return end + END.length;
    }
    const cut = data[data.length - 1] === FS ? data.length - 1 : data.length;
    this.#keep(data.subarray(at, cut));
    this.#carry = Buffer.from(data.subarray(cut));
    return data.length;
  }

  /** Adds bytes to what is being read; beyond the limit they are counted only. */
  #keep(bytes: Buffer): void {
    const { maxBytes, maxKept } = this.#limits;
    this.#size += bytes.length;
    const limit = this.#inside && this.#size <= maxBytes ? maxBytes : maxKept;
    if (this.#kept > limit) {
      // Just grown too long: the rest of the memory is given back.
      this.#bytes = Buffer.from(this.#bytes.subarray(0, limit));
      this.#kept = limit;
    }
    const taken = bytes.subarray(0, Math.max(0, limit - this.#kept));
    if (taken.length === 0) return;
    if (this.#kept === 0) {
      // A frame within one chunk is not copied.
      this.#bytes = taken;
    } else {
      this.#grow(this.#kept + taken.length, limit);
      taken.copy(this.#bytes, this.#kept);
    }
    this.#kept += taken.length;
  }

  /** Doubles, so that many small chunks cost no more than few large ones. */
  #grow(needed: number, limit: number): void {
    // A view of a chunk is never written to: it is as long as what is kept, and so too short here.
    if (this.#bytes.length >= needed) return;
    let capacity = Math.max(FIRST_CAPACITY, this.#bytes.length);
    while (capacity < needed) capacity *= 2;
    const grown = Buffer.allocUnsafeSlow(Math.min(capacity, Math.max(limit, needed)));
    this.#bytes.copy(grown, 0, 0, this.#kept);
    this.#bytes = grown;
  }

  #close(kind: FrameEvent['kind'], events: FrameEvent[]): void {
    const { maxBytes } = this.#limits;
    const bytes = this.#bytes.subarray(0, this.#kept);
    const size = this.#size;
    this.#bytes = Buffer.alloc(0);
    this.#kept = 0;
    this.#size = 0;
    if (size === 0) return;
    if (kind === 'frame' && size <= maxBytes) events.push({ kind, bytes });
    else
      events.push({
        kind: kind === 'frame' ? 'oversized' : kind,
        // A copy: what is kept for a person outlives the chunk.
        head: Buffer.from(bytes.subarray(0, this.#limits.maxKept)),
        size,
      });
  }
}

/** Where a frame begins, or may begin, between two places; -1 when nowhere. */
function openingAt(data: Buffer, from: number, to: number): number {
  for (let at = data.indexOf(VT, from); at >= 0 && at < to; at = data.indexOf(VT, at + 1)) {
    const next = data.toString('latin1', at + 1, at + 1 + OPENING_LENGTH);
    // `to` before the end of the data is the end of a frame: nothing more comes.
    const complete = next.length === OPENING_LENGTH || to < data.length;
    if (OPENINGS.some((opening) => (complete ? next === opening : opening.startsWith(next)))) return at;
  }
  return -1;
}

function isWholeOpening(data: Buffer, at: number): boolean {
  return data.length - at > OPENING_LENGTH;
}
