import { createHash } from 'node:crypto';
import type { Attachment, Dossier } from '../report/dossier.ts';
import { type Context, fromJson } from './context.ts';

/** An attachment whose bytes are in the table `attachment`. */
type StoredAttachment = Omit<Attachment, 'base64'> & { readonly base64?: string; readonly sha256?: string };

/**
 * Dossiers as JSON text. Attachments (a subcontractor's PDF of some megabytes) are kept once by their hash, since each
 * statement and version of a report would repeat them.
 */
export function createDossiers({ db }: Pick<Context, 'db'>) {
  const keep = db.prepare('INSERT OR IGNORE INTO attachment (sha256, bytes) VALUES (?, ?)');
  const find = db.prepare<[string], Buffer>('SELECT bytes FROM attachment WHERE sha256 = ?').pluck();

  const store = (attachment: Attachment): StoredAttachment => {
    const bytes = Buffer.from(attachment.base64, 'base64');
    // Not the one form of its bytes: kept as it came.
    if (bytes.toString('base64') !== attachment.base64) return attachment;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    keep.run(sha256, bytes);
    const { base64: _bytes, ...rest } = attachment;
    return { ...rest, sha256 };
  };

  const restore = ({ sha256, ...rest }: StoredAttachment): Attachment => {
    const base64 = sha256 === undefined ? rest.base64 : find.get(sha256)?.toString('base64');
    if (base64 === undefined) throw new Error('an attachment is missing from the data file');
    return { ...rest, base64 };
  };

  return {
    toJson: (dossier: Dossier): string =>
      JSON.stringify({ ...dossier, attachments: dossier.attachments.map(store) }),
    fromJson: (text: string): Dossier => {
      const dossier = fromJson<Omit<Dossier, 'attachments'> & { attachments: StoredAttachment[] }>(text);
      return { ...dossier, attachments: dossier.attachments.map(restore) };
    },
  };
}

export type Dossiers = ReturnType<typeof createDossiers>;
