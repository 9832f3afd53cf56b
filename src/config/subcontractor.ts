import { z } from 'zod';
import { address, civility, professionalId, structureId, title } from './people.ts';

/** A source that is a laboratory which works for ours (inputs.md §8): nothing of it is a report by itself. */

const director = z
  .object({
    idNat: professionalId.optional(),
    family: z.string().min(1),
    given: z.string().min(1).optional(),
    civility: civility.optional(),
    title: title.optional(),
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
        idNat: structureId,
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
