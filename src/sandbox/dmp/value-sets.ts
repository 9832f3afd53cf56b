/** Rows of the national value sets (dmp.md §8), with what is known of their completeness. */

export interface ValueSet {
  readonly scheme: string;
  readonly codes: ReadonlySet<string>;
  /** False when only some rows are known: another code of the scheme is a deviation, not a refusal. */
  readonly complete: boolean;
}

const set = (scheme: string, complete: boolean, ...codes: string[]): ValueSet => ({
  scheme,
  complete,
  codes: new Set(codes),
});

const LOINC = '2.16.840.1.113883.6.1';

/** ASS_X16. */
export const CLASSES = set('1.2.250.1.213.1.1.4.1', true, '10');
/** JDV_J66, the only type that a laboratory's CR-Bio has. */
export const TYPES = set(LOINC, true, '11502-2');
/** JDV_J60. */
export const FORMATS = set(
  '1.3.6.1.4.1.19376.1.2.3',
  true,
  'urn:ihe:lab:xd-lab:2008',
  'urn:ihe:iti:xds-sd:pdf:2008',
);
/** JDV_J61. */
export const FACILITIES = set('1.2.250.1.71.4.2.4', false, 'SA25', 'SA29', 'SA59', 'SA01', 'SA04');
/** JDV_J62. */
export const PRACTICES = set(
  '1.2.250.1.213.1.1.4.9',
  true,
  ...[
    'AMBULATOIRE',
    'ETABLISSEMENT',
    'HAD',
    'DEPISTAGE',
    'ESSMS',
    'SAD',
    'MAD',
    'PALLIATIF',
    'SAMU_SMUR',
    'AMO',
  ],
);
/** JDV_J59. */
export const CONTENT_TYPES = set(
  '1.2.250.1.213.2.2',
  false,
  '26',
  '03',
  '07',
  '19',
  '97',
  'SA25',
  'SA29',
  'SA59',
);
/** JDV_J58, the part that the CDA carries. */
export const CONFIDENTIALITIES = set('2.16.840.1.113883.5.25', true, 'N', 'R', 'V');
/** JDV_J58, the part that only the dispatch order gives. */
export const MASKS = set(
  '1.2.250.1.213.1.1.4.13',
  true,
  'MASQUE_PS',
  'INVISIBLE_PATIENT',
  'INVISIBLE_REPRESENTANTS_LEGAUX',
);
/** JDV_J01. */
export const SPECIALTIES = set('1.2.250.1.213.1.1.4.5', false, 'G15_10/SM03', 'G15_21/G', 'G15_21/EG');
/** Chapters, and second-intention results. */
export const EVENT_SCHEMES = new Set([LOINC, '1.2.250.1.213.1.1.5.130']);

/**
 * Whether a coded value is of a value set.
 * @returns what is wrong; a code unknown to an incomplete set is only told to `ecart`
 */
export function valueProblem(
  attribute: string,
  value: { readonly code: string; readonly scheme: string },
  valueSet: ValueSet,
  ecart: (detail: string) => void,
): string | undefined {
  if (value.scheme !== valueSet.scheme) return `${attribute}: scheme ${value.scheme || 'absent'}`;
  if (valueSet.codes.has(value.code)) return undefined;
  if (valueSet.complete) return `${attribute}: code ${value.code || 'absent'}`;
  ecart(`${attribute}: code ${value.code} is not known here`);
  return undefined;
}
