/** Words of a French label that claim a method, against LOINC METHOD_TYP (terminology.md §10, check 8). */
const CLAIMS: readonly {
  readonly label: RegExp;
  /** Labels that would contradict themselves: `sans P5P` holds P5P. */
  readonly unless?: RegExp;
  readonly method: RegExp;
  /** `contrary`: the method must not be this one; `wanted`: it must. */
  readonly kind: 'contrary' | 'wanted';
  readonly says: string;
  readonly is: string;
}[] = [
  {
    label: /\bdosé|\bdirect/,
    method: /calcul/i,
    kind: 'contrary',
    says: 'dosé',
    is: 'code d’un résultat calculé',
  },
  { label: /calculé/, method: /direct/i, kind: 'contrary', says: 'calculé', is: 'code d’un dosage direct' },
  {
    label: /sans p5p/,
    method: /^(?!.*(?:without|no add)).*P-5'-P/i,
    kind: 'contrary',
    says: 'sans P5P',
    is: 'code avec phosphate de pyridoxal',
  },
  {
    label: /p5p/,
    unless: /sans p5p/,
    method: /(?:without|no add).*P-5'-P/i,
    kind: 'contrary',
    says: 'P5P',
    is: 'code sans phosphate de pyridoxal',
  },
  {
    label: /(?:^|[\s(])(?:[µu]s|hs)(?:$|[\s)])|ultra-?\s?sensible|haute sensibilité/,
    method: /high sens|detection limit|ultra/i,
    kind: 'wanted',
    says: 'ultrasensible',
    is: 'code sans technique de haute sensibilité',
  },
];

/** @returns what contradicts what, French; undefined when nothing does */
export function methodContradiction(label: string, method: string, code: string): string | undefined {
  const text = label.toLowerCase();
  const claim = CLAIMS.find(
    (one) =>
      one.label.test(text) &&
      !one.unless?.test(text) &&
      one.method.test(method) === (one.kind === 'contrary'),
  );
  return claim && `libellé « ${claim.says} » contre ${code}, ${claim.is}.`;
}
