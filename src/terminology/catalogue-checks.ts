import type { Column } from './catalogue-columns.ts';
import { agreesWith } from './conversions.ts';
import { dimensionOf, fitsProperty, sameKind } from './dimension.ts';
import type { CatalogueEntry, SecondUnit } from './entry.ts';
import type { Finding, FindingLevel } from './finding.ts';
import type { LoincTerm } from './loinc.ts';
import { checkDigit, hasValidCheckDigit } from './loinc-code.ts';
import { methodContradiction } from './method-check.ts';
import { acceptsSpecimen } from './specimens.ts';
import type { Tables } from './tables.ts';
import { emittedUnit, isAcceptedUnit, normaliseUnit } from './units.ts';
import { mayBeSubChapter } from './value-sets.ts';

/** Writes one finding about one cell of the entry under examination. */
type Report = (column: Column, level: FindingLevel, rule: string, message: string) => void;

/**
 * The rules about content (terminology.md §10), on lines whose form is right.
 * @param nameOf how the file names a column
 */
export function checkLines(
  entries: readonly CatalogueEntry[],
  tables: Tables,
  nameOf: (column: Column) => string,
): Finding[] {
  const findings: Finding[] = [];
  const about =
    (entry: CatalogueEntry): Report =>
    (column, level, rule, message) =>
      findings.push({
        line: entry.line,
        code: entry.code,
        column: nameOf(column),
        level,
        rule,
        message: `${entry.code} : ${message}`,
      });
  for (const entry of entries) {
    const report = about(entry);
    checkMapping(entry, tables, report);
    checkPlace(entry, tables, report);
    checkPrintedUnit(entry, tables, report);
    checkSecondUnit(entry, tables, report);
    if (entry.method && !tables.methods.has(entry.method)) {
      const message = `technique « ${entry.method} » absente de la table TCCR ; elle ne sera pas émise.`;
      report('method_tccr', 'warning', 'method-unknown', message);
    }
    if (entry.specimen && !tables.specimenTypes.has(entry.specimen)) {
      const message = `nature d’échantillon « ${entry.specimen} » absente de la table 0487.`;
      report('specimen_code', 'warning', 'specimen-unknown', message);
    }
  }
  checkPeriods(entries, about);
  checkSharedLoinc(entries, about);
  return findings;
}

function checkMapping(entry: CatalogueEntry, tables: Tables, report: Report): void {
  if (entry.loinc === '') {
    if (entry.status === 'validated') {
      report('loinc', 'error', 'loinc-missing', 'ligne validée sans code LOINC.');
    } else if (entry.status === 'waiting') {
      report(
        'loinc',
        'warning',
        'waiting',
        'code national d’attente à fournir ; le résultat part avec son code local.',
      );
    } else {
      report('loinc', 'info', 'unmapped', 'sans code LOINC ; le résultat part avec son code local.');
    }
    return;
  }
  if (entry.status !== 'validated') {
    const message = `code ${entry.loinc} au statut « ${entry.status} » : il n’est pas émis tant qu’il n’est pas validé.`;
    report('status', 'info', 'not-validated', message);
  }
  const term = checkLoinc('loinc', entry.loinc, tables, report);
  if (!term) return;
  checkScale(entry, term, report);
  checkUnit('ucum_unit', entry.ucum, term, tables, report);
  if (contradictsPrinted(entry, term, tables)) {
    const message = `unité imprimée « ${entry.printedUnit} » sans rapport avec ${term.code} (${term.property}).`;
    report('local_unit', 'error', 'unit-property', message);
  } else if (entry.numeric !== false && term.scale === 'Qn' && entry.ucum === '' && needsUnit(term)) {
    // What is not emitted yet may still lack its unit.
    const level = entry.status === 'validated' ? 'error' : 'warning';
    const message = `résultat numérique sans unité (${term.code}, ${term.property}).`;
    report('ucum_unit', level, 'unit-missing', message);
  }
  checkSpecimen(entry, term, report);
  checkMethod(entry, term, report);
}

