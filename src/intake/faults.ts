import type { Fault } from '../report/fault.ts';
import type { Warning } from '../report/report.ts';

/**
 * Every refusal of an input, in French for the people of the laboratory: what is wrong, what to do. No text holds
 * anything of a patient; `{…}` takes a name of the standard (a segment, a format), never a value.
 */
const CATALOGUE = {
  INPUT_EMPTY: [
    'Le fichier est vide.',
    'Vérifier l’export du SGL ; si le fichier était en cours d’écriture, le déposer de nouveau.',
  ],
  INPUT_TOO_LARGE: [
    'Le fichier dépasse la taille permise.',
    'Exporter en plusieurs fichiers, ou relever la taille maximale dans la configuration de la source.',
  ],
  INPUT_UNREADABLE: [
    'Le contenu n’est pas du texte HL7 : fichier binaire, chiffré ou abîmé.',
    'Vérifier le fichier déposé et le produire de nouveau depuis le SGL.',
  ],
  INPUT_FOREIGN: [
    'Le fichier n’est pas un message HL7 v2 ni HPRIM : {detail}.',
    'Sont lus ici : HL7 v2 (ORU, OUL, ADT), HPRIM Santé, HPRIM Médecin si la source est réglée pour lui (hprimMedecin), et les documents que ces messages citent. Régler l’export du SGL, ou déposer ce fichier là où il est attendu.',
  ],
  HL7_CHARSET: [
    'Les caractères du message ne se lisent sans doute possible dans aucun des jeux prévus (UTF-8, 8859/1, 8859/15, windows-1252).',
    'Corriger le jeu de caractères de l’export (MSH-18 : « UNICODE UTF-8 » ou « 8859/15 »), puis exporter de nouveau ; si le SGL écrit comme MS-DOS ou Macintosh, le dire de la source : « charset: cp850 » ou « charset: macroman ».',
  ],
  HL7_DAMAGED_TEXT: [
    'Des caractères ont été perdus avant l’arrivée du message : le texte contient la marque de remplacement (U+FFFD), ou un nombre contient un caractère de contrôle.',
    'Un système en amont convertit mal les caractères (accents) : faire corriger sa conversion, puis exporter de nouveau.',
  ],
  HL7_DELIMITERS: [
    'Les séparateurs annoncés par MSH-1 et MSH-2 ne sont pas utilisables.',
    'MSH doit commencer par « MSH|^~\\& ». Demander à l’éditeur du SGL de corriger l’en-tête.',
  ],
  HL7_TRUNCATED: [
    'Le fichier est tronqué : {detail}.',
    'Exporter de nouveau ce dossier. Si le SGL n’écrit jamais la fin attendue, le déclarer dans le profil de la source (finalTerminator ou batches).',
  ],
  HL7_BATCH_COUNT: [
    'Le nombre de messages trouvés ne correspond pas au compte annoncé par le lot ({detail}).',
    'Un message a pu être perdu : exporter le lot de nouveau. Si les comptes de ce SGL sont faux, passer la source en « batches: lenient ».',
  ],
  HL7_TOO_MANY: [
    'Le message dépasse une limite de lecture ({detail}).',
    'Vérifier le fichier ; si le volume est normal, relever la limite dans la configuration de la source.',
  ],
  HL7_NO_CONTROL_ID: [
    'MSH-10 (identifiant du message) est vide.',
    'Demander à l’éditeur de numéroter les messages.',
  ],
  HL7_NO_DATE: [
    'La date du message (MSH-7) est absente ou illisible.',
    'Corriger l’export : MSH-7 est obligatoire, au format AAAAMMJJHHMMSS.',
  ],
  HL7_VERSION: [
    'La version HL7 du message (MSH-12) n’est pas prise en charge.',
    'Régler l’export du SGL sur une version de HL7 2.1 à 2.8.',
  ],
  HL7_PROCESSING_ID: [
    'MSH-11 (production, test, mise au point) n’a pas une valeur connue.',
    'MSH-11 doit être P, T ou D.',
  ],
  HL7_TYPE: [
    'Le type de message {detail} n’est pas traité.',
    'Seuls ORU^R01, OUL^R22 et ADT (PAM.fr) sont lus. Retirer ce flux de l’export vers ce dossier.',
  ],
  ADT_EVENT: [
    'L’événement ADT {detail} (lien, séparation ou changement de numéros) n’est pas appliqué ici.',
    'Vérifier dans le SGL les patients concernés : une fusion s’envoie en A40, une identité en A28 ou A31. Ce qui est faux ici se corrige par ces messages.',
  ],
  ADT_MERGE: [
    'La fusion (A40) ne nomme pas deux numéros de patient : PID-3 celui qui reste, MRG-1 celui qui disparaît.',
    'Corriger l’export de la fusion, puis l’envoyer de nouveau.',
  ],
  ADT_CONSENT: [
    'Le choix du patient sur l’alimentation du DMP (ZFA-9) n’est pas compris : il s’y oppose peut-être.',
    'Écrire en ZFA-9 INO (informé, ne s’oppose pas), IO (informé, s’oppose) ou NA (non recueilli), puis exporter de nouveau. En attendant, si le patient s’oppose : crbio patient oppose.',
  ],
  HL7_OUL: [
    'Message {detail} : parmi les OUL (résultats par échantillon), seuls R21, R22 et R23 sont lus.',
    'Régler l’export sur ORU^R01 ou OUL^R22, qui portent les mêmes résultats.',
  ],
  HL7_MDM: [
    'Message MDM (document déjà rédigé) : il ne vient pas de la biologie.',
    'Adresser ce flux à la plateforme prévue pour les documents.',
  ],
  HL7_CDA_IN_ORU: [
    'Un résultat est un document CDA, dans un message qui ne s’annonce pas comme « CDA en HL7 v2 » (MSH-21).',
    'Un CR-Bio déjà rédigé se transmet selon le volet CI-SIS (MSH-21 « 2.1^CISIS_CDA_HL7_V2 », rangées MetaDMPMSS) ; sinon exporter les résultats en ORU^R01 discret.',
  ],
  CDA_MISSING: [
    'Le message s’annonce comme « CDA en HL7 v2 » (MSH-21) et ne contient aucun document CDA.',
    'Vérifier l’export : le document est attendu dans une rangée OBX de type ED, en base64.',
  ],
  CDA_UNREADABLE: [
    'Le document joint n’est pas un CDA exploitable : en-tête illisible, ou ensemble de versions (setId) absent.',
    'Produire le document de nouveau dans le logiciel qui le rédige, puis exporter de nouveau.',
  ],
  CDA_OTHER_DOCUMENT: [
    'Un document joint au message n’est pas un CDA (PDF, image) : rien ne dit à quoi il sert.',
    'Le retirer de l’export : le volet ne porte que le CDA (N3, N1), qui contient son PDF.',
  ],
  CDA_SEVERAL: [
    'Le message contient plusieurs documents du même niveau.',
    'Un message porte un document N3, un N1, ou les deux formes du même compte rendu ; exporter les autres à part.',
  ],
  CDA_SEVERAL_PATIENTS: [
    'Un message « CDA en HL7 v2 » ne concerne qu’un patient, et celui-ci en nomme plusieurs.',
    'Exporter un message par document.',
  ],
  CDA_ORDER_INCOHERENT: [
    'La demande est contradictoire : ORC-1 (NW, RO, CA) et OBX-11 (F, C, D) ne disent pas la même chose.',
    'Corriger l’export : création NW et F, remplacement RO et C, suppression CA et D.',
  ],
  CDA_ORDER_MISSING: [
    'Une consigne obligatoire (MetaDMPMSS) manque : {detail}.',
    'Compléter l’export : sans elle, rien ne dit qui peut recevoir le document. Par prudence, rien n’est parti.',
  ],
  HL7_BUSINESS_ACK: [
    'Message d’acquittement ({detail}) : il n’apporte aucun résultat.',
    'Diriger les acquittements vers leur propre canal, pas vers le dossier d’export.',
  ],
  HL7_STRUCTURE: [
    'L’ordre des segments est incompréhensible : {detail}.',
    'Comparer le message au modèle ORU^R01 (MSH, PID, ORC, OBR, OBX) avec l’éditeur du SGL.',
  ],
  PID_MISSING: [
    'Aucun patient : le segment PID manque.',
    'Exporter de nouveau ; si le message en est toujours privé, le signaler à l’éditeur du SGL.',
  ],
  PID_NO_NUMBER: [
    'Le patient n’a pas de numéro (PID-3).',
    'Renseigner le numéro de patient du laboratoire (CSP D.6211-2) et exporter de nouveau.',
  ],
  PID_NO_NAME: [
    'Le nom du patient (PID-5) est absent.',
    'Compléter l’identité dans le SGL et exporter de nouveau.',
  ],
  DOSSIER_NO_NUMBER: [
    'Aucun numéro de dossier n’a été trouvé.',
    'Vérifier dans la configuration de la source le champ qui porte le numéro (dossierNumber).',
  ],
  ORU_NO_EXAM: [
    'Le message ne contient aucun examen (OBR).',
    'Vérifier la demande dans le SGL et exporter de nouveau.',
  ],
  SPM_NOT_PATIENT: [
    'L’échantillon n’est pas celui d’un patient (SPM-11) : contrôle de qualité, étalon, essai.',
    'Retirer les contrôles de l’export : ils ne font pas l’objet d’un compte rendu.',
  ],
  OBR_STATUS: [
    'Le statut de l’examen (OBR-25) n’est pas un statut connu.',
    'Les statuts admis sont O, I, S, A, R, P, F, C et X. Corriger l’export.',
  ],
  OBX_STATUS: [
    'Le statut d’un résultat (OBX-11) est absent ou inconnu : rien ne dit qu’il soit validé.',
    'Valider le résultat dans le SGL, puis exporter de nouveau ; les statuts admis sont ceux de la table HL7 0085.',
  ],
  OBX_CONFIRMS_CULTURE: [
    'Une ligne de culture est déclarée finale sans être renvoyée (OBX-11 = U) : rien ne dit plus de quel germe elle est.',
    'Faire envoyer la culture et son antibiogramme entiers, au statut F.',
  ],
  OBX_NO_CODE: [
    'Un résultat n’a pas de code d’analyse (OBX-3).',
    'Compléter le paramétrage de l’analyse dans le SGL et exporter de nouveau.',
  ],
  OBX_NO_VALUE: [
    'Un résultat déclaré final n’a pas de valeur (OBX-5).',
    'Compléter ou annuler ce résultat dans le SGL, puis exporter de nouveau.',
  ],
  OBX_RTF: [
    'Un résultat est un texte RTF, dont les commandes de mise en page seraient imprimées.',
    'Régler l’export du SGL sur du texte simple (TX, FT), ou joindre le document en PDF.',
  ],
  OBX_TRUNCATED: [
    'Une valeur est marquée tronquée par l’émetteur (signe de troncature de MSH-2).',
    'Faire envoyer la valeur entière : aucune valeur coupée n’est publiée.',
  ],
  OBX_DUPLICATE: [
    'La même analyse figure plusieurs fois, à la même date et sans numéro qui les distingue (OBX-4).',
    'Le bon résultat ne peut être choisi automatiquement : corriger le dossier dans le SGL. Si ce sont deux résultats (deux unités, deux prélèvements), faire donner à chacun son code, ou son numéro en OBX-4. Puis exporter de nouveau.',
  ],
  ED_UNREADABLE: [
    'Le document joint (OBX-2 = ED) est illisible : base64 coupé, ou contenu qui n’est pas un PDF.',
    'Joindre de nouveau le PDF dans le SGL et exporter de nouveau.',
  ],
  SIDE_FILE_MISSING: [
    'Un document annoncé à côté du message n’est pas arrivé dans le délai.',
    'Exporter de nouveau le message et son document, ou déposer le document dans le dossier de la source puis rejouer le message.',
  ],
  SIDE_FILE_PATH: [
    'Un document annoncé à côté du message est désigné par un chemin, et non par un simple nom de fichier.',
    'Régler le SGL pour qu’il dépose le document dans le même dossier que le message et ne donne que son nom.',
  ],
  SIDE_FILE_SEVERAL: [
    'Un résultat annonce plusieurs documents à côté du message : un seul pourrait être repris.',
    'Faire écrire une ligne OBX par document, avec un numéro qui les distingue (OBX-4).',
  ],
  SIDE_FILE_FORMAT: [
    'Un document annoncé à côté du message n’est d’aucun format qu’un compte rendu puisse montrer ({detail}).',
    'Le faire produire en PDF, puis exporter de nouveau le message et son document.',
  ],
  META_NOT_ALLOWED: [
    'Le message porte des consignes de masquage ou d’envoi (MetaDMPMSS) que la source n’est pas autorisée à donner.',
    'Si ces consignes sont voulues, activer metaDmpMss dans le profil de la source, puis rejouer le message.',
  ],
  META_UNKNOWN: [
    'Une consigne de masquage ou d’envoi (MetaDMPMSS) n’est pas connue : elle pourrait cacher le document à quelqu’un.',
    'Écrire en OBX-3 un code du volet (MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REP_LEGAUX, CONNEXION_SECRETE, DESTDMP, DESTMSSANTEPS, DESTMSSANTEPAT), ou retirer la consigne, puis exporter de nouveau. Par prudence, rien n’est parti.',
  ],
  META_VALUE: [
    'Une consigne de masquage ou d’envoi (MetaDMPMSS) ne vaut ni Y ni N.',
    'Corriger la consigne dans le SGL : par prudence, rien n’est publié sans elle.',
  ],
  SUBCONTRACTED_CDA_UNREADABLE: [
    'Le compte rendu du laboratoire sous-traitant n’est pas un document CDA lisible.',
    'Le demander de nouveau au laboratoire sous-traitant, ou joindre son PDF.',
  ],
  SUBCONTRACTED_CDA_NO_LABORATORY: [
    'Le compte rendu du laboratoire sous-traitant ne dit pas quel laboratoire a réalisé les examens.',
    'Le faire corriger par le laboratoire sous-traitant, ou joindre son PDF.',
  ],
  SUBCONTRACTED_CDA_NO_RESULT: [
    'Le compte rendu du laboratoire sous-traitant n’a ni résultat structuré ni document.',
    'Vérifier que c’est un CR-Bio de niveau 3 ; sinon joindre son PDF.',
  ],
  SUBCONTRACTED_NO_ORDER: [
    'Le résultat du laboratoire sous-traitant ne porte aucun numéro de notre demande : {detail}.',
    'Le lui faire rappeler dans ses résultats, ou corriger la configuration de la source (subcontractor.orderNumber, subcontractor.fileName).',
  ],
  SUBCONTRACTED_NO_DATE: [
    'Le compte rendu du laboratoire sous-traitant n’a pas de date (effectiveTime).',
    'Le faire corriger par le laboratoire sous-traitant, ou joindre son PDF.',
  ],
} as const satisfies Record<string, readonly [cause: string, hint: string]>;

