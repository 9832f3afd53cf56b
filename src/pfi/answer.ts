/** How an acknowledgement was taken. */
export type Answer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'retry' | 'refused'; readonly code: string; readonly cause: string };

/**
 * Reads the ACK of a message (MSA-1, MSA-2, the first ERR-3).
 * @param controlId MSH-10 of the message: an answer to another is none
 */
export function answerTo(bytes: Uint8Array, controlId: string): Answer {
  const segments = Buffer.from(bytes)
    .toString('latin1')
    .split(/[\r\n]+/)
    .filter(Boolean);
  const separator = segments[0]?.startsWith('MSH') ? (segments[0][3] ?? '|') : '|';
  const fieldsOf = (name: string) => segments.find((one) => one.startsWith(name))?.split(separator);
  const [, code = '', answered = ''] = fieldsOf('MSA') ?? [];
  if (answered.trim() !== controlId) {
    return {
      kind: 'retry',
      code: 'PFI_ANSWER_UNREADABLE',
      cause: 'la réponse n’est pas celle de ce message',
    };
  }
  const condition = /^\d{1,3}/.exec(fieldsOf('ERR')?.[3] ?? '')?.[0];
  const cause = `réponse ${/^[AC][AER]$/.test(code) ? code : 'inconnue'}${condition ? `, erreur ${condition}` : ''}`;
  switch (code) {
    case 'AA':
    case 'CA':
      return { kind: 'accepted' };
    case 'AE':
    case 'CE':
      return { kind: 'refused', code: 'PFI_REFUSED', cause };
    default:
      return { kind: 'retry', code: 'PFI_LATER', cause };
  }
}
