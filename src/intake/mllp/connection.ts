import type { Socket } from 'node:net';
import { type FrameEvent, FrameReader, framed } from '../../mllp/frames.ts';
import type { Holder, MemoryBudget } from './memory-budget.ts';

/** What is said whenever it is known, apart from the answer to a frame: application acknowledgements. */
export interface LaterAnswer {
  /** Without their frames. */
  readonly messages: readonly Buffer[];
  /** Told once. */
  readonly ended: (fate: LaterFate) => void;
}

/**
 * `unsent`: the connection was over. `doubtful`: sent after the peer had ended its side; the system does not say whether it
 * still reads.
 */
export type LaterFate = 'sent' | 'doubtful' | 'unsent';

/** A connection as its handler sees it. */
export interface Peer {
  /** Does it hold both ways? One whose peer has ended its side may still be read by it, or by nobody. */
  readonly isOpen: boolean;
  /** To be said after the answers to the frames taken so far; nothing when it comes to nothing. Must not reject. */
  later(answer: Promise<LaterAnswer | undefined>): void;
}

/** What no message can be made of. */
export type StrayBytes = Exclude<FrameEvent, { kind: 'frame' }>;

export interface ConnectionHandler {
  /**
   * Takes a frame. Called in the order of the frames; must take its place in any queue before it returns.
   * @returns what is answered before the answers to later frames, without its frame; undefined: nothing is to be said now
   */
  frame(bytes: Buffer, peer: Peer): Promise<Buffer | undefined>;
  /** Keeps what is no frame; an oversized one may be answered. */
  stray(bytes: StrayBytes): Promise<Buffer | undefined>;
}

export interface ConnectionLimits {
  readonly maxBytes: number;
  /** A connection on which nothing moves is closed after this. */
  readonly idleMs: number;
  /** A frame that has begun must end within this. */
  readonly frameMs: number;
}

/** First bytes kept of what is no message. */
const MAX_KEPT = 64 * 1024;
/** Frames of a connection taken and not yet answered: enough to share commits, few enough to bound the memory. */
const MAX_IN_HAND = 64;
/** Application acknowledgements that a connection may wait for. */
const MAX_LATER = 1_000;
/** How long a connection that is over waits for its application acknowledgements: they come when messages are interpreted. */
const LATER_MS = 5_000;
/** How long a peer may take to close after our last answer: closing first could take unread answers from it. */
const LINGER_MS = 1_000;

/** One connection of a listener: reads frames, answers them in order, never holds more than it may. */
export class Connection implements Holder, Peer {
  readonly #socket: Socket;
  readonly #handler: ConnectionHandler;
  readonly #limits: ConnectionLimits;
  readonly #budget: MemoryBudget;
  readonly #reader: FrameReader;
  readonly #reasonsToWait = new Set<'in-hand' | 'later' | 'answers' | 'memory'>();
  readonly #closed: Promise<void>;
  #answers: Promise<void> = Promise.resolve();
  #inHand = 0;
  #bytesInHand = 0;
  readonly #later = new Set<Promise<void>>();
  #frameTimer: NodeJS.Timeout | undefined;
  #reading = true;
  #peerEnded = false;

