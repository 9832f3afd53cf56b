import type { PerformingLaboratory, Professional } from '../report/people.ts';
import { printedName } from '../report/people.ts';
import { printedPhone } from '../report/printed.ts';
import type { InterpretationCode } from '../report/result.ts';

/** A no-break space, between what must stay on one line. */
const NB = '\u00a0';

/** What a flag says, by a sign and by words, so that it reads without colour and by ear. */
export interface Flag {
  readonly text: string;
  /** The result is set in bold. */
  readonly notable: boolean;
}

/** HL7 ObservationInterpretation (v2 table 0078) in French. `N` prints nothing: no mark is the normal case. */
const FLAGS: Readonly<Record<string, Flag>> = {
  N: { text: '', notable: false },
  L: { text: '▼ bas', notable: true },
  H: { text: '▲ haut', notable: true },
  LL: { text: '▼▼ très bas', notable: true },
  HH: { text: '▲▲ très haut', notable: true },
  LU: { text: '▼▼ très bas', notable: true },
  HU: { text: '▲▲ très haut', notable: true },
  A: { text: '● anormal', notable: true },
  AA: { text: '●● très anormal', notable: true },
  '<': { text: '▼ sous la limite', notable: true },
  '>': { text: '▲ au-delà de la limite', notable: true },
  HX: { text: '▲▲ au-delà du seuil', notable: true },
  LX: { text: '▼▼ sous le seuil', notable: true },
  EX: { text: '● hors seuils', notable: true },
  U: { text: '↑ en hausse', notable: true },
  D: { text: '↓ en baisse', notable: true },
  B: { text: 'amélioration', notable: true },
  W: { text: 'dégradation', notable: true },
  EXP: { text: 'attendu', notable: true },
  UNE: { text: '● inattendu', notable: true },
  NCL: { text: 'aucun seuil défini', notable: true },
  CAR: { text: '● porteur d’un gène altéré', notable: true },
  POS: { text: '● positif', notable: true },
  DET: { text: '● détecté', notable: true },
  RR: { text: '● réactif', notable: true },
  WR: { text: '● faiblement réactif', notable: true },
  NEG: { text: 'négatif', notable: false },
  ND: { text: 'non détecté', notable: false },
  NR: { text: 'non réactif', notable: false },
  IND: { text: '○ indéterminé', notable: true },
  E: { text: '○ équivoque', notable: true },
  S: { text: 'S sensible', notable: false },
  I: { text: 'I sensible à forte posologie', notable: true },
  SDD: { text: 'SDD sensible selon la dose', notable: true },
  R: { text: 'R résistant', notable: true },
  NS: { text: 'NS non sensible', notable: true },
  MS: { text: 'MS modérément sensible', notable: true },
  VS: { text: 'VS très sensible', notable: false },
  IE: { text: 'IE non interprétable', notable: false },
  'SYN-R': { text: 'synergie : résistant', notable: true },
  'SYN-S': { text: 'synergie : sensible', notable: true },
};

/** Flags of a result as one mark; a code that has no French word is printed as it is. */
export function printedFlag(codes: readonly InterpretationCode[]): Flag {
  const flags = codes.map((code) => FLAGS[code] ?? { text: code, notable: true });
  return {
    text: flags
      // A sign alone at the end of a line would say nothing.
      .map((flag) => flag.text.replace(' ', NB))
      .filter((text) => text !== '')
      .join(', '),
    notable: flags.some((flag) => flag.notable),
  };
}

const SEXES = { M: 'masculin', F: 'féminin', UN: 'indéterminé' } as const;

export function printedSex(sex: keyof typeof SEXES): string {
  return SEXES[sex];
}

/** FINESS or RPPS number without the type digit of a national identifier: `1` FINESS, `8` RPPS, `0` ADELI, `3` SIRET. */
export function printedIdNat(idNat: string): string {
  const number = idNat.slice(1);
  switch (idNat[0]) {
    case '0':
      return `ADELI${NB}${number}`;
    case '1':
      return `FINESS${NB}${number}`;
    case '3':
      return `SIRET${NB}${number}`;
    case '8':
      return `RPPS${NB}${number}`;
    default:
      return idNat;
  }
}

/** `Dr Anne MARTIN`, kept on one line. */
export function unbrokenName(person: Professional): string {
  return printedName(person).replaceAll(' ', NB);
}

/** Name, address, telephone and director of a laboratory, in one sentence (CSP R.6222-3). */
export function printedPerformer(laboratory: PerformingLaboratory): string {
  const { address, phone, director, idNat } = laboratory;
  const street = address
    ? [...address.lines, [address.postalCode, address.city].filter(Boolean).join(' ')]
    : [];
  return [
    laboratory.name,
    ...street.filter((line) => line !== ''),
    ...(phone ? [`tél. ${printedPhone(phone)}`] : []),
    ...(idNat ? [printedIdNat(idNat)] : []),
    ...(director ? [`biologiste responsable : ${unbrokenName(director)}`] : []),
  ].join(', ');
}

/** A count with its noun: `1 page`, `3 pages`. */
export function pages(count: number): string {
  return `${count}${NB}page${count > 1 ? 's' : ''}`;
}
