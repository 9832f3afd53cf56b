import { z } from 'zod';
import { isLoopback } from './listener.ts';

/** Who looks at documents before anything opens them; absent: nobody. */
export const antivirus = z
  .object({
    clamd: z
      .union([
        z.object({ socket: z.string().startsWith('/', 'chemin absolu attendu') }).strict(),
        z
          .object({
            host: z
              .string()
              .default('127.0.0.1')
              .refine(isLoopback, 'clamd ne s’interroge que sur cette machine'),
            port: z.number().int().min(1).max(65_535),
          })
          .strict(),
      ])
      .optional(),
    command: z.array(z.string().min(1)).min(1).optional(),
    timeoutMs: z.number().int().min(100).max(600_000).default(60_000),
    /** clamd refuses longer streams than its StreamMaxLength, 25 Mio unless set. */
    maxBytes: z
      .number()
      .int()
      .min(1_024)
      .default(25 * 1024 * 1024),
  })
  .strict()
  .refine(({ clamd, command }) => (clamd === undefined) !== (command === undefined), {
    message: 'l’un des deux est attendu : clamd ou command',
  });
