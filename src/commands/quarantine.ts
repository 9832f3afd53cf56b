import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { decode } from '../intake/charset.ts';
import { type ExcerptLine, excerptAt } from '../intake/excerpt.ts';
import { outlineOfInput } from '../intake/input-outline.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { declaredCharset } from '../intake/segments.ts';
import { profilesOf } from '../settings.ts';
import type { Store } from '../store/model.ts';
import type { QuarantineRow } from '../store/rows.ts';
import {
  type CommonOptions,
  complain,
  EXIT,
  type ExitCode,
  list,
  moment,
  type Output,
  say,
} from './output.ts';
import { withStore } from './store.ts';
import { visible } from './visible-text.ts';

/** `crbio quarantine list` */
export function listQuarantine(output: Output, options: CommonOptions, now: number): Promise<ExitCode> {
  return withStore(output, options, async (store) => {
    const rows = await store.quarantine({});
    list(output, options, rows as (QuarantineRow & Record<string, unknown>)[], [
      { french: 'n°', english: 'id', value: (row) => String(row.quarantineId) },
      {
        french: 'depuis',
        english: 'since',
        value: (row) => `${moment(row.at)} (${age(now - row.at, options)})`,
      },
      { french: 'source', english: 'source', value: (row) => row.source },
      { french: 'fichier', english: 'file', value: (row) => visible(row.origin) },
      { french: 'position', english: 'position', value: (row) => visible(row.fault.position ?? '') },
      {
        french: 'motif',
        english: 'reason',
        value: (row) => `${visible(row.fault.cause)} [${row.fault.code}]`,
      },
      { french: 'à faire', english: 'to do', value: (row) => row.fault.hint },
    ]);
    return EXIT.done;
  });
}

export interface ShowOptions extends CommonOptions {
  readonly around?: boolean;
  readonly raw?: boolean;
  readonly out?: string;
}

/** The bytes of an input, for whoever reads them; replaced in tests. */
export interface RawOutput {
  readonly isTerminal: boolean;
  write(bytes: Uint8Array): void;
}

const STANDARD_RAW: RawOutput = {
  isTerminal: process.stdout.isTTY === true,
  write: (bytes) => process.stdout.write(bytes),
};

/**
 * `crbio quarantine show ID`: what it is and what to do; what it says only when asked (`--around`, `--raw`, `--out`), which
 * the journal keeps with the account that asked.
 */
export function showQuarantine(
  output: Output,
  options: ShowOptions,
  id: string,
  now: number,
  raw: RawOutput = STANDARD_RAW,
): Promise<ExitCode> {
  return withStore(output, options, async (store, config) => {
    const row = await quarantined(store, output, options, id);
    if (!row) return EXIT.refused;
    const content = await store.quarantineContent(row.quarantineId);
    if (options.raw || options.out !== undefined)
      return await giveBytes(store, output, options, row, content, raw);

    const outline = content && outlineOfInput(Buffer.from(content).toString('latin1'));
    if (options.json) output.out(JSON.stringify({ ...row, ...(outline ? { content: outline } : {}) }));
    else {
      output.out(`${visible(row.origin)} (${row.source}) — ${moment(row.at)}, ${age(now - row.at, options)}`);
      complain({ ...output, err: output.out }, options, {
        ...row.fault,
        cause: visible(row.fault.cause),
        ...(row.fault.position ? { position: visible(row.fault.position) } : {}),
      });
      output.out(
        `${outline ? visible(outline.format) : say(options, 'contenu', 'content')}, ${row.size} ${say(options, 'octets', 'bytes')} ; ${keptWords(row, content)}`,
      );
      for (const { label, value } of outline?.facts ?? []) output.out(`  ${label} : ${visible(value)}`);
      if (row.replayedAt !== undefined)
        output.out(say(options, `rejoué le ${moment(row.replayedAt)}`, `replayed ${moment(row.replayedAt)}`));
    }
    if (options.around && content && !options.json) {
      await noteView(store, row, 'around');
      const text = readable(content, profilesOf(config).get(row.source));
      for (const line of excerptAt(text, row.fault.position)) output.out(excerptLine(line));
    }
    return EXIT.done;
  });
}

