import type { BusinessAck } from '../report/business-ack.ts';
import { type Answer, answerTo } from './answer.ts';
import { exchange } from './mllp.ts';
import type { PfiSettings } from './settings.ts';
import { controlIdOf, zamMessage } from './zam.ts';

/**
 * Sends a business acknowledgement and reads how it was taken (inputs.md §2.2): AA or CA, it is known; AE, CE, the same
 * bytes would be refused again; AR, CR, or no answer, later.
 */
export async function tellSender(settings: PfiSettings, ack: BusinessAck, zone: string): Promise<Answer> {
  const result = await exchange(settings, zamMessage(ack, zone));
  if (result.kind === 'answer') return answerTo(result.bytes, controlIdOf(ack));
  return result.kind === 'not-sent'
    ? { kind: 'retry', code: 'PFI_UNREACHABLE', cause: `l’émetteur est injoignable (${result.code})` }
    : { kind: 'retry', code: 'PFI_NO_ANSWER', cause: `l’émetteur n’a pas répondu (${result.code})` };
}
