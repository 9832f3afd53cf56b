import type { ChannelAdapter, DeliveryJob, Lookup, Outcome, WireHooks } from '../report/delivery.ts';
import { classify } from './answers.ts';
import { checkRecipient, prepareMail, writeMail } from './mail.ts';
import { messageIdIn } from './message.ts';
import type { MailKind, MssanteSettings } from './settings.ts';
import { createSmtpClient } from './smtp.ts';

/**
 * The channel to one audience of MSSanté.
 * @param deps.now milliseconds since 1970
 * @throws TypeError when asked to carry another channel's job: a bug of the caller
 */
export function createMssanteChannel(
  settings: MssanteSettings,
  kind: MailKind,
  { now }: { readonly now: () => number },
): ChannelAdapter {
  const client = createSmtpClient(settings);
  const mine = (job: DeliveryJob) => {
    if (job.channel !== kind) throw new TypeError(`a job of ${job.channel} was given to ${kind}`);
  };
  return {
    async prepare(job) {
      mine(job);
      return prepareMail(settings, job, { now: now() });
    },

    async transmit(prepared: Uint8Array, job: DeliveryJob, hooks: WireHooks): Promise<Outcome> {
      mine(job);
      const checked = checkRecipient(settings, job);
      if ('fault' in checked) return { kind: 'refused', ...checked.fault };
      const mail =
        prepared.byteLength > 0 ? { bytes: prepared } : await writeMail(settings, job, { now: now() });
      if ('fault' in mail) return { kind: 'refused', ...mail.fault };
      const messageId = messageIdIn(mail.bytes);
      const result = await client.submit(
        { from: settings.from.address, to: job.recipient, envelopeId: job.deliveryId, bytes: mail.bytes },
        { ...hooks, onWire: () => hooks.onWire(messageId) },
      );
      if (result.kind === 'failed') return classify(result.failure);
      return { kind: 'accepted', ...(messageId === undefined ? {} : { remoteId: messageId }) };
    },

    /** SMTP has no question for it: the same bytes are sent again, with the same Message-ID, and flagged. */
    async lookup(): Promise<Lookup> {
      return { kind: 'unknowable' };
    },

    close: () => client.close(),
  };
}