/** The row of that number; told when there is none. */
export async function quarantined(
  store: Store,
  output: Output,
  options: CommonOptions,
  id: string,
): Promise<QuarantineRow | undefined> {
  const [row] = /^\d{1,15}$/.test(id) ? await store.quarantine({ id: Number(id) }) : [];
  if (!row)
    complain(output, options, {
      code: 'QUARANTINE_UNKNOWN',
      cause: `la quarantaine n'a pas d'entrée ${visible(id)}`,
      hint: 'crbio quarantine list donne les numéros',
    });
  return row;
}

async function giveBytes(
  store: Store,
  output: Output,
  options: ShowOptions,
  row: QuarantineRow,
  content: Uint8Array | undefined,
  raw: RawOutput,
): Promise<ExitCode> {
  if (!content) {
    complain(output, options, {
      code: 'QUARANTINE_NO_BYTES',
      cause: 'les octets de cette entrée n’ont pas été pris (fichier trop grand)',
      hint: 'le fichier lui-même est dans le dossier de quarantaine de sa source',
    });
    return EXIT.refused;
  }
  if (options.out === undefined && raw.isTerminal) {
    complain(output, options, {
      code: 'QUARANTINE_TERMINAL',
      cause: 'les octets bruts ne s’affichent pas à l’écran : ils peuvent agir sur le terminal',
      hint: 'crbio quarantine show --raw > fichier, ou --out fichier ; --around montre le passage en cause',
    });
    return EXIT.usage;
  }
  await noteView(store, row, 'raw');
  // Patients' data: for this account alone, and never over another file.
  if (options.out !== undefined) writeFileSync(options.out, content, { flag: 'wx', mode: 0o600 });
  else raw.write(content);
  return EXIT.done;
}

/** Who looked at what a message says of a patient. */
function noteView(store: Store, row: QuarantineRow, how: 'around' | 'raw'): Promise<void> {
  const actor = userInfo().username;
  return store.note({
    actor,
    action: 'quarantine-viewed',
    subject: `quarantine:${row.quarantineId}`,
    details: { how },
  });
}

/** As the message says it is written, else the source; else byte by byte. */
function readable(content: Uint8Array, profile: SourceProfile | undefined): string {
  const binary = Buffer.from(content).toString('latin1');
  const header = /(?:^|[\r\n])\p{Cc}*(MSH[^\r\n]*)/u.exec(binary)?.[1] ?? '';
  return decode(content, declaredCharset(header), profile?.charset ?? 'windows-1252')?.text ?? binary;
}

/** Longest field part shown: a document in base64 would fill the screen. */
const MAX_SHOWN = 160;

function excerptLine({ number, parts, atFault }: ExcerptLine): string {
  const text = parts.map((part) => {
    const shown = shortened(visible(part.text));
    return part.marked ? `⟦${shown}⟧` : shown;
  });
  return `${atFault ? '→' : ' '} ${String(number).padStart(5)} │ ${text.join('')}`;
}

function shortened(text: string): string {
  if (text.length <= MAX_SHOWN) return text;
  const half = MAX_SHOWN / 2;
  return `${text.slice(0, half)}… (${text.length} caractères) …${text.slice(-half)}`;
}

const KEPT_WORDS: Readonly<Record<QuarantineRow['kept'], string>> = {
  message: 'message gardé, peut être rejoué',
  'side-file': 'document joint, gardé',
  bytes: 'gardé, hors de tout message',
  head: 'premiers octets gardés',
  none: 'non gardé ici : le fichier est dans le dossier de quarantaine de sa source',
};

function keptWords({ kept }: QuarantineRow, content: Uint8Array | undefined): string {
  return kept === 'head' ? `${KEPT_WORDS.head} (${content?.length ?? 0})` : KEPT_WORDS[kept];
}

/** `3 j`, `2 h`, `5 min`. */
function age(ms: number, options: CommonOptions): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} ${say(options, 'j', 'd')}`;
}