  constructor(socket: Socket, handler: ConnectionHandler, limits: ConnectionLimits, budget: MemoryBudget) {
    this.#socket = socket;
    this.#handler = handler;
    this.#limits = limits;
    this.#budget = budget;
    this.#reader = new FrameReader({ maxBytes: limits.maxBytes, maxKept: MAX_KEPT });
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    // An acknowledgement is one small packet that somebody waits for.
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.setTimeout(limits.idleMs);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#go('answers'));
    socket.on('timeout', () => this.#onIdle());
    socket.once('end', () => this.#onEnd());
    // A peer that is gone: `close` follows.
    socket.on('error', () => {});
    socket.once('close', () => this.#onClose());
  }

  /** Resolves when the connection is over. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  get isOpen(): boolean {
    return this.#socket.writable && !this.#peerEnded;
  }

  later(answer: Promise<LaterAnswer | undefined>): void {
    // The frame that asks is answered first.
    const told = Promise.all([answer, this.#answers])
      .then(([known]) => known && this.#tell(known))
      .finally(() => {
        this.#later.delete(told);
        if (this.#later.size < MAX_LATER) this.#go('later');
      });
    this.#later.add(told);
    if (this.#later.size >= MAX_LATER) this.#wait('later');
  }

  pause(): void {
    this.#wait('memory');
  }

  resume(): void {
    this.#go('memory');
  }

  /** Reads no more, answers what is in hand, and closes; what was read of an unfinished frame is dropped. */
  async stop(): Promise<void> {
    this.#reading = false;
    this.#dropUnfinished();
    await this.#finish();
    await this.#closed;
  }

  #onData(chunk: Buffer): void {
    // After the last frame that will be answered, bytes are only drained: their sender gets no answer and sends again.
    if (!this.#reading) return;
    for (const event of this.#reader.push(chunk)) {
      if (event.kind === 'frame') this.#answer(this.#handler.frame(event.bytes, this), event.bytes.length);
      else this.#answer(this.#handler.stray(event), 0);
    }
    this.#watchFrame();
    this.#account();
  }

  #answer(answer: Promise<Buffer | undefined>, bytes: number): void {
    this.#inHand += 1;
    this.#bytesInHand += bytes;
    if (this.#inHand >= MAX_IN_HAND) this.#wait('in-hand');
    this.#answers = this.#answers.then(async () => {
      const message = await answer;
      if (message) void this.#write(message);
      this.#inHand -= 1;
      this.#bytesInHand -= bytes;
      this.#account();
      if (this.#inHand < MAX_IN_HAND) this.#go('in-hand');
    });
  }

  async #tell({ messages, ended }: LaterAnswer): Promise<void> {
    const sent = await Promise.all(messages.map((message) => this.#write(message)));
    if (sent.includes(false)) ended('unsent');
    else ended(this.#peerEnded && messages.length > 0 ? 'doubtful' : 'sent');
  }

  /** @returns whether the system took all of it */
  #write(message: Buffer): Promise<boolean> {
    if (!this.#socket.writable) return Promise.resolve(false);
    return new Promise((resolve) => {
      const flushed = this.#socket.write(framed(message), (error) => resolve(!error));
      // A peer that reads no answers is read no more.
      if (!flushed) this.#wait('answers');
    });
  }

  #account(): void {
    if (this.#socket.destroyed) return;
    this.#budget.set(this, this.#bytesInHand + this.#reader.held);
  }

  #wait(reason: 'in-hand' | 'later' | 'answers' | 'memory'): void {
    this.#reasonsToWait.add(reason);
    this.#socket.pause();
  }

  #go(reason: 'in-hand' | 'later' | 'answers' | 'memory'): void {
    if (this.#reasonsToWait.delete(reason) && this.#reasonsToWait.size === 0) this.#socket.resume();
  }

  /** A frame has begun: it must end in time, however slowly it drips in. */
  #watchFrame(): void {
    if (!this.#reader.inside) {
      clearTimeout(this.#frameTimer);
      this.#frameTimer = undefined;
      return;
    }
    this.#frameTimer ??= setTimeout(() => {
      this.#frameTimer = undefined;
      // It is we who make it wait.
      if (this.#reasonsToWait.size > 0) this.#watchFrame();
      else this.#giveUp();
    }, this.#limits.frameMs);
  }

  #onIdle(): void {
    const unread = this.#reasonsToWait.has('answers');
    const ours = this.#inHand > 0 || this.#later.size > 0 || this.#reasonsToWait.size > 0;
    if (ours && !unread) this.#socket.setTimeout(this.#limits.idleMs);
    else this.#giveUp();
  }

  /** The peer has said all it will; it still reads. */
  #onEnd(): void {
    this.#peerEnded = true;
    if (this.#reading) this.#keepRest();
    this.#reading = false;
    void this.#finish();
  }

  #giveUp(): void {
    if (this.#reading) this.#keepRest();
    this.#reading = false;
    if (this.#reasonsToWait.has('answers')) this.#socket.destroy();
    else void this.#finish();
  }

  #onClose(): void {
    if (this.#reading) this.#keepRest();
    this.#reading = false;
    clearTimeout(this.#frameTimer);
    this.#budget.set(this, 0);
  }

  /** What was read of a frame that will not end, or outside any. */
  #keepRest(): void {
    for (const event of this.#reader.end())
      if (event.kind !== 'frame') this.#answer(this.#handler.stray(event), 0);
    clearTimeout(this.#frameTimer);
  }

  #dropUnfinished(): void {
    this.#reader.end();
    clearTimeout(this.#frameTimer);
  }

  async #lastAcknowledgements(): Promise<void> {
    if (this.#later.size === 0) return;
    let patience: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, LATER_MS);
    });
    await Promise.race([Promise.all(this.#later), this.#closed, over]);
    clearTimeout(patience);
  }

  async #finish(): Promise<void> {
    await this.#answers;
    await this.#lastAcknowledgements();
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.#reasonsToWait.clear();
    this.#socket.resume();
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    await this.#closed;
    clearTimeout(linger);
  }
}
