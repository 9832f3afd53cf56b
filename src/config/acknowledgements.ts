import { z } from 'zod';
import { keyPair } from './key-pair.ts';

/** Where the sender of finished documents is told what became of them (ZAM of the CI-SIS volet), over MLLP. */
export const acknowledgements = z
  .object({
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535),
    tls: z
      .object({
        authorities: z.string().min(1),
        servername: z.string().min(1).optional(),
        client: keyPair.optional(),
      })
      .strict()
      .optional(),
    timeoutMs: z.number().int().min(1_000).max(300_000).default(30_000),
  })
  .strict();
