import { z } from 'zod';

/** How the configuration names persons and structures: national identifiers, titles, addresses. */

export const structureId = z
  .string()
  .regex(
    /^(1\d[0-9AB]\d{7}|3\d{14}|[24]\d{9,14})$/,
    'identifiant de structure attendu : 1 + FINESS (9) ou 3 + SIRET (14)',
  );

export const professionalId = z
  .string()
  .regex(/^[0358]\d{9,14}$/, 'identifiant national attendu : 8 + RPPS (11 chiffres)');

export const civility = z.enum(['M', 'MME']);

export const title = z.enum(['DR', 'PR', 'MC', 'PC', 'MG', 'PG']);

export const address = z
  .object({
    lines: z.array(z.string().min(1)).min(1).max(7),
    postalCode: z.string().optional(),
    city: z.string().optional(),
    country: z.string().optional(),
  })
  .strict();
