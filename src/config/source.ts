import { resolve, sep } from 'node:path';
import { z } from 'zod';
import { acknowledgements } from './acknowledgements.ts';
import { subcontractor } from './subcontractor.ts';

/** What a configuration says of those who send: how their messages are read, and where their files are. */

/** Keys that every source has, whatever brings its messages (intake/profile.ts). */
export const profileKeys = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'minuscules, chiffres et tirets'),
  charset: z.enum(['windows-1252', 'iso-8859-15', 'utf-8', 'macroman', 'cp850']).default('windows-1252'),
  timeZone: z.string().optional(),
  maxBytes: z
    .number()
    .int()
    .min(1_024)
    .default(64 * 1024 * 1024),
  metaDmpMss: z.boolean().default(false),
  preliminaryIsValidated: z.boolean().default(false),
  hospital: z.boolean().default(false),
  ownFacilities: z.array(z.string()).default([]),
  dossierNumber: z
    .array(z.enum(['ORC-4', 'OBR-2', 'OBR-3', 'OBR-3 root', 'PID-18']))
    .min(1)
    .default(['ORC-4', 'OBR-3']),
  automaticValidators: z.array(z.string()).default([]),
  sourcePdf: z.boolean().default(false),
  /** Who gives this source's patient numbers, where PID-3.4 names no OID: an OID, else a URN or any name. */
  patientAuthority: z.string().trim().min(1).max(200).optional(),
  hprimMedecin: z.boolean().default(false),
  hprimLiaisonL: z.boolean().default(false),
  isolateCodes: z.array(z.string()).default([]),
  decimalMark: z.enum(['point', 'comma', 'unknown']).default('unknown'),
  batches: z.enum(['strict', 'lenient']).default('strict'),
  acknowledgements: acknowledgements.optional(),
  subcontractor: subcontractor.optional(),
  /** How long an examination confided to another laboratory, or its result without our report, waits until a person is told. */
  subcontractedDays: z.number().positive().max(365).default(10),
};

const completion = z
  .object({
    /** A file is complete when its size and time were seen the same twice, this far apart. */
    stableMs: z.number().int().min(50).max(600_000).default(2_000),
    temporarySuffixes: z.array(z.string().regex(/^\./)).default(['.tmp', '.part', '.filepart']),
    lockSuffixes: z.array(z.string().regex(/^\./)).default(['.lck', '.lock']),
    markerSuffix: z.string().regex(/^\./).optional(),
    truncatedAfterMs: z.number().int().min(1_000).default(300_000),
  })
  .strict();

const sideFiles = z
  .object({
    /** The SGL may write a document well after the message that names it. */
    waitMs: z.number().int().min(1_000).max(86_400_000).default(1_800_000),
    suffixes: z
      .array(z.string().regex(/^\./))
      .default(['.pdf', '.tif', '.tiff', '.png', '.jpg', '.jpeg', '.gif']),
  })
  .strict();

/** Days that files are kept outside the data file, which keeps their bytes; absent: for ever. */
const days = z.number().int().min(1).max(36_500).optional();
const retention = z.object({ archiveDays: days, quarantineDays: days }).strict();

/** An export folder. */
export const folderSource = z
  .object({
    ...profileKeys,
    folder: z.string().min(1),
    archive: z.string().min(1),
    quarantine: z.string().min(1),
    /** Where who sends HPRIM Santé finds what became of its files; absent: it is told nothing. */
    answers: z.string().min(1).optional(),
    completion: completion.default(completion.parse({})),
    sideFiles: sideFiles.default(sideFiles.parse({})),
    polling: z.boolean().default(false),
    /** One root for several senders: files of the folders below are taken too. */
    subFolders: z.boolean().default(false),
    rescanMs: z.number().int().min(1_000).default(60_000),
    /** A source's folders are its own then: see sharedFolders. */
    retention: retention.default({}),
    finalTerminator: z.enum(['required', 'optional']).default('required'),
  })
  .strict();

/** The sources whose answers would be taken for messages: they lie where files are read. @returns their indices */
export function answersRead(
  sources: readonly {
    readonly folder: string;
    readonly subFolders: boolean;
    readonly answers?: string | undefined;
  }[],
): number[] {
  return sources.flatMap(({ answers }, index) => {
    if (answers === undefined) return [];
    const path = resolve('/', answers);
    const reads = sources.some(({ folder, subFolders }) => {
      const root = resolve('/', folder);
      return path === root || (subFolders && path.startsWith(root + sep));
    });
    return reads ? [index] : [];
  });
}

/** What removes files by their age must have its folders for itself. */
interface RetainedFolders {
  readonly folder: string;
  readonly archive: string;
  readonly quarantine: string;
  readonly retention: {
    readonly archiveDays?: number | undefined;
    readonly quarantineDays?: number | undefined;
  };
}

/**
 * The archives and quarantines with a retention that are another folder of the configuration too, and the quarantines in
 * which one lies.
 * @param data the data folder
 * @returns index of the source, and which of its folders
 */
export function sharedFolders(
  sources: readonly RetainedFolders[],
  data: string,
): { readonly index: number; readonly key: 'archive' | 'quarantine' }[] {
  const all = [
    { index: -1, key: 'data', path: data },
    ...sources.flatMap((source, index) =>
      (['folder', 'archive', 'quarantine'] as const).map((key) => ({ index, key, path: source[key] })),
    ),
  ].map((folder) => ({ ...folder, path: resolve('/', folder.path) }));
  return sources.flatMap(({ archive, quarantine, retention: { archiveDays, quarantineDays } }, index) =>
    [
      { key: 'archive' as const, path: archive, on: archiveDays },
      { key: 'quarantine' as const, path: quarantine, on: quarantineDays },
    ]
      .filter(({ key, path, on }) => {
        const root = resolve('/', path);
        // Of an archive only the date folders are looked at.
        const meets = (other: string) =>
          other === root || (key === 'quarantine' && other.startsWith(root + sep));
        return (
          on !== undefined &&
          all.some((other) => (other.index !== index || other.key !== key) && meets(other.path))
        );
      })
      .map(({ key }) => ({ index, key })),
  );
}
