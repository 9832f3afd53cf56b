/**
 * What kind of quantity a unit measures, computed from the emitted code alone. It only compares units that the accepted
 * list already let through (units.ts): it never makes a unit legal.
 */
export interface Dimension {
  /** Base kind → power: `mol/L` is {amount: 1, length: -3}. Counts, fractions and annotations have no kind. */
  readonly kinds: ReadonlyMap<BaseKind, number>;
  /** Power of ten against the base (g, mol, metre…): `mmol/L` is 10^(-3 + 3) = 0. Units of time count for 1. */
  readonly exponent: number;
}

type BaseKind =
  | 'mass'
  | 'amount'
  | 'osmole'
  | 'catalytic'
  | 'arbitrary'
  | 'length'
  | 'time'
  | 'pressure'
  | 'temperature'
  | 'pH'
  | 'field';

type Atom = readonly [kinds: readonly (readonly [BaseKind, number])[], exponent: number];

/** Units that take a metric prefix. A litre is a cubic decimetre. */
const METRIC: Readonly<Record<string, Atom>> = {
  g: [[['mass', 1]], 0],
  mol: [[['amount', 1]], 0],
  eq: [[['amount', 1]], 0],
  osm: [[['osmole', 1]], 0],
  U: [[['catalytic', 1]], 0],
  kat: [[['catalytic', 1]], 0],
  '[IU]': [[['arbitrary', 1]], 0],
  "[arb'U]": [[['arbitrary', 1]], 0],
  L: [[['length', 3]], -3],
  m: [[['length', 1]], 0],
  Pa: [[['pressure', 1]], 0],
  s: [[['time', 1]], 0],
};

const PLAIN: Readonly<Record<string, Atom>> = {
  '%': [[], -2],
  '[ppth]': [[], -3],
  '[ppm]': [[], -6],
  '[CFU]': [[], 0],
  '[pH]': [[['pH', 1]], 0],
  '[HPF]': [[['field', 1]], 0],
  '[LPF]': [[['field', 1]], 0],
  'mm[Hg]': [[['pressure', 1]], 0],
  Cel: [[['temperature', 1]], 0],
  min: [[['time', 1]], 0],
  h: [[['time', 1]], 0],
  d: [[['time', 1]], 0],
  '24.h': [[['time', 1]], 0],
};

const PREFIXES: Readonly<Record<string, number>> = {
  k: 3,
  d: -1,
  c: -2,
  m: -3,
  u: -6,
  n: -9,
  p: -12,
  f: -15,
};

/** @returns the dimension, or undefined when the unit has a part that this table does not know: then nothing is compared */
export function dimensionOf(unit: string): Dimension | undefined {
  const bare = unit.replace(/\{[^}]*\}/g, '').replaceAll('(24.h)', '24.h');
  const [numerator = '', ...denominators] = bare.split('/');
  const kinds = new Map<BaseKind, number>();
  let exponent = 0;
  for (const [index, side] of [numerator, ...denominators].entries()) {
    const sign = index === 0 ? 1 : -1;
    for (const part of side === '24.h' ? [side] : side.split('.')) {
      if (part === '') continue;
      const atom = atomOf(part);
      if (!atom) return undefined;
      exponent += sign * atom[1];
      for (const [kind, power] of atom[0]) kinds.set(kind, (kinds.get(kind) ?? 0) + sign * power);
    }
  }
  for (const [kind, power] of kinds) if (power === 0) kinds.delete(kind);
  return { kinds, exponent };
}

function atomOf(part: string): Atom | undefined {
  const count = /^10\*(\d+)$/.exec(part)?.[1];
  if (count !== undefined) return [[], Number(count)];
  if (part === '100') return [[], 2];
  const known = PLAIN[part] ?? METRIC[part];
  if (known) return known;
  const raised = /^([a-zA-Z]+)(\d)$/.exec(part);
  if (raised) {
    const [, base = '', digit = ''] = raised;
    const atom = atomOf(base);
    const power = Number(digit);
    return atom && [atom[0].map(([kind, size]) => [kind, size * power] as const), atom[1] * power];
  }
  const prefix = PREFIXES[part.charAt(0)];
  const rest = METRIC[part.slice(1)];
  return prefix === undefined || !rest ? undefined : [rest[0], rest[1] + prefix];
}

/** Do two units measure the same kind of quantity? */
export function sameKind(a: Dimension, b: Dimension): boolean {
  return a.kinds.size === b.kinds.size && [...a.kinds].every(([kind, power]) => b.kinds.get(kind) === power);
}

/**
 * Units of the quantity that a LOINC property names, one legal example for each kind. A property that is absent here is
 * not checked.
 */
const PROPERTY_UNITS: Readonly<Record<string, readonly string[]>> = {
  MCnc: ['g/L'],
  SCnc: ['mol/L'],
  CCnc: ['U/L'],
  // Index values and cut-off ratios are arbitrary concentrations without a unit.
  ACnc: ['[IU]/L', '{index}', '[IU]'],
  NCnc: ['/L'],
  LnCnc: ['{logcopies}/mL'],
  LaCnc: ['{logiu}/mL'],
  MCnt: ['g/g'],
  CCnt: ['U/g'],
  MRat: ['g/d'],
  SRat: ['mol/d'],
  VRat: ['mL/min'],
  ArVRat: ['mL/min', 'mL/min/m2'],
  NFr: ['%'],
  MFr: ['%'],
  SFr: ['%'],
  VFr: ['%'],
  CFr: ['%'],
  RelTime: ['%'],
  RelACnc: ['%'],
  RelCCnc: ['%'],
  RelMCnc: ['%'],
  MRto: ['g/g', 'g/mol'],
  SRto: ['mol/mol', 'g/mol'],
  Titr: ['{titer}'],
  EntVol: ['fL'],
  EntMass: ['pg'],
  PPres: ['mm[Hg]'],
  LsCnc: ['[pH]'],
  Time: ['s'],
  Vel: ['mm/h'],
  Vol: ['mL'],
  Naric: ['/[HPF]'],
  Osmol: ['mosm/kg'],
};

/** @returns undefined when the property or the unit is not known well enough to say */
export function fitsProperty(unit: string, property: string): boolean | undefined {
  const dimension = dimensionOf(unit);
  const examples = PROPERTY_UNITS[property];
  if (!dimension || !examples) return undefined;
  return examples.some((example) => {
    const legal = dimensionOf(example);
    return legal !== undefined && sameKind(legal, dimension);
  });
}
