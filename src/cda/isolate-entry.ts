import { OID } from '../report/coding.ts';
import type { CodedIsolate, Report } from '../report/report.ts';
import { commentAct } from './comment-entry.ts';
import { id, templateIds } from './datatypes.ts';
import { isolateCountLines, isolateLines } from './isolate-lines.ts';
import type { Line } from './line.ts';
import { remarkId } from './line.ts';
import { resultObservation } from './result-entry.ts';
import { statusOfResults } from './status.ts';
import { TEMPLATES } from './templates.ts';
import { originalText } from './value.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** FR-Isolat-microbiologique: the organism, its count, its antibiogramme (cr-bio §7.8). */
export function isolateOrganizer(isolate: CodedIsolate, path: string, report: Report): XmlElement {
  const lines = isolateLines(isolate, path);
  const results = [...(isolate.count ? [isolate.count] : []), ...isolate.antibiogram];
  return el(
    'organizer',
    { classCode: 'CLUSTER', moodCode: 'EVN' },
    templateIds(TEMPLATES.isolate),
    el('statusCode', { code: statusOfResults(results) }),
    el(
      'specimen',
      { typeCode: 'SPC' },
      el(
        'specimenRole',
        { classCode: 'SPEC' },
        id(report.laboratory.oids.specimens, `${report.dossier}-${path}`),
        el('specimenPlayingEntity', { classCode: 'MIC' }, organismCode(isolate, path)),
      ),
    ),
    components(isolateCountLines(isolate, path), report),
    lines.length > 0 ? el('component', {}, antibiogram(isolate, lines, path, report)) : undefined,
    isolate.comments.map((_, index) => el('component', {}, commentAct(remarkId(path, index)))),
  );
}

/** SNOMED CT, NCBI taxonomy as the only translation allowed; a local organism code is refused, its name is read. */
function organismCode({ organism, snomed, ncbi }: CodedIsolate, path: string): XmlElement {
  const displayName = organism.label || organism.code;
  return el(
    'code',
    snomed === undefined ? {} : { code: snomed, codeSystem: OID.snomed, displayName },
    originalText(path),
    ncbi === undefined
      ? undefined
      : el('translation', { code: ncbi, codeSystem: OID.ncbiTaxonomy, displayName }),
  );
}

function antibiogram(
  isolate: CodedIsolate,
  lines: readonly Line[],
  path: string,
  report: Report,
): XmlElement {
  return el(
    'organizer',
    { classCode: 'BATTERY', moodCode: 'EVN' },
    templateIds(TEMPLATES.battery),
    el(
      'code',
      { code: '18769-0', codeSystem: OID.loinc, displayName: 'Antibiogramme' },
      originalText(`${path}-abg`),
    ),
    el('statusCode', { code: statusOfResults(isolate.antibiogram) }),
    components(lines, report),
  );
}

function components(lines: readonly Line[], report: Report): XmlElement[] {
  return lines
    .map((line) => resultObservation(line, report))
    .filter((observation) => observation !== undefined)
    .map((observation) => el('component', {}, observation));
}
