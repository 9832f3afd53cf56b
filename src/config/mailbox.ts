import { z } from 'zod';
import { keyPair } from './key-pair.ts';

/** Bounds what a pattern is tried on, not what it costs: whoever writes the configuration is trusted. */
const pattern = z.string().min(1).max(200).refine(isPattern, 'expression régulière mal écrite');

/** The mailbox where delivery reports, reading notifications and letters come back (IMAP). */
export const mailbox = z
  .object({
    /** Absent: the server that sends. */
    host: z.string().min(1).optional(),
    port: z.number().int().min(1).max(65_535).default(143),
    security: z.enum(['starttls', 'tls']).default('starttls'),
    servername: z.string().min(1).optional(),
    /** Absent: those that the channel sends with. */
    authorities: z.string().min(1).optional(),
    client: keyPair.optional(),
    /** Absent: the address that sends. */
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    folder: z.string().min(1).default('INBOX'),
    everyMs: z.number().int().min(1_000).max(3_600_000).default(60_000),
    /** Before a mail in doubt is sent again. */
    reportWaitMs: z.number().int().min(0).max(3_600_000).default(180_000),
    maxBytes: z
      .number()
      .int()
      .min(1024 * 1024)
      .max(256 * 1024 * 1024)
      .default(40 * 1024 * 1024),
    /** The mailbox that people read, on the same server: read without changing anything in it. */
    organisation: z
      .object({
        user: z.string().min(1),
        password: z.string().min(1),
        folder: z.string().min(1).default('INBOX'),
      })
      .strict()
      .optional(),
    undeliveredSubjects: z
      .array(pattern)
      .default(['^Message non distribu', '^Undelivered Mail Returned to Sender', '^Non remis']),
    closedMailbox: z
      .array(pattern)
      .default([
        'messagerie[^.]{0,80}ferm',
        'mailbox[^.]{0,40}(closed|disabled)',
        'patient[^.]{0,40}(non trouv|inconnu|introuvable)',
      ]),
  })
  .strict();

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return true;
  } catch {
    return false;
  }
}
