import type { Fault } from '../../report/fault.ts';

/** What a peer over MLLP does wrong below its messages, and what keeps a listener from opening; French, no patient data. */
const CATALOGUE = {
  MLLP_OVERSIZED: [
    'Le message reçu dépasse la taille permise (maxBytes) : seul son début est conservé.',
    'Relever maxBytes pour cet écouteur si un tel message est normal, puis le faire renvoyer par le SGL.',
  ],
  MLLP_UNFINISHED: [
    'La fin du message n’est jamais arrivée : il n’a pas été acquitté, seul son début est conservé.',
    'Rien à faire si le SGL l’a renvoyé depuis ; sinon vérifier la liaison, et que le SGL termine ses trames par 0x1C 0x0D.',
  ],
  MLLP_UNFRAMED: [
    'Des octets sont arrivés en dehors de toute trame MLLP (0x0B … 0x1C 0x0D).',
    'Vérifier que c’est bien un émetteur HL7 qui se connecte à ce port, et qu’il encadre ses messages.',
  ],
  MLLP_CONTROL_ID_LONG: [
    'MSH-10 (identifiant du message) dépasse 199 caractères.',
    'Demander à l’éditeur de numéroter les messages autrement.',
  ],
  MLLP_HPRIM: [
    'Un message HPRIM Santé est arrivé par MLLP, qui ne porte ici que du HL7 v2 : rien n’en a été lu.',
    'Faire déposer les fichiers HPRIM dans le dossier d’export d’une source, ou régler cette liaison sur HL7 v2.',
  ],
  MLLP_ADDRESS: [
    'L’adresse d’écoute ne peut pas être ouverte ({detail}).',
    'EADDRINUSE : un autre programme tient ce port ; EADDRNOTAVAIL : l’adresse n’est pas de cette machine ; EACCES : port réservé.',
  ],
  MLLP_TLS: [
    'Le certificat, la clé ou les autorités de l’écouteur ne sont pas utilisables ({detail}).',
    'Vérifier les fichiers PEM nommés sous tls, et que la clé va avec le certificat (crbio check).',
  ],
} as const satisfies Record<string, readonly [cause: string, hint: string]>;

type MllpFaultCode = keyof typeof CATALOGUE;

/**
 * @param position where in the frame, or the listener
 * @param detail a code of the system
 */
export function mllpFault(code: MllpFaultCode, position?: string, detail = ''): Fault {
  const [cause, hint] = CATALOGUE[code];
  return { code, cause: cause.replace('{detail}', detail), hint, ...(position ? { position } : {}) };
}
