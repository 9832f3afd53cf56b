import type { Fault } from '../report/fault.ts';
import type { Warning } from '../report/report.ts';

/** Why no document is made, or one that came written is kept here. No text holds anything of a patient. */

export const REPORT_EMPTY: Fault = {
  code: 'REPORT_EMPTY',
  cause: 'Le dossier n’a encore aucun résultat validé à montrer : rien n’est parti.',
  hint: 'Rien à faire s’il est en cours : ses résultats validés feront le compte rendu. Sinon, l’exporter de nouveau du SGL, validé.',
};

export const ONLY_COMMENTS: Fault = {
  code: 'ONLY_COMMENTS',
  cause: 'Le dossier n’a que des commentaires (NTE en HL7, C en HPRIM) et aucun résultat : rien n’est parti.',
  hint: 'Faire envoyer ce texte comme un résultat (OBX de type TX ou FT, avec son statut et son validateur), puis exporter de nouveau ce dossier.',
};

/** CSP D.6211-2: a report names its patient by birth name, first given name, sex, birth date and number. */
export const NO_BIRTH_DATE: Fault = {
  code: 'NO_BIRTH_DATE',
  cause:
    'La date de naissance du patient manque ou est illisible : aucun compte rendu ne peut le nommer sans elle (CSP D.6211-2).',
  hint: 'Compléter l’identité dans le SGL (PID-7 en HL7, P.7 en HPRIM : AAAAMMJJ, AAAAMM ou AAAA), puis exporter de nouveau ce dossier.',
};

const MEND =
  'Faire corriger le document dans le logiciel qui le rédige, puis exporter de nouveau : rien n’est parti.';

export const CDA_NOT_CR_BIO: Fault = {
  code: 'CDA_NOT_CR_BIO',
  cause: 'Le document transmis n’est pas un compte rendu d’examens biologiques (code 11502-2).',
  hint: 'Adresser les autres documents à la plateforme prévue pour eux.',
};

export const CDA_INS_SPACE: Fault = {
  code: 'CDA_INS_SPACE',
  cause: 'Le document porte un INS d’un autre espace que cette instance (production, test ou démonstration).',
  hint: 'Vérifier à quelle instance ce flux est adressé ; aucun INS de test ne sort en production, et l’inverse.',
};

export const CDA_PATIENT_DIFFERS = (fields: readonly string[]): Fault => ({
  code: 'CDA_PATIENT_DIFFERS',
  cause: `Le patient du document n’est pas celui du message (PID) : ${fields.join(', ')}.`,
  hint: 'Identitovigilance : vérifier de qui est ce compte rendu avant de l’exporter de nouveau. Rien n’est parti.',
});

export const CDA_NO_PDF: Fault = {
  code: 'CDA_NO_PDF',
  cause: 'Le document ne contient pas sa copie PDF, et ses résultats ne permettent pas d’en faire une.',
  hint: 'Exporter le document avec sa copie PDF (section « Copie du document »), ou joindre le N1.',
};

export const CDA_OTHER_BYTES: Fault = {
  code: 'CDA_OTHER_BYTES',
  cause: 'Un autre contenu est déjà venu sous le même identifiant de document.',
  hint: `Une nouvelle version a un nouvel identifiant. ${MEND}`,
};

export const CDA_VERSIONS_DIFFER: Fault = {
  code: 'CDA_VERSIONS_DIFFER',
  cause:
    'Une version de ce document est déjà connue, et celle-ci ne dit pas laquelle elle remplace (relatedDocument RPLC).',
  hint: MEND,
};

export const CDA_REPLACES_OLD: Fault = {
  code: 'CDA_REPLACES_OLD',
  cause: 'Le document remplace une version qui n’est plus la dernière.',
  hint: MEND,
};

export const CDA_DELETES_ANOTHER: Fault = {
  code: 'CDA_DELETES_ANOTHER',
  cause: 'La suppression demandée ne porte pas sur la dernière version connue du document.',
  hint: 'Demander la suppression de la dernière version, ou la faire ici : crbio report withdraw.',
};

const WARNINGS = {
  CDA_PDF_MADE: 'le document n’avait pas de copie PDF : elle a été faite de ses résultats',
  CDA_REPLACES_UNKNOWN: 'le document remplace une version qui n’est pas passée par ici',
} as const;

export function finishedWarning(code: keyof typeof WARNINGS): Warning {
  return { code, text: WARNINGS[code] };
}
