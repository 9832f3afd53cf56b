import type { Fault } from '../report/fault.ts';

/** Expected failures of cda/; docs/errors.md lists them. */

/** A place in a file of `stylesheets/`, as a person reads it: `report.css, ligne 12`. */
export interface Place {
  readonly file: string;
  /** From 1; absent where the reader cannot tell. */
  readonly line?: number | undefined;
}

const at = ({ file, line }: Place): { position: string } => ({
  position: line === undefined ? file : `${file}, ligne ${line}`,
});

export const stylesheetUnreadable = (file: string): Fault => ({
  code: 'STYLESHEET_UNREADABLE',
  cause: 'la feuille de style du compte rendu ne peut pas être lue',
  hint: 'vérifier que le fichier est dans le dossier des feuilles de style et que le compte du service peut le lire',
  ...at({ file }),
});

export const stylesheetMalformed = (place: Place): Fault => ({
  code: 'STYLESHEET_MALFORMED',
  cause: 'la feuille de style du compte rendu n’est pas du XML bien formé',
  hint: 'corriger la feuille de style à la ligne indiquée, ou remettre celle d’origine',
  ...at(place),
});

export const stylesheetNotXslt = (why: string, place: Place): Fault => ({
  code: 'STYLESHEET_NOT_XSLT1',
  cause: `la feuille de style du compte rendu n’est pas une feuille XSLT 1.0 utilisable : ${why}`,
  hint: 'la racine doit être xsl:stylesheet version="1.0", avec un modèle pour « / »',
  ...at(place),
});

export const stylesheetIncomplete = (what: string, place: Place): Fault => ({
  code: 'STYLESHEET_INCOMPLETE',
  cause: `la feuille de style du compte rendu ne montre pas ${what}`,
  hint: 'ajouter les modèles qui manquent, ou repartir de la feuille d’origine',
  ...at(place),
});

export const stylesheetForbidden = (what: string, place: Place): Fault => ({
  code: 'STYLESHEET_FORBIDDEN',
  cause: `la feuille de style du compte rendu contient ce qu’un document autonome ne peut pas avoir : ${what}`,
  hint: 'retirer scripts, fichiers externes, inclusions et fonction document()',
  ...at(place),
});

export const stylesheetCssMissing = (file: string, place: Place): Fault => ({
  code: 'STYLESHEET_CSS_MISSING',
  cause: `le fichier ${file} que la feuille de style demande est introuvable`,
  hint: 'placer le fichier dans le dossier des feuilles de style',
  ...at(place),
});
