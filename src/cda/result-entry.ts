import type { Coding } from '../report/coding.ts';
import type { Report } from '../report/report.ts';
import type { LocalCode, PreviousValue } from '../report/result.ts';
import { toCda } from '../report/timestamp.ts';
import { commentAct } from './comment-entry.ts';
import { coded, personName, professionalId, templateIds, time } from './datatypes.ts';
import type { Line } from './line.ts';
import { methodId, remarkId, valueId } from './line.ts';
import { otherThan, performer } from './other-laboratory.ts';
import { TEMPLATES } from './templates.ts';
import type { ValueContext } from './value.ts';
import { originalText, referenceRange, valueElement } from './value.ts';
import { interpretationCoding } from './value-sets/interpretations.ts';
import type { XmlContent, XmlElement } from './xml.ts';
import { el } from './xml.ts';

/**
 * FR-Resultat-examens-de-biologie-element-clinique-pertinent (cr-bio §7.1). A pending line has no observation: `active`
 * is refused here, its parent's status and the narrative say that it is awaited.
 */
export function resultObservation(line: Line, report: Report): XmlElement | undefined {
  const { result } = line;
  if (result.status === 'pending') return undefined;
  const { laboratory } = report;
  const cancelled = result.status === 'cancelled';
  const other = otherThan(laboratory, result.performer);
  const at = result.analysedAt ?? result.observedAt ?? report.version.effectiveTime;
  return el(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    templateIds(TEMPLATES.result),
    examCode({ ...line, local: result.local }, laboratory.oids.localCodes, line.path),
    el('statusCode', { code: cancelled ? 'aborted' : 'completed' }),
    time('effectiveTime', at),
    cancelled ? undefined : value(line),
    result.interpretations.map(interpretation),
    method(line),
    other && performer(other, at, laboratory),
    validator(line, report),
    line.second ? [] : result.previous.map((previous) => previousObservation(previous, line, report)),
    line.remarks.map((_, index) =>
      el('entryRelationship', { typeCode: 'SUBJ' }, commentAct(remarkId(line.path, index))),
    ),
    line.ranges.slice(0, 1).map((range) => referenceRange(range, valueContext(line))),
  );
}

/**
 * The code of a result or battery: LOINC with the local code as translation, or no code at all but its translations,
 * the national waiting code first (cr-bio §7.4). A local code is never put in `code`.
 */
export function examCode(
  { loinc, waiting, local }: { loinc?: Coding | undefined; waiting?: Coding; local: LocalCode },
  localCodes: string,
  reference: string | undefined,
): XmlElement {
  return el(
    'code',
    loinc ? { code: loinc.code, codeSystem: loinc.system, displayName: loinc.display } : {},
    reference === undefined ? undefined : originalText(reference),
    waiting && coded('translation', waiting),
    local.code.trim() === ''
      ? undefined
      : el('translation', {
          code: codeToken(local.code),
          codeSystem: localCodes,
          displayName: local.label || local.code,
        }),
  );
}

/** CDA's `cs` holds no white space (datatypes-base.xsd), and laboratories have codes such as `CT HDL`. */
const codeToken = (code: string): string => code.trim().replace(/\s+/g, '_');

const valueContext = (line: Line): ValueContext => ({
  ucum: line.ucum,
  printedUnit: line.printedUnit,
  coded: (line.loinc ?? line.waiting) !== undefined,
});

function value(line: Line): XmlElement {
  if (!line.value) return el('value', { 'xsi:type': 'PQ', nullFlavor: 'NAV' });
  return valueElement(line.value, { ...valueContext(line), reference: valueId(line) });
}

/** Codes outside the value set (MS, VS) stay in the narrative only. */
function interpretation(code: string): XmlContent {
  const coding = interpretationCoding(code);
  return coding && coded('interpretationCode', coding);
}

function method(line: Line): XmlContent {
  if (line.method === undefined) return undefined;
  const coding = line.result.coding.method;
  return el(
    'methodCode',
    coding ? { code: coding.code, codeSystem: coding.system, displayName: coding.display } : {},
    originalText(methodId(line)),
  );
}

/**
 * Told per result only where several biologists share the report, or where another laboratory's answers for it; otherwise
 * the header says it for all.
 */
function validator({ result }: Line, report: Report): XmlContent {
  const who = result.validator;
  const outside = result.releasedByPerformer === true;
  if (!who?.idNat || (report.validators.length < 2 && !outside)) return undefined;
  const known = outside
    ? { at: result.analysedAt ?? report.version.effectiveTime }
    : report.validators.find(({ professional }) => professional.idNat === who.idNat);
  if (!known) return undefined;
  return el(
    'participant',
    { typeCode: 'AUTHEN' },
    templateIds(TEMPLATES.validator),
    time('time', known.at),
    el(
      'participantRole',
      {},
      professionalId(who),
      el('addr', { nullFlavor: 'NAV' }),
      el('telecom', { nullFlavor: 'NAV' }),
      el('playingEntity', {}, personName(who)),
    ),
  );
}

/** Antériorité: no templateId, but a time, a status and a value each (cr-bio §7.2). */
function previousObservation(previous: PreviousValue, line: Line, report: Report): XmlElement {
  const { local } = line.result;
  return el(
    'entryRelationship',
    { typeCode: 'REFR' },
    el(
      'observation',
      { classCode: 'OBS', moodCode: 'EVN' },
      examCode({ ...line, local }, report.laboratory.oids.localCodes, line.loinc ? undefined : line.path),
      el('statusCode', { code: 'completed' }),
      el('effectiveTime', { value: toCda(previous.observedAt) }),
      valueElement(previous.value, valueContext(line)),
    ),
  );
}
