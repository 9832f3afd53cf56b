import { type InputFacts, isLonePdf } from '../intake/contributions.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { textOfPdf } from '../pdf/page-text.ts';
import type { Fault } from '../report/fault.ts';
import type { InboxMessage } from '../store/records.ts';

/** A report of a few pages has some thousand characters; no patient is named after these. */
const MAX_TEXT = 200_000;

/**
 * What is known of an input beside its bytes: its name, and of a subcontractor's PDF that comes alone the text in which
 * its patient is looked for.
 * @returns a fault when the program that reads PDFs is missing
 */
export async function inputFacts(
  { origin, bytes }: Pick<InboxMessage, 'origin' | 'bytes'>,
  profile: SourceProfile | undefined,
): Promise<InputFacts | Fault> {
  if (!profile || !isLonePdf(bytes, origin, profile)) return { origin };
  const text = await textOfPdf(bytes);
  return typeof text === 'string' ? { origin, printed: text.slice(0, MAX_TEXT) } : text;
}
