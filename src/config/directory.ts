import { z } from 'zod';

/** The national directory's FHIR API, asked for professionals whom the imported directory has no mailbox of. */
const api = z
  .object({
    url: z
      .url({ protocol: /^https$/, error: 'URL https attendue' })
      .default('https://gateway.api.esante.gouv.fr/fhir/v2'),
    key: z.string().min(1),
    authorities: z.string().min(1).optional(),
    timeoutMs: z.number().int().min(500).max(30_000).default(5_000),
    /** Boxes move seldom; a wrong one is refused by its operator, and told. */
    keepDays: z.number().int().min(1).max(90).default(7),
  })
  .strict();

export const directory = z
  .object({
    folder: z.string().min(1).optional(),
    /** Extractions are published once a day. */
    everyMs: z.number().int().min(1_000).max(86_400_000).default(3_600_000),
    api: api.optional(),
    /** Reports up to this age go to a professional whose address is learned after them; 0: none. */
    lateDays: z.number().int().min(0).max(365).default(30),
  })
  .strict();
