import type { Fault } from '../report/fault.ts';

/** Every expected failure of this folder that is not an SMTP answer (those are in answers.ts). No patient data in any. */

// ---- configuration: found by checkSettings, the daemon does not start

export const finWithReplyTo = (): Fault => ({
  code: 'MSSANTE_FIN_REPLY_TO',
  cause:
    'Les patients ne doivent pas pouvoir répondre (X-MSS-MES: FIN) et une adresse de réponse leur est pourtant donnée.',
  hint: "Retirer l'adresse de réponse des patients, ou les autoriser à répondre.",
  position: 'mssante.replyTo.patients',
});

export const replyToIsSender = (position: string): Fault => ({
  code: 'MSSANTE_REPLY_TO_IS_SENDER',
  cause: "L'adresse de réponse est la boîte applicative d'envoi, que personne ne relève.",
  hint: "Indiquer une boîte organisationnelle du laboratoire, distincte de la boîte d'envoi (SGL.MSS.26).",
  position,
});

export const addressForm = (position: string): Fault => ({
  code: 'MSSANTE_ADDRESS_FORM',
  cause: "L'adresse de messagerie configurée n'a pas la forme nom@domaine.",
  hint: "Corriger l'adresse : lettres sans accent, chiffres et ponctuation courante, sans espace.",
  position,
});

export const senderDomain = (position: string): Fault => ({
  code: 'MSSANTE_SENDER_DOMAIN',
  cause: "L'adresse configurée n'appartient à aucun domaine MSSanté autorisé.",
  hint: "Ajouter le domaine de l'opérateur à la liste des domaines autorisés, ou corriger l'adresse.",
  position,
});

export const domainForm = (position: string): Fault => ({
  code: 'MSSANTE_DOMAIN_FORM',
  cause: 'La liste des domaines autorisés est vide ou contient un domaine mal écrit.',
  hint: 'Écrire chaque domaine en entier (medecin.mssante.fr) ou par famille (*.mssante.fr).',
  position,
});

export const nilForm = (): Fault => ({
  code: 'MSSANTE_NIL_FORM',
  cause: 'Le numéro de référence du produit (X-MSS-NIL) est absent ou mal écrit.',
  hint: 'Recopier le numéro attribué sur convergence.esante.gouv.fr.',
  position: 'mssante.nil',
});

export const textEmpty = (position: string): Fault => ({
  code: 'MSSANTE_TEXT_EMPTY',
  cause: "Un texte obligatoire des courriels est vide (libellé d'expéditeur, corps ou contact).",
  hint: 'Donner un texte, ou retirer la clé pour reprendre le texte par défaut.',
  position,
});

export const certificateUnusable = (): Fault => ({
  code: 'MSSANTE_CERTIFICATE',
  cause:
    "Le certificat client, sa clé ou les certificats d'autorité de l'opérateur MSSanté ne sont pas utilisables.",
  hint: 'Vérifier que les fichiers sont au format PEM et que la clé correspond au certificat (crbio check).',
  position: 'mssante.client',
});

// ---- a delivery: refused for good, before anything is sent

export const recipientForm = (): Fault => ({
  code: 'MSSANTE_RECIPIENT_FORM',
  cause: "L'adresse du destinataire n'a pas la forme d'une adresse MSSanté.",
  hint: "Corriger l'adresse dans la fiche du correspondant, puis relancer l'envoi.",
});

export const recipientDomain = (): Fault => ({
  code: 'MSSANTE_RECIPIENT_DOMAIN',
  cause: "Le domaine du destinataire n'est pas un domaine MSSanté autorisé : rien n'a été envoyé.",
  hint: "Corriger l'adresse du correspondant, ou ajouter le domaine de son opérateur à la liste autorisée.",
});

export const patientNotQualified = (): Fault => ({
  code: 'MSSANTE_PATIENT_NO_INS',
  cause:
    "Le document ne porte pas d'INS qualifiée : aucun courriel ne peut partir vers le patient (SGL.MSS.12).",
  hint: "Faire qualifier l'identité, puis publier une nouvelle version.",
});

export const patientAddressDiffers = (): Fault => ({
  code: 'MSSANTE_PATIENT_ADDRESS',
  cause: "L'adresse du patient n'est pas celle que donne l'INS du document : rien n'a été envoyé.",
  hint: "Vérifier l'identité du dossier ; ne jamais saisir l'adresse d'un patient à la main.",
});

export const channelMismatch = (): Fault => ({
  code: 'MSSANTE_CHANNEL',
  cause: "L'adresse est celle d'un patient et l'envoi est destiné à un professionnel.",
  hint: "Corriger l'adresse dans la fiche du correspondant.",
});

export const mailTooLarge = (): Fault => ({
  code: 'MSSANTE_TOO_LARGE',
  cause: 'Le courriel dépasse la taille admise par la messagerie (pièces jointes comprises).',
  hint: 'Remettre le compte rendu par une autre voie ; réduire les documents joints par le sous-traitant.',
});

// ---- what comes back after a server had taken the mail

export const undelivered = (status: string | undefined): Fault => ({
  code: 'MSSANTE_UNDELIVERED',
  cause: `Le courriel, d'abord accepté par l'opérateur, n'a pas pu être remis à son destinataire.${status ? ` (avis ${status})` : ''}`,
  hint: "Lire l'avis (crbio mail show), vérifier le destinataire, puis relancer l'envoi.",
});

export const mailboxClosed = (): Fault => ({
  code: 'MSSANTE_MAILBOX_CLOSED',
  cause: 'La boîte du destinataire est fermée ou désactivée.',
  hint: 'Pour un professionnel, mettre à jour sa fiche ; pour un patient, sa messagerie Mon espace santé est indisponible et il n’y a rien à corriger.',
});

// ---- the mailbox where it comes back

export const mailboxFolder = (): Fault => ({
  code: 'MSSANTE_FOLDER',
  cause: "Le dossier à relever n'existe pas dans la boîte MSSanté.",
  hint: 'Corriger mssante.mailbox.folder ; INBOX est la boîte de réception.',
});
