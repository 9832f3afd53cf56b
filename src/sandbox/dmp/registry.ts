/** The registry and repository: what was deposited and its state. Kept in memory, each change a line of a file. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EBRS = 'urn:oasis:names:tc:ebxml-regrep:StatusType:';

export const STATUS = {
  approved: `${EBRS}Approved`,
  deprecated: `${EBRS}Deprecated`,
  deleted: 'urn:asip:ci-sis:2010:StatusType:Deleted',
} as const;

type Status = (typeof STATUS)[keyof typeof STATUS];

export interface RegisteredDocument {
  readonly uniqueId: string;
  /** Changes with each change of the entry. */
  readonly entryUuid: string;
  /** Logical identifier: does not change. */
  readonly lid: string;
  readonly status: Status;
  /** SHA-1 hex of the bytes received. */
  readonly hash: string;
  readonly size: number;
  /** CX without CX.7. */
  readonly patientId: string;
  /** Struct_IdNat of the depositor. */
  readonly structure: string;
  readonly kind: 'document' | 'signature';
  readonly title: string;
  readonly typeCode: string;
  readonly confidentialityCodes: readonly string[];
  /** uniqueId of the submission set. */
  readonly submission: string;
  /** uniqueId of the document that it replaced. */
  readonly replaces?: string;
  /** ISO 8601, UTC. */
  readonly registeredAt: string;
  /** Path of the bytes, relative to the sandbox's folder. */
  readonly file: string;
}

/** A document about to be registered, with its bytes. */
export type NewDocument = Omit<
  RegisteredDocument,
  'entryUuid' | 'lid' | 'status' | 'registeredAt' | 'file'
> & {
  readonly bytes: Uint8Array;
};

type Line = { readonly document: RegisteredDocument } | { readonly submission: string };

export class Registry {
  readonly #folder: string;
  readonly #file: string;
  readonly #now: () => Date;
  readonly #uuid: () => string;
  readonly #byUniqueId = new Map<string, RegisteredDocument>();
  readonly #byEntryUuid = new Map<string, string>();
  readonly #submissions = new Set<string>();

  /** Takes up what an earlier run left in the folder. */
  constructor(folder: string, now: () => Date, uuid: () => string) {
    this.#folder = folder;
    this.#now = now;
    this.#uuid = uuid;
    this.#file = join(folder, 'dmp', 'registry.jsonl');
    mkdirSync(join(folder, 'dmp', 'documents'), { recursive: true });
    if (!existsSync(this.#file)) return;
    for (const text of readFileSync(this.#file, 'utf8').split('\n')) {
      if (text === '') continue;
      const line = JSON.parse(text) as Line;
      if ('document' in line) this.#keep(line.document);
      else this.#submissions.add(line.submission);
    }
  }

  byUniqueId(uniqueId: string): RegisteredDocument | undefined {
    return this.#byUniqueId.get(uniqueId);
  }

  /** @param entryUuid with its `urn:uuid:` prefix; only the present one finds the document */
  byEntryUuid(entryUuid: string): RegisteredDocument | undefined {
    const uniqueId = this.#byEntryUuid.get(entryUuid);
    return uniqueId === undefined ? undefined : this.#byUniqueId.get(uniqueId);
  }

  hasSubmission(uniqueId: string): boolean {
    return this.#submissions.has(uniqueId);
  }

  documents(): RegisteredDocument[] {
    return [...this.#byUniqueId.values()];
  }

  /** One submission, all or nothing: the caller has done every check. */
  commit(submission: string, documents: readonly NewDocument[]): void {
    const lines: Line[] = [{ submission }];
    for (const { bytes, ...fields } of documents) {
      const file = join('dmp', 'documents', `${fields.uniqueId}.xml`);
      writeFileSync(join(this.#folder, file), bytes);
      const uuid = this.#newUuid();
      const registeredAt = this.#now().toISOString();
      lines.push({
        document: { ...fields, entryUuid: uuid, lid: uuid, status: STATUS.approved, registeredAt, file },
      });
    }
    for (const { replaces } of documents) {
      const old = replaces === undefined ? undefined : this.#byUniqueId.get(replaces);
      if (old !== undefined)
        lines.push({ document: { ...old, entryUuid: this.#newUuid(), status: STATUS.deprecated } });
    }
    this.#write(lines);
  }

  /** The update of TD3.3c. */
  markDeleted(submission: string, uniqueId: string): void {
    const old = this.#byUniqueId.get(uniqueId);
    if (old === undefined) return;
    this.#write([
      { submission },
      { document: { ...old, entryUuid: this.#newUuid(), status: STATUS.deleted } },
    ]);
  }

  #write(lines: readonly Line[]): void {
    appendFileSync(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (const line of lines) {
      if ('document' in line) this.#keep(line.document);
      else this.#submissions.add(line.submission);
    }
  }

  #keep(document: RegisteredDocument): void {
    const old = this.#byUniqueId.get(document.uniqueId);
    if (old !== undefined) this.#byEntryUuid.delete(old.entryUuid);
    this.#byUniqueId.set(document.uniqueId, document);
    this.#byEntryUuid.set(document.entryUuid, document.uniqueId);
  }

  #newUuid(): string {
    return `urn:uuid:${this.#uuid()}`;
  }
}