/** Check digit, existence, retirement, panel: @returns the term when it can be used. */
function checkLoinc(
  column: 'loinc' | 'loinc_2' | 'order_loinc',
  code: string,
  tables: Tables,
  report: Report,
): LoincTerm | undefined {
  const term = tables.loinc.get(code);
  if (!term && !hasValidCheckDigit(code)) {
    const [digits = ''] = code.split('-');
    const likely = `${digits}-${checkDigit(digits)}`;
    report(column, 'error', 'loinc-check-digit', `clé du code LOINC ${code} fausse ; ${likely} attendu.`);
    return undefined;
  }
  const targets = tables.retired.get(code);
  if (targets) {
    const [only, ...others] = targets;
    const advice =
      others.length === 0
        ? `remplacement proposé : ${only}`
        : `plusieurs remplacements possibles, à choisir : ${targets.join(', ')}`;
    const fate = tables.circuit?.codes.has(code) ? 'encore émis, car au circuit' : 'n’est plus émis';
    const message = `le code LOINC ${code} est obsolète, ${fate} ; ${advice}.`;
    report(column, 'warning', 'loinc-retired', message);
    return term;
  }
  if (!term) {
    report(column, 'error', 'loinc-unknown', `le code LOINC ${code} est absent de la table chargée.`);
    return undefined;
  }
  if (tables.circuit && !tables.circuit.codes.has(code)) {
    report(column, 'warning', 'loinc-circuit', `le code LOINC ${code} est absent du circuit de la biologie.`);
  }
  if (term.panel && column !== 'order_loinc') {
    report(column, 'error', 'loinc-panel', `${code} est un code de bilan, pas de résultat.`);
    return undefined;
  }
  if (term.status === 'DISCOURAGED' || term.status === 'DEPRECATED') {
    report(column, 'warning', 'loinc-discouraged', `le code LOINC ${code} est déconseillé (${term.status}).`);
  }
  return term;
}

function checkScale(entry: CatalogueEntry, term: LoincTerm, report: Report): void {
  if (entry.numeric === true && ['Ord', 'Nom', 'Nar', 'Doc'].includes(term.scale)) {
    const message = `valeur numérique sur ${term.code}, code d’échelle ${term.scale} (qualitatif ou texte).`;
    report('value_type', 'error', 'scale', message);
  }
  if (entry.numeric === false && term.scale === 'Qn') {
    report(
      'value_type',
      'error',
      'scale',
      `valeur en texte sur ${term.code}, code d’échelle Qn (numérique).`,
    );
  }
  if (entry.ucum !== '' && ['Ord', 'Nom', 'Nar', 'Doc'].includes(term.scale)) {
    report('ucum_unit', 'error', 'unit-on-text', `unité sur ${term.code}, code d’échelle ${term.scale}.`);
  }
}

/** Accepted, of the right kind, and not a daily rate on a spot specimen. */
function checkUnit(
  column: 'ucum_unit' | 'ucum_unit_2',
  unit: string,
  term: LoincTerm,
  tables: Tables,
  report: Report,
): void {
  if (unit === '') return;
  const advised = emittedUnit(normaliseUnit(tables.units, unit, term.property));
  const advice = advised && advised !== unit ? ` ; écrire ${advised}` : '';
  if (!isAcceptedUnit(unit, tables.acceptedUnits)) {
    report(column, 'error', 'unit-refused', `unité « ${unit} » absente de la liste UCUM acceptée${advice}.`);
    return;
  }
  if (fitsProperty(unit, term.property) === false || fitsExamples(unit, term) === false) {
    const kind = term.property || term.exampleUnits.join(', ');
    const message = `unité « ${unit} » sans rapport avec ${term.code} (${kind})${advice}.`;
    report(column, 'error', 'unit-property', message);
  }
  if (/\(24\.h\)$|\/d$/.test(unit) && term.time === 'Pt') {
    const message = `débit par 24 h sur ${term.code}, code d’un échantillon ponctuel.`;
    report(column, 'error', 'unit-time', message);
  }
}

/** For the terms whose property is not stated: the unit must be of the kind of one example. */
function fitsExamples(unit: string, term: LoincTerm): boolean | undefined {
  const dimension = dimensionOf(unit);
  const examples = term.exampleUnits.flatMap((example) => dimensionOf(example) ?? []);
  if (term.property !== '' || !dimension || examples.length === 0) return undefined;
  return examples.some((example) => sameKind(example, dimension));
}

