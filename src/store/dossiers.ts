import { createHash } from 'node:crypto';
import type { Attachment, Dossier } from '../report/dossier.ts';
import type { FinishedDocuments } from '../report/finished.ts';
import { type Context, fromJson } from './context.ts';

/** An attachment whose bytes are in the table `attachment`. */
export type StoredAttachment = Omit<Attachment, 'base64'> & {
  readonly base64?: string;
  readonly sha256?: string;
};
/** The same for a finished document. */
type StoredDocument = Pick<StoredAttachment, 'base64' | 'sha256'>;
type StoredDossier = Omit<Dossier, 'attachments' | 'finished'> & {
  readonly attachments: StoredAttachment[];
  readonly finished?: Omit<FinishedDocuments, 'n1' | 'n3'> & { n1?: StoredDocument; n3?: StoredDocument };
};

/**
 * Dossiers as JSON text. Attachments (a subcontractor's PDF of some megabytes) are kept once by their hash, since each
 * statement and version of a report would repeat them.
 */
export function createDossiers({ db }: Pick<Context, 'db'>) {
  const keep = db.prepare('INSERT OR IGNORE INTO attachment (sha256, bytes) VALUES (?, ?)');
  const find = db.prepare<[string], Buffer>('SELECT bytes FROM attachment WHERE sha256 = ?').pluck();

  const store = <Kept extends { readonly base64: string }>(
    attachment: Kept,
  ): Omit<Kept, 'base64'> & StoredDocument => {
    const bytes = Buffer.from(attachment.base64, 'base64');
    // Not the one form of its bytes: kept as it came.
    if (bytes.toString('base64') !== attachment.base64) return attachment;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    keep.run(sha256, bytes);
    const { base64: _bytes, ...rest } = attachment;
    return { ...rest, sha256 };
  };

  const base64Of = ({ sha256, base64: kept }: StoredDocument): string => {
    const base64 = sha256 === undefined ? kept : find.get(sha256)?.toString('base64');
    if (base64 === undefined) throw new Error('an attachment is missing from the data file');
    return base64;
  };

  const restore = ({ sha256, base64, ...rest }: StoredAttachment): Attachment => ({
    ...rest,
    base64: base64Of({ ...(sha256 === undefined ? {} : { sha256 }), ...(base64 ? { base64 } : {}) }),
  });

  return {
    /** Of an attachment that is kept elsewhere than in a dossier. */
    keep: (attachment: Attachment): StoredAttachment => store(attachment),
    restore,
    toJson: ({ finished, ...dossier }: Dossier): string => {
      const { n1, n3, ...orders } = finished ?? {};
      return JSON.stringify({
        ...dossier,
        attachments: dossier.attachments.map(store),
        finished: finished && {
          ...orders,
          n1: n1 === undefined ? undefined : store({ base64: n1 }),
          n3: n3 === undefined ? undefined : store({ base64: n3 }),
        },
      });
    },
    fromJson: (text: string): Dossier => {
      const { finished, ...dossier } = fromJson<StoredDossier>(text);
      const attachments = dossier.attachments.map(restore);
      if (!finished) return { ...dossier, attachments };
      const { n1, n3, ...orders } = finished;
      return {
        ...dossier,
        attachments,
        finished: {
          ...orders,
          ...(n1 ? { n1: base64Of(n1) } : {}),
          ...(n3 ? { n3: base64Of(n3) } : {}),
        },
      };
    },
  };
}

export type Dossiers = ReturnType<typeof createDossiers>;
