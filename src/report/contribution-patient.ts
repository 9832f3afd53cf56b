import type { ContributionPatient } from './contribution.ts';
import type { StatedIdentity } from './identity.ts';
import { nameWords } from './names.ts';
import { compact, dateForms, says } from './printed-identity.ts';

/**
 * What speaks against a contribution being of this patient, as names of fields (French, no value): birth date and sex
 * must agree, and so must the patient number of one authority and the INS of one space where both sides give them
 * (CSP D.6211-2; the name alone proves nothing, and contradicts nothing: laboratories cut and marry names). A date or sex
 * that one side does not give cannot agree; a shared number or INS makes up for it. A document alone must print the birth
 * date and the birth or used name.
 * @param identity of the report's patient, as it is now
 * @returns empty when it is theirs
 */
export function patientDifferences(patient: ContributionPatient, identity: StatedIdentity): string[] {
  return patient.kind === 'printed'
    ? printedDifferences(patient.text, identity)
    : statedDifferences(patient, identity);
}

/** Is it a document without any text, a scan, which can tell of nobody? */
export function isSilent(patient: ContributionPatient): boolean {
  return patient.kind === 'printed' && nameWords(patient.text).length === 0;
}

function statedDifferences(
  { numbers, ins, sex, birthDate }: Extract<ContributionPatient, { kind: 'stated' }>,
  { localId, ins: ours, traits }: StatedIdentity,
): string[] {
  const shared = numbers.filter(
    ({ authority }) => authority !== undefined && authority === localId.authority,
  );
  const otherNumber = shared.length > 0 && !shared.some(({ value }) => value === localId.value);
  const comparable = ins !== undefined && ours !== undefined && ins.oid === ours.oid;
  const otherIns = comparable && ins.matricule !== ours.matricule;
  const proven = (shared.length > 0 && !otherNumber) || (comparable && !otherIns);
  const born = traits.birthDate?.local.slice(0, 8) ?? '';
  return [
    ...agreement('date de naissance', compareDates(birthDate ?? '', born), proven),
    ...agreement(
      'sexe',
      sex === 'UN' || traits.sex === 'UN' ? 'unknown' : sex === traits.sex ? 'same' : 'other',
      proven,
    ),
    ...(otherNumber ? ['numéro de patient'] : []),
    ...(otherIns ? ['matricule INS'] : []),
  ];
}

type Comparison = 'same' | 'other' | 'unknown';

function agreement(field: string, compared: Comparison, proven: boolean): string[] {
  if (compared === 'other') return [field];
  return compared === 'unknown' && !proven ? [`${field} (non comparable)`] : [];
}

/** A partial date contradicts what does not begin so, and proves nothing. */
function compareDates(one: string, other: string): Comparison {
  if (!one.startsWith(other) && !other.startsWith(one)) return 'other';
  return one.length === 8 && other.length === 8 ? 'same' : 'unknown';
}

function printedDifferences(text: string, { traits }: StatedIdentity): string[] {
  const words = nameWords(text);
  const names = [traits.birthName, traits.usedName ?? ''].map(compact);
  const { birthDate } = traits;
  return [
    ...(names.some((name) => says(words, name)) ? [] : ['nom']),
    ...(birthDate && dateForms(birthDate).some((form) => says(words, form)) ? [] : ['date de naissance']),
  ];
}
