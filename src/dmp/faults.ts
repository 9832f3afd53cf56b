import type { Fault } from '../report/fault.ts';

/** What stops a deposit before anything is sent. Answers of the DMP are in error-classes.ts. */

export const subjectNotNational = (): Fault => ({
  code: 'DMP_SUBJECT_NOT_NATIONAL',
  cause: "Le biologiste responsable n'a pas d'identifiant national (RPPS) : aucun VIHF ne peut être établi.",
  hint: 'Renseigner le RPPS de ce biologiste dans la configuration du laboratoire, puis relancer le compte rendu.',
});

export const professionUnknown = (): Fault => ({
  code: 'DMP_SUBJECT_PROFESSION',
  cause:
    'La profession du biologiste responsable manque ou ne désigne ni un médecin ni un pharmacien avec sa spécialité.',
  hint: 'Renseigner sa profession (G15_10/SM03 ou G15_21/G) dans la configuration du laboratoire.',
});

export const insMissing = (): Fault => ({
  code: 'DMP_INS_MISSING',
  cause: "Le document ne porte pas d'INS qualifiée : il ne peut pas alimenter un DMP.",
  hint: "Qualifier l'identité dans le SGL ; le compte rendu partira avec sa version suivante.",
});

export const notCanonical = (): Fault => ({
  code: 'DMP_DOCUMENT_NOT_XML',
  cause: "Le document ne peut pas être signé : ce n'est pas du XML bien formé.",
  hint: 'Vérifier le document avec « crbio validate » et signaler le défaut.',
});

export const lotMismatch = (): Fault => ({
  code: 'DMP_LOT_MISMATCH',
  cause: 'Le lot préparé ne correspond pas au document à envoyer : rien n’a été envoyé.',
  hint: 'Annuler cette livraison et la relancer ; signaler le défaut.',
});

export const traitsDivergent = (fields: readonly string[]): Fault => ({
  code: 'DMP_TRAITS_DIVERGENT',
  cause: `L'identité connue du DMP diffère de celle du compte rendu : ${fields.join(', ')}.`,
  hint: "Faire contrôler l'identité du patient (identitovigilance). Corrigée dans le SGL, l'envoi reprend de lui-même, ou, si un mail est déjà parti, quand le SGL renvoie le compte rendu ; corrigée au DMP : crbio queue retry ; confirmée telle quelle : crbio report release.",
});

export const parentDiffers = (): Fault => ({
  code: 'DMP_PARENT_DIFFERS',
  cause:
    "La version présente dans le DMP n'est pas celle que ce document dit remplacer (l'issue d'un dépôt antérieur était inconnue) : rien n'a été envoyé.",
  hint: 'Renvoyer le compte rendu depuis le SGL avec une correction, ou en changer le masquage : la nouvelle version remplacera celle du DMP.',
});

export const documentNotFound = (): Fault => ({
  code: 'DMP_DOCUMENT_NOT_FOUND',
  cause: "Le document à supprimer n'est pas dans le DMP.",
  hint: "Rien à faire s'il a déjà été supprimé ; sinon vérifier l'INS sous laquelle il a été déposé.",
});