/** A printed unit that is known, and is another quantity's: no emitted unit could be deduced from it. */
function contradictsPrinted(entry: CatalogueEntry, term: LoincTerm, tables: Tables): boolean {
  if (entry.ucum !== '' || entry.printedUnit === '') return false;
  const meaning = emittedUnit(normaliseUnit(tables.units, entry.printedUnit));
  return meaning !== undefined && fitsProperty(meaning, term.property) === false;
}

/** A quantity that LOINC itself shows without unit ({INR}, {ratio}) may go without. */
function needsUnit(term: LoincTerm): boolean {
  return term.exampleUnits.length > 0 && !term.exampleUnits.every((unit) => /^\{[^}]*\}$/.test(unit));
}

/** The value is emitted as printed: the emitted unit must then be the printed one, to the power of ten. */
function checkPrintedUnit(entry: CatalogueEntry, tables: Tables, report: Report): void {
  const pairs = [
    ['ucum_unit', entry.printedUnit, entry.ucum, entry.loinc],
    ['ucum_unit_2', entry.second?.printedUnit ?? '', entry.second?.ucum ?? '', entry.second?.loinc ?? ''],
  ] as const;
  for (const [column, printed, ucum, loinc] of pairs) {
    if (printed === '') continue;
    const meaning = normaliseUnit(tables.units, printed, tables.loinc.get(loinc)?.property);
    const expected = emittedUnit(meaning);
    if (ucum === '') {
      const term = tables.loinc.get(loinc);
      if (meaning?.emitted === 'none' || (term && contradictsPrinted(entry, term, tables))) continue;
      const level = entry.status === 'validated' ? 'error' : 'warning';
      report(column, level, 'unit-unknown', `unité imprimée « ${printed} » : unité UCUM à indiquer.`);
      continue;
    }
    if (entry.loinc === '' && !isAcceptedUnit(ucum, tables.acceptedUnits)) {
      report(column, 'error', 'unit-refused', `unité « ${ucum} » absente de la liste UCUM acceptée.`);
    }
    const [is, should] = [dimensionOf(ucum), expected === undefined ? undefined : dimensionOf(expected)];
    if (!is || !should || !sameKind(is, should) || is.exponent === should.exponent) continue;
    const message = `« ${printed} » et « ${ucum} » diffèrent d’un facteur 10^${should.exponent - is.exponent} ; écrire ${expected}.`;
    report(column, 'error', 'unit-scale', message);
  }
}

function checkSecondUnit(entry: CatalogueEntry, tables: Tables, report: Report): void {
  const { second } = entry;
  if (!second || second.loinc === '') return;
  const term = checkLoinc('loinc_2', second.loinc, tables, report);
  if (!term) return;
  if (second.ucum === '') report('ucum_unit_2', 'error', 'unit-missing', 'deuxième unité sans unité UCUM.');
  checkUnit('ucum_unit_2', second.ucum, term, tables, report);
  const agrees = agreesWith(tables.conversions, {
    loinc: entry.loinc,
    ucum: entry.ucum,
    loinc2: second.loinc,
    ucum2: second.ucum,
    factor: second.factor,
    offset: second.offset,
  });
  const first = tables.loinc.get(entry.loinc);
  if (agrees === undefined && first && !isPair(first, term, entry.ucum, second)) {
    const message = `${first.code} (${first.property || 'grandeur non dite'}) et ${term.code} (${term.property || 'grandeur non dite'}) ne sont pas deux unités d’un même résultat.`;
    report('loinc_2', 'error', 'unit-pair', message);
  } else if (agrees === false) {
    const message = `facteur ${second.factor} contraire à la masse molaire connue (de ${entry.ucum} vers ${second.ucum}).`;
    report('factor_2', 'error', 'factor', message);
  } else if (agrees === undefined) {
    report(
      'factor_2',
      'info',
      'factor-unchecked',
      'facteur de conversion que nos tables ne permettent pas de vérifier.',
    );
  }
}

