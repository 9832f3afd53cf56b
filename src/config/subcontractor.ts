import { z } from 'zod';

/** A source that is a laboratory which works for ours (inputs.md §8): nothing of it is a report by itself. */

const address = z
  .object({
    lines: z.array(z.string().min(1)).min(1).max(7),
    postalCode: z.string().optional(),
    city: z.string().optional(),
    country: z.string().optional(),
  })
  .strict();

const director = z
  .object({
    idNat: z
      .string()
      .regex(/^[0358]\d{9,14}$/, 'identifiant national attendu : 8 + RPPS (11 chiffres)')
      .optional(),
    family: z.string().min(1),
    given: z.string().min(1).optional(),
    civility: z.enum(['M', 'MME']).optional(),
    title: z.enum(['DR', 'PR', 'MC', 'PC', 'MG', 'PG']).optional(),
  })
  .strict();

/** The part of the name that is our number. */
const ORDER_GROUP = /\(\?<order>/;

function isOrderPattern(text: string): boolean {
  try {
    new RegExp(text, 'iu');
    return ORDER_GROUP.test(text);
  } catch {
    return false;
  }
}

export const subcontractor = z
  .object({
    /** CSP R.6222-3: the report names who did the examination, and where. */
    laboratory: z
      .object({
        name: z.string().min(1),
        idNat: z
          .string()
          .regex(
            /^(1\d[0-9AB]\d{7}|3\d{14}|[24]\d{9,14})$/,
            'identifiant de structure attendu : 1 + FINESS (9) ou 3 + SIRET (14)',
          ),
        address,
        phone: z.string().min(1).optional(),
        director: director.optional(),
      })
      .strict(),
    names: z.array(z.string().min(1)).default([]),
    worksFor: z.array(z.string().min(1)).default([]),
    orderNumber: z
      .array(z.enum(['ORC-4', 'OBR-2', 'OBR-3', 'OBR-3 root', 'PID-18']))
      .min(1)
      .default(['OBR-2']),
    codePrefix: z.string().min(1).max(20).optional(),
    fileName: z
      .string()
      .max(200)
      .refine(isOrderPattern, 'expression régulière attendue, avec un groupe (?<order>…) : notre numéro')
      .optional(),
  })
  .strict();
