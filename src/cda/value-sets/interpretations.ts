import type { Coding } from '../../report/coding.ts';
import { OID } from '../../report/coding.ts';

/** JDV_HL7_ObservationInterpretation (2.16.840.1.113883.1.11.78): the only codes that interpretationCode takes. */
const INTERPRETATIONS: ReadonlyMap<string, string> = new Map([
  ['<', 'Inférieur à la limite de détection'],
  ['>', 'Supérieur à la limite maximale de mesure'],
  ['A', 'Anormal'],
  ['AA', 'Très anormal, alerte'],
  ['B', 'Amélioration'],
  ['CAR', "Porteur d'une forme altérée d'un gène"],
  ['D', 'Diminution significative par rapport au résultat antérieur'],
  ['DET', 'Détecté'],
  ['E', 'Équivoque'],
  ['EX', 'Hors seuils'],
  ['EXP', 'Attendu'],
  ['H', 'Anormalement haut'],
  ['HH', 'Très anormalement haut, alerte'],
  ['HU', 'Significativement haut'],
  ['HX', 'Hors seuil supérieur'],
  ['I', 'Intermédiaire'],
  ['IE', 'Preuves insuffisantes'],
  ['IND', 'Indéterminé'],
  ['L', 'Anormalement bas'],
  ['LL', 'Très anormalement bas, alerte'],
  ['LU', 'Significativement bas'],
  ['LX', 'Hors seuil inférieur'],
  ['N', 'Normal'],
  ['NCL', 'Pas de standard défini'],
  ['ND', 'Non détecté'],
  ['NEG', 'Négatif'],
  ['NR', 'Non réactif'],
  ['NS', 'Non sensible'],
  ['POS', 'Positif'],
  ['R', 'Résistant'],
  ['RR', 'Réactif'],
  ['S', 'Sensible'],
  ['SDD', 'Sensible à forte dose'],
  ['SYN-R', 'Synergie - résistant'],
  ['SYN-S', 'Synergie - sensible'],
  ['U', 'Augmentation significative par rapport au résultat antérieur'],
  ['UNE', 'Inattendu'],
  ['W', 'Dégradation'],
  ['WR', 'Faiblement réactif'],
]);

/** Codes of HL7 table 0078 that left the value set: printed, never coded. */
const PRINTED_ONLY: ReadonlyMap<string, string> = new Map([
  ['MS', 'Modérément sensible'],
  ['VS', 'Très sensible'],
]);

/** The coding of an OBX-8 code, undefined when the value set does not hold it. */
export function interpretationCoding(code: string): Coding | undefined {
  const display = INTERPRETATIONS.get(code);
  return display === undefined ? undefined : { code, system: OID.interpretation, display };
}

/** Nothing to look at: every other code is made to stand out. */
const ORDINARY: readonly string[] = ['N', 'NEG', 'ND', 'NR', 'S'];

export const isOrdinary = (code: string): boolean => ORDINARY.includes(code);

/** What `I` means since EUCAST 2019, as the PDF says it too; the display of the value set is still the old meaning. */
const INTERMEDIATE = 'Sensible à forte posologie';

/** What a reader sees: the French display with the code, or the code alone when nobody knows it. */
export function printedInterpretation(code: string): string {
  const display = code === 'I' ? INTERMEDIATE : (INTERPRETATIONS.get(code) ?? PRINTED_ONLY.get(code));
  return display === undefined ? code : `${display} (${code})`;
}
