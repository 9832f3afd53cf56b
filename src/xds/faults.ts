import type { Fault } from '../report/fault.ts';

/** What makes a CDA header unfit for XDS metadata. Our own documents never raise them: they guard what is given to us. */

export const cdaUnreadable = (why: string): Fault => ({
  code: 'XDS_CDA_UNREADABLE',
  cause: `L'en-tête du document CDA ne peut pas être lu (${why}).`,
  hint: 'Vérifier le document avec « crbio validate », puis rejouer le message dont il provient.',
});

export const headerMissing = (path: string): Fault => ({
  code: 'XDS_HEADER_MISSING',
  cause: `L'en-tête du document CDA n'a pas l'élément obligatoire ${path}.`,
  hint: 'Compléter la configuration du laboratoire ou le message source, puis produire une nouvelle version.',
  position: path,
});

export const headerInvalid = (path: string, expected: string): Fault => ({
  code: 'XDS_HEADER_INVALID',
  cause: `L'élément ${path} de l'en-tête CDA n'a pas la forme attendue : ${expected}.`,
  hint: 'Corriger la configuration du laboratoire ou le message source, puis produire une nouvelle version.',
  position: path,
});
