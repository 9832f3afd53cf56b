import type { Fault } from '../report/fault.ts';

/** Expected failures of cda/; docs/errors.md lists them. */

const position = (line: number | undefined): { position?: string } =>
  line === undefined ? {} : { position: `ligne ${line}` };

export const stylesheetMalformed = (line: number | undefined): Fault => ({
  code: 'STYLESHEET_MALFORMED',
  cause: 'la feuille de style du compte rendu n’est pas du XML bien formé',
  hint: 'corriger la feuille de style à la ligne indiquée, ou remettre celle d’origine',
  ...position(line),
});

export const stylesheetNotXslt = (why: string, line: number | undefined): Fault => ({
  code: 'STYLESHEET_NOT_XSLT1',
  cause: `la feuille de style du compte rendu n’est pas une feuille XSLT 1.0 utilisable : ${why}`,
  hint: 'la racine doit être xsl:stylesheet version="1.0", avec un modèle pour « / »',
  ...position(line),
});

export const stylesheetForbidden = (what: string, line: number | undefined): Fault => ({
  code: 'STYLESHEET_FORBIDDEN',
  cause: `la feuille de style du compte rendu contient ce qu’un document autonome ne peut pas avoir : ${what}`,
  hint: 'retirer scripts, fichiers externes, inclusions et fonction document()',
  ...position(line),
});

export const stylesheetCssMissing = (file: string): Fault => ({
  code: 'STYLESHEET_CSS_MISSING',
  cause: `le fichier ${file} que la feuille de style demande est introuvable`,
  hint: 'placer le fichier dans le dossier des feuilles de style',
});
