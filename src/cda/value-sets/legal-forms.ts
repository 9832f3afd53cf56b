import type { Coding } from '../../report/coding.ts';

/** FINESS legal statuses (JDV_J100) of the forms that a private laboratory takes, by their usual abbreviation. */
const LEGAL_FORMS: ReadonlyMap<string, readonly [code: string, display: string]> = new Map([
  ['SELARL', ['85', 'Soc. Exercice Libéral Responsabilité Limitée (S.E.L.A.R.L.)']],
  ['SELAFA', ['86', "Société d'Exercice Libéral à Forme Anonyme (S.E.L.A.F.A.)"]],
  ['SELCA', ['87', 'Société Exercice Libéral Commandite par Actions (S.E.L.C.A.)']],
  ['SCP', ['88', 'Société Civile Professionnelle (S.C.P.)']],
  ['SELAS', ['91', 'Société Exercice Libéral par Actions Simplifiée (S.E.L.A.S.)']],
  ['SAS', ['95', 'Société par Actions Simplifiée (S.A.S.)']],
]);

/** The coded form of `SELAS` or `S.E.L.A.S.`; another form is printed only. */
export function legalFormCoding(form: string): Coding | undefined {
  const known = LEGAL_FORMS.get(form.replace(/[.\s]/g, '').toUpperCase());
  return known && { code: known[0], system: '1.2.250.1.213.1.6.1.44', display: known[1] };
}
