import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Fault } from '../report/fault.ts';
import { versionConflict, versionUnknown } from './faults.ts';
import type { Change, Measure } from './import/plan.ts';

/** Who made a version, when, why, from what: the act beside each copy. */
export interface VersionAct {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** `initial`: as found; `hand`: the file changed outside of crbio. */
  readonly action: 'initial' | 'hand' | 'import' | 'set' | 'rollback';
  /** Format of the import. */
  readonly format?: string;
  readonly sources?: readonly { readonly name: string; readonly sha256: string }[];
  /** Release of a reference table, as its file says it. */
  readonly release?: string;
  readonly measure?: Measure;
  readonly changes?: readonly Change[];
}

/** One immutable version of a file. */
export interface Version extends VersionAct {
  readonly version: number;
  readonly sha256: string;
}

/** French words for the acts. */
export const ACTION_WORDS: Readonly<Record<VersionAct['action'], string>> = {
  initial: 'version trouvée',
  hand: 'modifiée hors de crbio',
  import: 'import',
  set: 'modification',
  rollback: 'retour arrière',
};

/**
 * The versions of a file that the laboratory keeps (catalogue, reference table): `catalogue.csv` has its copies in
 * `catalogue.versions/`, `0003.csv` with its act in `0003.json`. Copies are never written twice; the file itself is
 * replaced in one rename, so that whoever reads it reads a whole version.
 */
export class VersionedFile {
  readonly #path: string;
  readonly #folder: string;
  readonly #extension: string;

  constructor(path: string) {
    this.#path = path;
    this.#extension = extname(path);
    this.#folder = join(dirname(path), `${basename(path, this.#extension)}.versions`);
  }

  /** Every version, oldest first; the one in force is the last whose content is the file's. */
  history(): Version[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => /^\d{4,}\.json$/.test(name))
      .map((name) => JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as Version)
      .sort((a, b) => a.version - b.version);
  }

  /** The version in force; undefined when the file was never versioned, or changed since. */
  active(): Version | undefined {
    const sha256 = this.#present();
    return this.history().findLast((version) => version.sha256 === sha256);
  }

  /** @returns the bytes of a kept version */
  read(version: number): Buffer | Fault {
    const path = this.#copy(version, this.#extension);
    return existsSync(path) ? readFileSync(path) : versionUnknown(basename(this.#path), version);
  }

  /**
   * Activates a new version. What the file holds is kept first, when no version has it.
   * @param base SHA-256 of the content that the new one was made from; a fault when the file has changed meanwhile
   */
  activate(text: string | Uint8Array, act: VersionAct, base: string | undefined): Version | Fault {
    const present = this.#present();
    if (present !== base) return versionConflict(basename(this.#path));
    mkdirSync(this.#folder, { recursive: true });
    const history = this.history();
    if (present !== undefined && !history.some(({ sha256 }) => sha256 === present)) {
      const found: VersionAct = {
        at: act.at,
        by: '',
        reason: '',
        action: history.length === 0 ? 'initial' : 'hand',
      };
      const kept = this.#keep(readFileSync(this.#path), found);
      if (!('version' in kept)) return kept;
    }
    const kept = this.#keep(Buffer.from(text), act);
    if (!('version' in kept)) return kept;
    const next = `${this.#path}.new`;
    writeDurably(next, Buffer.from(text), 'w', 0o644);
    renameSync(next, this.#path);
    return kept;
  }

  /** Writes the copy, then its act; the copy's exclusive creation is what two commands at once cannot both do. */
  #keep(bytes: Uint8Array, act: VersionAct): Version | Fault {
    const taken = existsSync(this.#folder)
      ? readdirSync(this.#folder).map((name) => Number.parseInt(name, 10))
      : [];
    const number = Math.max(0, ...taken.filter(Number.isFinite)) + 1;
    const version: Version = { version: number, sha256: sha256Of(bytes), ...act };
    try {
      writeDurably(this.#copy(number, this.#extension), bytes, 'wx', 0o444);
      writeDurably(
        this.#copy(number, '.json'),
        Buffer.from(`${JSON.stringify(version, null, 1)}\n`),
        'wx',
        0o444,
      );
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return versionConflict(basename(this.#path));
      throw error;
    }
    return version;
  }

  /** Where a file that goes with a version lies, such as its import report. */
  #copy(version: number, suffix: string): string {
    return join(this.#folder, `${String(version).padStart(4, '0')}${suffix}`);
  }

  /** Keeps a text beside a version. @returns its path */
  attach(version: number, suffix: string, text: string): string {
    const path = this.#copy(version, suffix);
    writeDurably(path, Buffer.from(text), 'wx', 0o444);
    return path;
  }

  #present(): string | undefined {
    return existsSync(this.#path) ? sha256Of(readFileSync(this.#path)) : undefined;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function writeDurably(path: string, bytes: Uint8Array, flag: 'w' | 'wx', mode: number): void {
  const file = openSync(path, flag, mode);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
