import type { ContributionPatient } from '../report/contribution.ts';
import { isSilent, patientDifferences } from '../report/contribution-patient.ts';
import type { Fault } from '../report/fault.ts';
import type { StatedIdentity } from '../report/identity.ts';
import type { Warning } from '../report/report.ts';
import type { ActResult, DeliveryState } from './records.ts';

/** On the version of a message that another source gave before, byte for byte. */
export const DUPLICATE_SOURCE: Warning = {
  code: 'DUPLICATE_SOURCE',
  text: 'une autre source a déjà donné ce fichier : le même compte rendu est peut-être publié deux fois',
};

/** What is set aside: taking it would give one patient what is another's, or take one message for another. */
export const SET_ASIDE = {
  sideFileUnclaimed: (): Fault => ({
    code: 'SIDE_FILE_UNCLAIMED',
    cause: 'aucun message ne le cite : ce document attendait un message qui le nomme',
    hint: 'vérifier l’export du SGL (nom du document dans le message) ; pour le reprendre, le déposer de nouveau avec son message',
  }),
  sideFileNameReused: (): Fault => ({
    code: 'SIDE_FILE_NAME_REUSED',
    cause:
      'un autre document du même nom, au contenu différent, attendait encore son message : rien ne dit lequel est de quel patient, aucun des deux n’est joint',
    hint: 'regarder chacun (crbio quarantine show, --out), déposer de nouveau le bon, seul, avec son message ; faire donner par le SGL un nom propre à chaque document',
  }),
  sideFileSeveralWait: (): Fault => ({
    code: 'SIDE_FILE_SEVERAL_WAIT',
    cause:
      'plusieurs messages attendent un document de ce nom : rien ne dit duquel il est, il n’est joint à aucun',
    hint: 'une fois ces messages en quarantaine, déposer de nouveau le document de l’un et rejouer ce message, puis faire de même pour l’autre ; faire donner par le SGL un nom propre à chaque document',
  }),
  dossierOfAnother: (number: string): Fault => ({
    code: 'DOSSIER_OTHER_PATIENT',
    cause: `le dossier ${number} appartient déjà à un autre patient : rien n’y est ajouté`,
    hint: 'vérifier le patient du dossier dans le SGL et l’exporter de nouveau, sous un autre numéro si les deux patients l’ont reçu ; si c’est le même patient, faire corriger son identité (ADT), puis crbio quarantine replay',
  }),
  numberOfAnother: (): Fault => ({
    code: 'PATIENT_NUMBER_SHARED',
    cause: 'le numéro du patient (PID-3) est déjà celui d’une personne dont l’identité contredit celle-ci',
    hint: 'identitovigilance : donner un autre numéro à l’un des deux patients ; si c’est le même, faire corriger son identité (ADT), puis crbio quarantine replay',
  }),
  confirmsNothing: (codes: readonly string[]): Fault => ({
    code: 'OBX_CONFIRMS_NOTHING',
    cause: `un résultat est déclaré final sans être renvoyé (OBX-11 = U), et rien de ce qui est connu de ce dossier n’en donne la valeur : ${codes.join(', ')}`,
    hint: 'si le message qui la donnait est en quarantaine, le rejouer d’abord, puis celui-ci ; sinon faire renvoyer le résultat avec sa valeur, au statut F',
  }),
  subcontractedOther: (fields: readonly string[]): Fault => ({
    code: 'SUBCONTRACTED_OTHER_PATIENT',
    cause: `le résultat du laboratoire sous-traitant n’est pas du patient de ce dossier : ${fields.join(', ')}`,
    hint: 'identitovigilance : vérifier avec le laboratoire sous-traitant le numéro de la demande et le patient ; l’identité corrigée d’un côté ou de l’autre : crbio quarantine replay. Rien n’est ajouté au compte rendu',
  }),
  subcontractedScan: (reportId: string): Fault => ({
    code: 'SUBCONTRACTED_SCAN',
    cause: `le PDF du laboratoire sous-traitant n’a aucun texte (numérisé, ou illisible) : rien n’y dit de quel patient il est ; sa demande est celle du compte rendu ${reportId}`,
    hint: `l’ouvrir (crbio quarantine show, --out) ; si un biologiste y reconnaît le patient et la demande : crbio quarantine accept, avec --report ${reportId} ; sinon le faire renvoyer en PDF de texte. Rien n’est ajouté au compte rendu`,
  }),
  subcontractedAmbiguous: (): Fault => ({
    code: 'SUBCONTRACTED_ORDER_AMBIGUOUS',
    cause: 'plusieurs de nos dossiers portent le numéro de demande que donne le laboratoire sous-traitant',
    hint: 'lui transmettre un numéro propre à chaque demande (numéro d’examen), ou dire de quelle source elles viennent (subcontractor.worksFor), puis crbio quarantine replay',
  }),
  subcontractedProcessing: (): Fault => ({
    code: 'SUBCONTRACTED_PROCESSING',
    cause:
      'le résultat du laboratoire sous-traitant et notre dossier ne sont pas du même usage (MSH-11 : production, test)',
    hint: 'un résultat d’essai n’entre pas dans un vrai compte rendu : le faire renvoyer en production',
  }),
  subcontractedFinished: (): Fault => ({
    code: 'SUBCONTRACTED_FINISHED',
    cause: 'le compte rendu de cette demande est venu déjà rédigé : rien ne peut y être ajouté',
    hint: 'joindre le résultat dans le logiciel qui rédige ce compte rendu',
  }),
  controlIdReused: (numbers: readonly number[]): Fault => ({
    code: 'CONTROL_ID_REUSED',
    cause:
      'le numéro de message (MSH-10) a déjà servi à cet émetteur pour un autre contenu : refusé (AE), rien n’en est publié',
    hint: 'faire numéroter les messages sans répétition par l’éditeur du SGL, puis renvoyer ; si le contenu est bon tel quel : crbio quarantine replay',
    position: numbers.map((number) => `message ${number}, MSH-10`).join(' ; '),
  }),
} as const;