export type FaultCode = keyof typeof CATALOGUE;

/**
 * A refusal from the catalogue.
 * @param position where in the input, such as `message 2, OBX[3]-5`
 * @param detail a name of the standard that completes the cause; never a value of the message
 */
export function fault(code: FaultCode, position?: string, detail?: string): Fault {
  const [cause, hint] = CATALOGUE[code];
  return {
    code,
    cause: cause
      .replace('{detail}', detail ?? '')
      .replace(' ()', '')
      .replace('  ', ' '),
    hint,
    ...(position ? { position } : {}),
  };
}

export function isFault(value: unknown): value is Fault {
  return (
    typeof value === 'object' && value !== null && 'hint' in value && 'cause' in value && 'code' in value
  );
}

/** What a person should know of a message that was taken all the same. */
const WARNINGS = {
  CHARSET_UNKNOWN: 'MSH-18 nomme un jeu de caractères inconnu : celui de la source a servi.',
  CHARSET_MISDECLARED:
    'Le jeu de caractères du message n’est ni celui de MSH-18 ni celui de la source : un autre a servi.',
  CONTROL_CHARACTERS: 'Des caractères de contrôle ont été retirés du message.',
  TEXT_BEFORE_MSH: 'Du texte précédait MSH : il a été ignoré.',
  MAY_BE_TRUNCATED:
    'Le dernier segment n’a pas de fin de ligne : si le fichier a été coupé, des résultats peuvent manquer.',
  LINE_BROKEN: 'Une ligne ne commence pas par un nom de segment : elle a été jointe à la précédente.',
  BATCH_COUNT: 'Le compte annoncé par le lot est faux.',
  BATCH_NO_TRAILER: 'Le lot n’a pas de segment de fin.',
  NO_CONTROL_ID: 'MSH-10 est vide.',
  NO_PROCESSING_ID: 'MSH-11 est vide : le message est tenu pour une production.',
  NO_VERSION: 'MSH-12 est vide : le message est lu comme un HL7 v2 sans version.',
  PATIENT_NUMBER_LEGACY: 'Le numéro du patient a été pris dans PID-2, PID-3 étant vide.',
  BIRTH_NAME_UNTYPED: 'PID-5 ne dit pas quel nom est celui de naissance.',
  BIRTH_DATE: 'La date de naissance (PID-7) est illisible.',
  SEX_UNKNOWN: 'Le sexe (PID-8) n’est ni M ni F : le compte rendu le dit indéterminé.',
  BIRTH_PLACE_CODE: 'Le code du lieu de naissance (PID-11.9) n’a pas la forme d’un code INSEE.',
  INS_NO_OID: 'Un INS est donné sans l’OID de son espace : il est ignoré.',
  INS_FORM: 'L’INS n’a pas la forme attendue : il est ignoré.',
  INS_KEY: 'La clé de l’INS est fausse : il est ignoré.',
  INS_SEVERAL: 'Plusieurs INS différents sont donnés : aucun n’est retenu.',
  TIME_UNREADABLE: 'Une date est illisible',
  TIME_IN_FUTURE: 'Une date (prélèvement, résultat, prescription) dépasse de plus d’un jour celle du message',
  PRESCRIBERS_SEVERAL:
    'Le dossier a plusieurs prescripteurs : le premier figure en tête, tous sont destinataires.',
  MSS_NO_RECIPIENT:
    'DESTMSSANTEPS demande un envoi aux professionnels, et aucun destinataire (PRT de rôle RCT) n’est nommé : aucun n’est fait.',
  RECIPIENT_UNNAMED:
    'Un prescripteur ou un destinataire de copie n’a qu’un code, sans nom : il n’est ni imprimé ni destinataire',
  OBX_TYPE: 'Le type déclaré (OBX-2) n’est pas celui de la valeur',
  NUMBER_AMBIGUOUS:
    'Un nombre peut se lire de deux façons (point décimal ou séparateur de milliers) : gardé en texte',
  SN_UNUSUAL: 'Une valeur numérique structurée (SN) est inhabituelle : gardée en texte',
  RANGE_REVERSED: 'Les bornes de référence sont inversées : gardées en texte',
  FLAG_UNKNOWN: 'Un indicateur (OBX-8) est inconnu : gardé en commentaire',
  PREVIOUS_UNIT: 'Une antériorité dans une autre unité a été écartée',
  PREVIOUS_UNREADABLE: 'Une antériorité sans valeur exploitable a été écartée',
  ROWS_WITHHELD: 'Des résultats non validés ont été retenus : le compte rendu est partiel.',
  SIDE_FILE: 'Un document désigné par une adresse, et non par le nom d’un fichier voisin, n’est pas repris',
  ED_NOT_PDF: 'Un document joint qui n’est pas un PDF n’est pas repris',
  SPM_BEFORE_OBX: 'Le prélèvement (SPM) précède les résultats de l’examen : ils lui ont été rattachés',
  ROW_UNLINKED: 'Une ligne ne dit pas de quel examen elle est (OBX-15) : elle suit le dernier',
  ISOLATE_UNLINKED: 'Un antibiogramme n’a pu être rattaché à un germe : ses lignes suivent la culture',
  MAIL_BODY_UNREADABLE:
    'Le texte de courriel joint (CORPSMAIL) est illisible ou coupé : celui du laboratoire sert.',
  SUBCONTRACTED_ROWS:
    'Le message du sous-traitant porte un compte rendu CDA et d’autres lignes : le CDA seul est repris.',
  SUBCONTRACTOR_UNNAMED: 'Un examen est marqué sous-traité (OBR-24 = OSL) sans nom de laboratoire',
  SUBCONTRACTOR_ADDRESS: 'Le laboratoire exécutant n’a pas d’adresse (OBX-24 ; CSP R.6222-3)',
  ORC_WITHOUT_OBR: 'Une commande (ORC) n’a pas d’examen (OBR) : elle a été ignorée.',
  HPRIM_NO_END: 'Le message HPRIM n’a pas de segment L.',
  HPRIM_COUNTS: 'Les comptes du segment L (patients, segments) ne sont pas ceux du message HPRIM.',
  HPRIM_NO_DATE_SENT: 'H.13 est vide : la date du dernier résultat sert de date au message.',
  HPRIM_BIRTH_NAME: 'P.6 (nom de naissance) est vide : le nom usuel en tient lieu.',
  HPRIM_INS_IGNORED: 'Un INS est donné sans nom de naissance (P.6) : il est ignoré.',
  HPRIM_CONFIDENTIAL:
    'P.31 (confidentialité) est renseigné : ce code, local à chaque SGL, n’est pas interprété.',
  HPRIM_MEDECIN:
    'Lettre HPRIM Médecin : le texte imprimé seul est repris, sans résultat codé ni dépôt au DMP.',
  MAIL_BODY_IGNORED: 'Un corps de mail fourni par le SGL (CORPSMAIL) n’est pas repris.',
} as const;

export type WarningCode = keyof typeof WARNINGS;

/** @param where a local code or a field's name that completes the text */
export function warning(code: WarningCode, where?: string): Warning {
  const text = WARNINGS[code];
  return { code, text: where ? `${text.replace(/\.$/, '')} (${where}).` : text.replace(/\.?$/, '.') };
}
