import { z } from 'zod';

const colour = z.string().regex(/^#[0-9A-Fa-f]{6}$/, 'une couleur s’écrit #RRVVBB');
/** A file beside the theme: no path may leave the folder. */
const file = z
  .string()
  .regex(/^(?!.*\.\.)[A-Za-z0-9][\w./ -]*$/, 'un nom de fichier du dossier, sans « .. »');

const themeSchema = z.strictObject({
  colours: z.strictObject({
    /** Letterhead rule, titles. */
    accent: colour,
    text: colour,
    /** Labels, methods, footer. */
    muted: colour,
    /** Hairlines. */
    rule: colour,
    /** Ground of the identity block and of chapter titles. */
    band: colour,
    /** Flags and warnings. Never the only sign: they are words and symbols too. */
    alert: colour,
  }),
  fonts: z.strictObject({ regular: file, bold: file, mono: file }),
  /** Absent: the letterhead begins with the laboratory's name. Height in points. */
  logo: z.strictObject({ file, height: z.number().min(12).max(90) }).optional(),
  texts: z.strictObject({
    /** Title of the page; the title of the CDA is fixed elsewhere. */
    title: z.string().min(1).max(120),
    /** Lines at the end of the report: company, registration… The accreditation is the laboratory's settings'. */
    legalMentions: z.array(z.string().max(500)).max(20),
  }),
});

/** The laboratory's look: `pdf-theme.json`. */
export type PdfTheme = z.infer<typeof themeSchema>;

/** Reads a parsed `pdf-theme.json`; the problem names the first key that is wrong, in French. */
export function parseTheme(
  value: unknown,
): PdfTheme | { readonly keys: readonly string[]; readonly problem: string } {
  const result = themeSchema.safeParse(value, { error: french });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return {
    keys: [...(issue?.path ?? []), ...unknown].map(String),
    problem: issue?.message ?? 'forme inconnue',
  };
}

/** What zod would say in English; the colours and file names say it themselves. */
const french: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'clé obligatoire absente' : `type ${issue.expected} attendu`;
    case 'unrecognized_keys':
      return `clé inconnue : ${issue.keys.join(', ')}`;
    case 'too_small':
      return `trop petit ou vide (minimum ${issue.minimum})`;
    case 'too_big':
      return `trop grand (maximum ${issue.maximum})`;
    default:
      return undefined;
  }
};
