/** Which mailboxes exist at the local operator, and what it keeps of each mail. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ecart } from '../check.ts';
import { type PatientList, TEST_INS_OID, type TestPatient } from '../patients.ts';

/** Mailboxes of professionals and structures: any local part exists, but those that begin with `inconnu`. */
export const PROFESSIONAL_DOMAIN = 'sandbox-mssante.invalid';
/** Mailboxes of Mon espace santé: the matricule of a listed patient. */
export const PATIENT_DOMAIN = 'patient.sandbox-mssante.invalid';

export type Mailbox =
  | { readonly kind: 'professional' }
  | { readonly kind: 'patient'; readonly patient: TestPatient };

/** The mailbox of an address; undefined when there is none. */
export function mailboxOf(address: string, patients: PatientList): Mailbox | undefined {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const domain = address.slice(at + 1).toLowerCase();
  if (domain === PROFESSIONAL_DOMAIN) {
    return local === '' || local.toLowerCase().startsWith('inconnu') ? undefined : { kind: 'professional' };
  }
  if (domain !== PATIENT_DOMAIN) return undefined;
  const patient = patients.get(local.toUpperCase(), TEST_INS_OID);
  return patient === undefined ? undefined : { kind: 'patient', patient };
}

/** One line of the index. */
export interface StoredMail {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string;
  /** The Message-ID of an earlier mail in the same mailbox: a mail sent twice. */
  readonly duplicate: boolean;
  /** report, or bounce and delivery for what the operator itself writes. */
  readonly kind: 'report' | 'bounce' | 'delivery';
  readonly documents: readonly string[];
  readonly passed: readonly string[];
  readonly ecarts: readonly Ecart[];
  readonly sha256: string;
  readonly size: number;
  /** Paths of the copies, relative to the sandbox's folder: one a mailbox. */
  readonly files: readonly string[];
}

/** Folders of .eml files, one a mailbox, and `mail/index.jsonl`. */
export class MailStore {
  readonly #folder: string;
  readonly #now: () => Date;
  readonly #mails: StoredMail[] = [];
  readonly #known = new Set<string>();

  constructor(folder: string, now: () => Date) {
    this.#folder = folder;
    this.#now = now;
    mkdirSync(join(folder, 'mail'), { recursive: true });
  }

  add(
    raw: Uint8Array,
    mail: Pick<StoredMail, 'from' | 'to' | 'messageId' | 'kind' | 'documents' | 'passed' | 'ecarts'>,
  ): StoredMail {
    const number = String(this.#mails.length + 1).padStart(5, '0');
    const sha256 = createHash('sha256').update(raw).digest('hex');
    const keys = mail.to.map((address) => `${address.toLowerCase()} ${mail.messageId}`);
    const files = mail.to.map((address) => {
      // The address was matched against the domains served; only letters that name files are kept.
      const box = join('mail', address.toLowerCase().replace(/[^a-z0-9@._-]/g, '_'));
      mkdirSync(join(this.#folder, box), { recursive: true });
      const file = join(box, `${number}.eml`);
      writeFileSync(join(this.#folder, file), raw);
      return file;
    });
    const stored: StoredMail = {
      time: this.#now().toISOString(),
      ...mail,
      duplicate: keys.some((key) => this.#known.has(key)),
      sha256,
      size: raw.length,
      files,
    };
    for (const key of keys) this.#known.add(key);
    this.#mails.push(stored);
    appendFileSync(join(this.#folder, 'mail', 'index.jsonl'), `${JSON.stringify(stored)}\n`);
    return stored;
  }

  mails(): readonly StoredMail[] {
    return this.#mails;
  }
}
