import type { Fault } from '../report/fault.ts';
import type { ReadingContext } from './context.ts';
import { isDamaged } from './damaged-text.ts';
import { embeddedText } from './documents.ts';
import type { Delimiters } from './escapes.ts';
import { printable, unescapeText } from './escapes.ts';
import { fault } from './faults.ts';
import { Repetition } from './hl7.ts';
import type { ObservationGroup } from './message-groups.ts';
import { rewritten } from './side-rows.ts';

/**
 * Says a text that a row carries as a document (OBX-2 = ED, type TEXT, plain or in base64) as the TX row that it is; rows of
 * every other kind come back as they are.
 * @returns a fault when a character of the text was lost before it came
 */
export function withCarriedText(
  group: ObservationGroup,
  delimiters: Delimiters,
  context: ReadingContext,
): ObservationGroup | Fault {
  const { document } = group.obx;
  const text = document === undefined ? undefined : carriedText(document, delimiters);
  if (text === undefined) return group;
  if (isDamaged(text)) return fault('HL7_DAMAGED_TEXT', context.at(group.obx, 5));
  const plain = (one: string) => [new Repetition([[one]], delimiters)];
  return { ...group, obx: rewritten(group.obx, { 2: plain('TX'), 5: plain(text) }, undefined) };
}

/** Raw OBX-5: source ^ TEXT ^ subtype ^ encoding ^ data (tables 0191 and 0299: `A` is a text as it stands). */
function carriedText(raw: string, delimiters: Delimiters): string | undefined {
  const { component, repetition } = delimiters;
  const [, type = '', subtype = '', encoding = ''] = raw.split(component, 4).map((part) => part.trim());
  if (!/^(?:te?xt|ft)$/i.test(type) || !/^(?:plain|te?xt|ascii)?$/i.test(subtype)) return undefined;
  if (/^base64$/i.test(encoding)) return embeddedText(raw, delimiters);
  if (!/^A?$/i.test(encoding)) return undefined;
  const lines = raw.split(repetition).map((one, index) => {
    const parts = one.split(component);
    // Some senders repeat the four components before the data with each line.
    const repeats = parts.length > 4 && parts[1]?.trim() === type;
    return parts.slice(index === 0 || repeats ? 4 : 0).join(component);
  });
  const text = printable(unescapeText(lines.join('\n'), delimiters, 'utf-8'));
  return text.trim() === '' ? undefined : text;
}
