import type { Battery, Report } from '../report/report.ts';
import { latest } from '../report/timestamp.ts';
import { commentAct } from './comment-entry.ts';
import { templateIds } from './datatypes.ts';
import { imageEntry, imagesOf } from './image.ts';
import { isolateOrganizer } from './isolate-entry.ts';
import { isolatePath } from './isolate-lines.ts';
import { batteryLines, remarkId } from './line.ts';
import { otherThan, performer } from './other-laboratory.ts';
import { examCode, resultObservation } from './result-entry.ts';
import { statusOfResults } from './status.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/**
 * What an exam adds to the act of its chapter: a battery, or its result alone when it has but one, then its isolates,
 * which stand beside the battery (cr-bio §6).
 */
export function batteryEntries(battery: Battery, path: string, report: Report): XmlElement[] {
  return [
    ...(isSingle(battery)
      ? singleResult(battery, path, report)
      : [component(organizer(battery, path, report))]),
    ...battery.isolates.map((isolate, index) =>
      component(isolateOrganizer(isolate, isolatePath(path, index), report)),
    ),
  ];
}

const component = (entry: XmlElement): XmlElement => el('entryRelationship', { typeCode: 'COMP' }, entry);

/** An awaited result keeps its battery: that is where `active` can be said. */
function isSingle(battery: Battery): boolean {
  const [only, ...others] = battery.results;
  return only !== undefined && others.length === 0 && !battery.loinc && only.status !== 'pending';
}

function singleResult(battery: Battery, path: string, report: Report): XmlElement[] {
  const inherited = battery.performer;
  const whole: Battery = inherited
    ? {
        ...battery,
        results: battery.results.map((result) => ({ ...result, performer: result.performer ?? inherited })),
      }
    : battery;
  const observations = batteryLines(whole, path).map((line) => resultObservation(line, report));
  return [
    ...observations.filter((observation) => observation !== undefined).map(component),
    ...imagesOf(battery, path).map((image) => component(imageEntry(image))),
    ...battery.comments.map((_, index) =>
      el('entryRelationship', { typeCode: 'SUBJ' }, commentAct(remarkId(path, index))),
    ),
  ];
}

/** FR-Batterie-examens-de-biologie-medicale (cr-bio §7.5). */
function organizer(battery: Battery, path: string, report: Report): XmlElement {
  const { laboratory } = report;
  const other = otherThan(laboratory, battery.performer);
  return el(
    'organizer',
    { classCode: 'BATTERY', moodCode: 'EVN' },
    templateIds(TEMPLATES.battery),
    examCode(battery, laboratory.oids.localCodes, path),
    el('statusCode', { code: statusOfResults(battery.results) }),
    other && performer(other, performedAt(battery, report), laboratory),
    batteryLines(battery, path).map((line) => {
      const observation = resultObservation(line, report);
      return observation && el('component', {}, observation);
    }),
    imagesOf(battery, path).map((image) => el('component', {}, imageEntry(image))),
    battery.comments.map((_, index) => el('component', {}, commentAct(remarkId(path, index)))),
  );
}

/** When the work was done, as far as its results say. */
export function performedAt(battery: Pick<Battery, 'results'>, report: Report) {
  return latest(battery.results.map((result) => result.analysedAt)) ?? report.version.effectiveTime;
}
