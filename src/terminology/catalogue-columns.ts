import { headerKey } from './delimited.ts';

/** Columns of the catalogue, by the name that this program gives them. */
export const COLUMNS = [
  'local_code',
  'local_label',
  'synonym',
  'nabm',
  'specimen_code',
  'value_type',
  'local_unit',
  'order_loinc',
  'loinc',
  'waiting_code',
  'waiting_label',
  'ucum_unit',
  'local_unit_2',
  'loinc_2',
  'ucum_unit_2',
  'factor_2',
  'offset_2',
  'decimals_2',
  'method_tccr',
  'accredited',
  'chapter',
  'sub_chapter',
  'battery',
  'status',
  'valid_from',
  'valid_to',
  'validated_by',
  'validated_on',
  'comment',
] as const;

export type Column = (typeof COLUMNS)[number];

export const REQUIRED: readonly Column[] = ['local_code', 'local_label', 'loinc', 'chapter', 'status'];

/** Headers that French spreadsheets use, without case, accents or punctuation. */
const ALIASES: Readonly<Record<string, Column>> = {
  code: 'local_code',
  codeanalyse: 'local_code',
  codelocal: 'local_code',
  libelle: 'local_label',
  libellelocal: 'local_label',
  libelleanalyse: 'local_label',
  synonyme: 'synonym',
  synonymes: 'synonym',
  codenabm: 'nabm',
  natureechantillon: 'specimen_code',
  echantillon: 'specimen_code',
  specimen: 'specimen_code',
  type: 'value_type',
  typevaleur: 'value_type',
  unite: 'local_unit',
  unitelocale: 'local_unit',
  uniteimprimee: 'local_unit',
  loincprescription: 'order_loinc',
  loincdemande: 'order_loinc',
  codeloinc: 'loinc',
  codeattente: 'waiting_code',
  libelleattente: 'waiting_label',
  uniteucum: 'ucum_unit',
  ucum: 'ucum_unit',
  uniteemise: 'ucum_unit',
  '2eunite': 'local_unit_2',
  unite2: 'local_unit_2',
  loinc2: 'loinc_2',
  uniteucum2: 'ucum_unit_2',
  ucum2: 'ucum_unit_2',
  facteur: 'factor_2',
  facteur2: 'factor_2',
  decalage: 'offset_2',
  decalage2: 'offset_2',
  decimales2: 'decimals_2',
  technique: 'method_tccr',
  methode: 'method_tccr',
  accredite: 'accredited',
  cofrac: 'accredited',
  chapitre: 'chapter',
  souschapitre: 'sub_chapter',
  batterie: 'battery',
  bilan: 'battery',
  statut: 'status',
  datedebut: 'valid_from',
  datefin: 'valid_to',
  validepar: 'validated_by',
  valideepar: 'validated_by',
  datevalidation: 'validated_on',
  commentaire: 'comment',
};

/** The column that a header names; undefined when it names none. */
export function columnOf(header: string): Column | undefined {
  const trimmed = header.trim();
  const exact = COLUMNS.find((column) => column === trimmed);
  if (exact) return exact;
  const key = headerKey(trimmed);
  return ALIASES[key] ?? COLUMNS.find((column) => column.replaceAll('_', '') === key);
}