/** Why a document or result of this patient cannot be part of a report of that one; undefined when it can. */
export function notThePatients(
  patient: ContributionPatient,
  identity: StatedIdentity,
  reportId: string,
): Fault | undefined {
  if (isSilent(patient)) return SET_ASIDE.subcontractedScan(reportId);
  const differing = patientDifferences(patient, identity);
  return differing.length > 0 ? SET_ASIDE.subcontractedOther(differing) : undefined;
}

/** The acts that cannot be done, and why; docs/errors.md lists the codes. */
const refuse = (code: string, cause: string, hint: string): ActResult & { done: false } => ({
  done: false,
  fault: { code, cause, hint } satisfies Fault,
});

export const REFUSED = {
  reportUnknown: (id: string) =>
    refuse(
      'REPORT_UNKNOWN',
      `aucun compte rendu ne porte l'identifiant ${id}`,
      'crbio report list donne les identifiants',
    ),
  patientUnknown: () =>
    refuse(
      'PATIENT_UNKNOWN',
      'aucun patient ne porte ce numéro, ou plusieurs domaines le donnent',
      'donner le numéro de patient du laboratoire, précédé de son domaine si besoin : DOMAINE|NUMÉRO',
    ),
  deliveryUnknown: (id: string) =>
    refuse(
      'DELIVERY_UNKNOWN',
      `aucun envoi ne porte l'identifiant ${id}`,
      'crbio queue list donne les identifiants',
    ),
  quarantineUnknown: (id: number) =>
    refuse(
      'QUARANTINE_UNKNOWN',
      `la quarantaine n'a pas d'entrée ${id}`,
      'crbio quarantine list donne les numéros',
    ),
  alreadyHeld: (by: string) =>
    refuse('ALREADY_HELD', `le compte rendu est déjà retenu par ${by}`, 'crbio report release le libère'),
  alreadyWithdrawn: () =>
    refuse(
      'ALREADY_WITHDRAWN',
      'ce compte rendu est déjà retiré',
      'crbio report show donne le sort de chaque suppression et de chaque avis',
    ),
  withdrawnBySource: () =>
    refuse(
      'WITHDRAWN_BY_SOURCE',
      'le SGL a lui-même retiré ce compte rendu : il ne peut pas être publié de nouveau d’ici',
      'exporter de nouveau le dossier depuis le SGL s’il est à publier',
    ),
  notReady: () =>
    refuse(
      'REPORT_NOT_READY',
      'la nouvelle version est en préparation : rien n’est encore décidé pour elle',
      'recommencer dans un instant',
    ),
  nothingHeld: () =>
    refuse(
      'NOTHING_HELD',
      'aucun envoi de la dernière version n’est en attente de libération',
      'crbio report show donne le sort de chaque envoi',
    ),
  notReleasable: (reasons: readonly string[]) =>
    refuse(
      'NOT_RELEASABLE',
      `aucun envoi retenu ne peut être libéré par une personne : ${reasons.join(' ; ')}`,
      'corriger la cause dans le SGL (identité, validation, résultats) et renvoyer le dossier',
    ),
  maskUnchanged: () =>
    refuse(
      'MASK_UNCHANGED',
      'le compte rendu a déjà ce masquage',
      'crbio report show donne le masquage en cours',
    ),
  maskDate: () =>
    refuse(
      'MASK_DATE',
      'la date de fin du masquage n’est pas une date à venir',
      'écrire la date en AAAA-MM-JJ, ou en AAAA-MM-JJTHH:MM avec son décalage horaire',
    ),
  maskOverdue: () =>
    refuse(
      'MASK_OVERDUE',
      'déposé depuis plus de 30 jours : visible de droit par le patient, il ne se masque plus',
      'rien à faire ici ; un document déposé par erreur se fait supprimer du DMP',
    ),
  alreadyOpposed: () =>
    refuse(
      'ALREADY_OPPOSED',
      'cette opposition est déjà enregistrée',
      'crbio patient show donne les oppositions en cours',
    ),
  notOpposed: () =>
    refuse(
      'NOT_OPPOSED',
      'aucune opposition en cours sur ces canaux',
      'crbio patient show donne les oppositions en cours',
    ),
  opposedByAdt: () =>
    refuse(
      'OPPOSED_BY_ADT',
      'l’opposition vient du dossier administratif (ADT, ZFA-9)',
      'la faire lever à la source : le message suivant (INO) la lève ici',
    ),
  delivery: (state: DeliveryState, hint: string) =>
    refuse('DELIVERY_STATE', `l'envoi est ${DELIVERY_WORDS[state]}`, hint),
  deliveryReplaced: () =>
    refuse(
      'DELIVERY_REPLACED',
      'une version plus récente du compte rendu existe',
      'agir sur l’envoi de la dernière version (crbio report show)',
    ),
  alreadyReplayed: () =>
    refuse(
      'ALREADY_REPLAYED',
      'cette entrée a déjà été rejouée',
      'crbio quarantine list donne ce qui attend encore',
    ),
  notAcceptable: () =>
    refuse(
      'ACCEPT_NOT_SCAN',
      'seul un PDF sans texte d’un laboratoire sous-traitant se fait accepter par une personne',
      'crbio quarantine show dit ce qui manque à cette entrée ; après correction : crbio quarantine replay',
    ),
  acceptElsewhere: () =>
    refuse(
      'ACCEPT_OTHER_REPORT',
      'le document porte le numéro de demande d’un autre compte rendu : rien n’est fait',
      'vérifier le compte rendu que nomme crbio quarantine show ; un document mal nommé se dépose de nouveau sous le bon numéro',
    ),
  alertUnknown: (id: number) =>
    refuse('ALERT_UNKNOWN', `aucune alerte ne porte le numéro ${id}`, 'crbio alerts list donne les numéros'),
  alertClosed: () =>
    refuse('ALERT_CLOSED', 'cette alerte est déjà close', 'crbio alerts list --all dit par qui'),
  noBytes: () =>
    refuse(
      'REPLAY_NO_BYTES',
      'cette entrée a été refusée avant de former un message (fichier trop grand, octets hors trame)',
      'redéposer le fichier dans le dossier d’export une fois la limite relevée, le faire renvoyer, ou en donner une copie corrigée (--file)',
    ),
  replaySideFile: () =>
    refuse(
      'REPLAY_SIDE_FILE',
      'cette entrée est un document joint que nul message ne cite, et non un message',
      'le déposer de nouveau avec son message ; ou rejouer le message qui aurait dû le citer, corrigé (--file)',
    ),
  mendKnown: () =>
    refuse(
      'MEND_KNOWN',
      'ce fichier a déjà été reçu de cette source, octet pour octet : ce n’est pas une copie corrigée',
      'pour réinterpréter l’original après une correction de la configuration : crbio quarantine replay, sans --file',
    ),
} as const;

const DELIVERY_WORDS: Readonly<Record<DeliveryState, string>> = {
  waiting: 'en attente',
  held: 'retenu',
  never: 'exclu par une règle',
  leased: 'en cours',
  'on-wire': 'en cours de transmission',
  unknown: 'd’issue inconnue, en cours de vérification',
  delivered: 'remis',
  failed: 'en échec',
  cancelled: 'annulé',
  superseded: 'remplacé',
};