/** LOINC properties of one result in moles and in mass. */
const PAIRED_PROPERTIES: readonly (readonly [string, string])[] = [
  ['SCnc', 'MCnc'],
  ['SRat', 'MRat'],
  ['SCnt', 'MCnt'],
  ['SRto', 'MRto'],
  ['SFr', 'MFr'],
];

/** May two terms be one result twice: mole and mass, a pair that the tables know, or two scales of one unit? */
function isPair(first: LoincTerm, other: LoincTerm, ucum: string, second: SecondUnit): boolean {
  if (first.property === '' || other.property === '') return true;
  const [a, b] = [dimensionOf(ucum), dimensionOf(second.ucum)];
  const sameQuantity = !a || !b || sameKind(a, b);
  const paired = PAIRED_PROPERTIES.some(
    (pair) =>
      pair.includes(first.property) && pair.includes(other.property) && first.property !== other.property,
  );
  return paired || (sameQuantity && first.code !== other.code);
}

function checkSpecimen(entry: CatalogueEntry, term: LoincTerm, report: Report): void {
  if (acceptsSpecimen(term.system, entry.specimen) !== false) return;
  const message = `échantillon ${entry.specimen} contre le milieu « ${term.system} » de ${term.code}.`;
  report('specimen_code', 'warning', 'specimen', message);
}

function checkMethod(entry: CatalogueEntry, term: LoincTerm, report: Report): void {
  const message = methodContradiction(entry.label, term.method, term.code);
  if (message) report('loinc', 'warning', 'method', message);
}

function checkPlace(entry: CatalogueEntry, tables: Tables, report: Report): void {
  const chapter = tables.chapters.get(entry.chapter);
  if (!chapter) {
    const message = entry.chapter === '' ? 'chapitre manquant.' : `chapitre « ${entry.chapter} » inconnu.`;
    report('chapter', 'error', 'chapter-unknown', message);
  }
  if (entry.subChapter !== '' && entry.subChapter !== entry.chapter) {
    const subChapter = tables.chapters.get(entry.subChapter);
    if (!subChapter) {
      report('sub_chapter', 'error', 'sub-chapter-unknown', `sous-chapitre « ${entry.subChapter} » inconnu.`);
    } else if (!mayBeSubChapter(subChapter)) {
      const message = `« ${entry.subChapter} » est un code d’attente : il ne peut être que chapitre.`;
      report('sub_chapter', 'error', 'sub-chapter-loinc', message);
    }
  }
  if (entry.orderLoinc !== '') checkLoinc('order_loinc', entry.orderLoinc, tables, report);
}

/** Two lines of one code may hold on the same day only when specimen or kind of value tells them apart. */
function checkPeriods(entries: readonly CatalogueEntry[], about: (entry: CatalogueEntry) => Report): void {
  const seen = new Map<string, CatalogueEntry[]>();
  for (const entry of entries) {
    const key = `${entry.code}\u0000${entry.specimen}`;
    const earlier = seen.get(key) ?? [];
    const other = earlier.find(
      (one) =>
        one.validFrom <= entry.validTo &&
        entry.validFrom <= one.validTo &&
        !toldApart(one.numeric, entry.numeric),
    );
    if (other) {
      const message = `même code et même période que la ligne ${other.line}.`;
      about(entry)('valid_from', 'error', 'overlap', message);
    }
    seen.set(key, [...earlier, entry]);
  }
}

/** A kind of value that is not stated tells nothing apart. */
function toldApart(a: boolean | undefined, b: boolean | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function checkSharedLoinc(
  entries: readonly CatalogueEntry[],
  about: (entry: CatalogueEntry) => Report,
): void {
  const first = new Map<string, CatalogueEntry>();
  for (const entry of entries) {
    if (entry.loinc === '' || entry.status !== 'validated') continue;
    const other = first.get(entry.loinc);
    if (!other) first.set(entry.loinc, entry);
    else if (other.code !== entry.code) {
      const message = `même code LOINC ${entry.loinc} que ${other.code} (ligne ${other.line}).`;
      about(entry)('loinc', 'info', 'loinc-shared', message);
    }
  }
}
