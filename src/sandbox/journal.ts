/** What the sandbox received and what it did of it: one JSON line an event, in order. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ecart } from './check.ts';

export interface SandboxEvent {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly service: 'dmp' | 'mssante';
  /** TD0.2, TD2.1a, TD2.1b, TD3.1b, TD3.3c, SMTP; `?` when the message could not be told. */
  readonly transaction: string;
  readonly outcome: 'accepted' | 'refused' | 'disrupted';
  /** SOAP MessageID or mail Message-ID. */
  readonly messageId?: string;
  /** Name of the check that refused, or of the disruption. */
  readonly reason?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly passed: readonly string[];
  readonly ecarts: readonly Ecart[];
  /** Document uniqueIds, recipients: what a test looks for. */
  readonly subjects: readonly string[];
}

/** Memory is bounded; the file has everything. */
const KEPT = 5_000;

export class Journal {
  readonly file: string;
  readonly #events: SandboxEvent[] = [];
  readonly #now: () => Date;

  constructor(folder: string, now: () => Date) {
    this.file = join(folder, 'events.jsonl');
    this.#now = now;
  }

  /** Written before the answer leaves: a test that got the answer finds the line. */
  add(event: Omit<SandboxEvent, 'time'>): void {
    const dated = { time: this.#now().toISOString(), ...event };
    appendFileSync(this.file, `${JSON.stringify(dated)}\n`);
    this.#events.push(dated);
    if (this.#events.length > KEPT) this.#events.shift();
  }

  events(): readonly SandboxEvent[] {
    return this.#events;
  }
}
