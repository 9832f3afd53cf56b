import type { Fault } from '../report/fault.ts';
import type { Warning } from '../report/report.ts';

/** Every failure of an import, and what to do; docs/errors.md lists them. */
const CATALOGUE = {
  DIRECTORY_UNREADABLE: {
    cause: 'le fichier est absent ou ne peut pas être lu',
    hint: 'vérifier le chemin et les droits du compte du service',
  },
  DIRECTORY_UNKNOWN_FILE: {
    cause:
      'ce n’est pas une extraction connue de l’Annuaire Santé : son en-tête n’a pas les colonnes attendues',
    hint: 'donner PS_LibreAcces_Personne_activite ou Extraction_Correspondance_MSSante (.txt, ou le .zip publié)',
  },
  DIRECTORY_NOT_UTF8: {
    cause: 'le fichier n’est pas en UTF-8',
    hint: 'télécharger de nouveau l’extraction, sans l’ouvrir dans un tableur',
  },
  DIRECTORY_TRUNCATED: {
    cause: 'l’extraction est incomplète : sa dernière ligne est coupée',
    hint: 'télécharger de nouveau l’extraction ; l’annuaire en place est gardé',
  },
  DIRECTORY_DAMAGED: {
    cause: 'trop de lignes de l’extraction n’ont pas la forme de son en-tête',
    hint: 'télécharger de nouveau l’extraction ; si elle est bien la dernière, signaler le fichier à l’éditeur',
  },
  DIRECTORY_LIMIT: {
    cause: 'l’extraction dépasse les limites (taille, nombre ou longueur de lignes)',
    hint: 'vérifier que c’est le bon fichier',
  },
  DIRECTORY_ZIP: {
    cause: 'l’archive ZIP est abîmée, chiffrée ou ne contient aucune extraction utile',
    hint: 'télécharger de nouveau l’archive publiée',
  },
  DIRECTORY_SMALLER: {
    cause: 'l’extraction a moins de la moitié des lignes de celle en place',
    hint: 'vérifier le fichier ; s’il est bien complet : crbio directory import --force',
  },
  DIRECTORY_OLDER: {
    cause: 'l’extraction est plus ancienne que celle en place',
    hint: 'donner la plus récente ; pour revenir en arrière : crbio directory import --force',
  },
  DIRECTORY_SAME_KIND: {
    cause: 'deux des fichiers donnés sont la même extraction',
    hint: 'n’en donner qu’un de chaque sorte',
  },
} as const satisfies Record<string, Pick<Fault, 'cause' | 'hint'>>;

export type FaultCode = keyof typeof CATALOGUE;

/** @param position file, and line where known */
export function fault(code: FaultCode, position: string): Fault {
  return { code, ...CATALOGUE[code], position };
}

/** An expected failure met deep in a stream: carried as an exception to the one place that returns it. */
export class ExtractionFailure extends Error {
  readonly fault: Fault;
  constructor(code: FaultCode, position: string) {
    super(code);
    this.fault = fault(code, position);
  }
}

/** Why the directory gave a professional no address. The number named is a professional's, never a patient's. */
export const WARNINGS = {
  unknown: (idNat: string): Warning => ({
    code: 'DIRECTORY_UNKNOWN',
    text: `le professionnel ${idNat} n’est pas dans l’annuaire national : adresse MSSanté à compléter`,
  }),
  otherName: (idNat: string): Warning => ({
    code: 'DIRECTORY_OTHER_NAME',
    text: `l’annuaire national donne un autre nom au professionnel ${idNat} : son adresse n’est pas prise`,
  }),
  noMailbox: (idNat: string): Warning => ({
    code: 'DIRECTORY_NO_MAILBOX',
    text: `l’annuaire national n’a pas de boîte MSSanté pour le professionnel ${idNat} : adresse à compléter`,
  }),
  paperOnly: (idNat: string): Warning => ({
    code: 'DIRECTORY_PAPER_ONLY',
    text: `le professionnel ${idNat} n’accepte pas l’envoi dématérialisé (annuaire national) : adresse à compléter`,
  }),
  several: (idNat: string, count: number): Warning => ({
    code: 'DIRECTORY_SEVERAL',
    text: `${count} boîtes MSSanté pour le professionnel ${idNat} dans l’annuaire national, aucune n’est choisie : adresse à compléter`,
  }),
  localCode: (localCode: string): Warning => ({
    code: 'CORRESPONDENT_UNKNOWN',
    text: `le code ${localCode} n’est pas dans la table des correspondants : adresse MSSanté à compléter`,
  }),
} as const;
