import type { Fault } from '../../report/fault.ts';

/**
 * Refusals of HPRIM inputs, in French for the people of the laboratory. No text holds anything of a patient; `{…}` takes a
 * name of the standard, never a value.
 */
const CATALOGUE = {
  HPRIM_DELIMITERS: [
    'Les séparateurs annoncés par le segment H ne sont pas utilisables.',
    'H doit annoncer de deux à quatre signes distincts après le séparateur de champs, comme « H|~^\\& ». Demander à l’éditeur du SGL de corriger l’en-tête.',
  ],
  HPRIM_TRUNCATED: [
    'Le message HPRIM n’est pas terminé par un segment L : il a pu être coupé.',
    'Exporter de nouveau ce dossier. Si le SGL n’écrit jamais L, le déclarer dans le profil de la source (finalTerminator: optional).',
  ],
  HPRIM_STRUCTURE: [
    'L’ordre des segments HPRIM est incompréhensible : {detail}.',
    'Comparer le message au modèle ORU (H, P, OBR, OBX, L) avec l’éditeur du SGL.',
  ],
  HPRIM_CONTEXT: [
    'Le message HPRIM n’est pas un message de résultats (contexte {detail}).',
    'Seul le contexte ORU est lu. Retirer ce flux de l’export vers ce dossier.',
  ],
  HPRIM_VERSION: [
    'La version HPRIM du message (H.12) n’est pas prise en charge.',
    'Régler l’export du SGL sur HPRIM Santé 2.0 à 2.5.',
  ],
  HPRIM_LINK_KIND: [
    'Le type de liaison du message HPRIM (H.12) n’est pas la biologie : {detail}.',
    'Seules les liaisons C (laboratoire et établissement) et L (entre laboratoires) sont lues. Diriger les autres flux ailleurs.',
  ],
  HPRIM_LINK_SUBCONTRACTOR: [
    'Le message HPRIM vient d’un autre laboratoire (H.12, liaison L), et cette source n’est pas celle d’un sous-traitant : il serait publié comme notre compte rendu.',
    'Déclarer ce laboratoire dans la source (subcontractor), puis crbio quarantine replay. Si c’est notre SGL qui transmet ainsi nos dossiers : hprimLiaisonL: true dans la source, puis rejouer.',
  ],
  HPRIM_PROCESSING_ID: [
    'H.11 (production, test, mise au point) n’a pas une valeur connue.',
    'H.11 doit être P, T ou D.',
  ],
  HPRIM_NO_DATE: [
    'Ni le message HPRIM (H.13) ni ses résultats n’ont de date lisible.',
    'Corriger l’export : H.13 est obligatoire, au format AAAAMMJJHHMM.',
  ],
  HPRIM_NO_PATIENT_NUMBER: [
    'Le patient n’a pas de numéro (P.2).',
    'Renseigner le numéro de patient du laboratoire (CSP D.6211-2) et exporter de nouveau.',
  ],
  HPRIM_NO_NAME: [
    'Le nom du patient (P.5) est absent.',
    'Compléter l’identité dans le SGL et exporter de nouveau.',
  ],
  HPRIM_NO_DOSSIER: [
    'Aucun numéro de dossier n’a été trouvé (OBR.3, P.4).',
    'Faire écrire le numéro de dossier en OBR.3, deuxième sous-champ, ou en P.4 s’il n’y a pas d’OBR. Un numéro de fichier (H.2) ne convient pas : la version suivante ne serait pas reconnue.',
  ],
  HPRIM_LINK_AMBIGUOUS: [
    'Un résultat ne dit pas de quel dossier il est : les demandes (OBR) précèdent tous les résultats, et rien ne les relie.',
    'Faire écrire le code de l’examen en OBX.15, ou grouper les OBX sous leur OBR.',
  ],
  HPRIM_MEDECIN_HEADER: [
    'L’en-tête de la lettre HPRIM Médecin est incomplet : {detail}.',
    'Vérifier le fichier : ses douze premières lignes sont le patient, le dossier, l’expéditeur et le destinataire ; les dates s’y écrivent JJ/MM/AAAA.',
  ],
  HPRIM_MEDECIN_END: [
    'Les marques de fin de la lettre HPRIM Médecin manquent ou ne sont pas à leur place.',
    'Exporter de nouveau : ****FIN**** termine chaque lettre, ****FINFICHIER**** le fichier.',
  ],
  HPRIM_MEDECIN_EMPTY: [
    'La lettre HPRIM Médecin n’a pas de texte.',
    'Vérifier le dossier dans le SGL et exporter de nouveau.',
  ],
  HPRIM_MORE_FAULTS: [
    '{detail} autres parties du fichier ont été refusées.',
    'Corriger d’abord celles qui précèdent. Le laboratoire qui reçoit le fichier peut donner la liste entière.',
  ],
} as const satisfies Record<string, readonly [cause: string, hint: string]>;

export type HprimFaultCode = keyof typeof CATALOGUE;

/**
 * A refusal from the catalogue.
 * @param position where in the input, such as `message 1, OBX[3]-5`
 * @param detail a name of the standard that completes the cause; never a value of the message
 */
export function hprimFault(code: HprimFaultCode, position?: string, detail?: string): Fault {
  const [cause, hint] = CATALOGUE[code];
  return { code, cause: cause.replace('{detail}', detail ?? ''), hint, ...(position ? { position } : {}) };
}
