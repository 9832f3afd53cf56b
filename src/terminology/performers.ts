import type { PerformingLaboratory } from '../report/people.ts';
import type { Battery, Content } from '../report/report.ts';

/** Anything that another laboratory may have done. */
interface Performed {
  readonly performer?: PerformingLaboratory;
}

function sameLaboratory(a: PerformingLaboratory, b: PerformingLaboratory): boolean {
  return a.idNat !== undefined || b.idNat !== undefined ? a.idNat === b.idNat : a.name === b.name;
}

/** The laboratory that did every part; undefined when ours did one, when two did, or when there is no part. */
function onlyPerformer(parts: readonly Performed[]): PerformingLaboratory | undefined {
  const performer = parts[0]?.performer;
  const all = parts.every((part) => performer && part.performer && sameLaboratory(part.performer, performer));
  return all ? performer : undefined;
}

function withoutPerformer<T extends Performed>(part: T): T {
  const { performer: _, ...rest } = part;
  return rest as T;
}

/**
 * Raises the subcontractor to the battery when it did all of its results, and takes it off them: cr-bio.md §7.7 wants it
 * at the highest level wholly done by the other laboratory.
 */
export function raiseToBattery(battery: Battery): Battery {
  const parts = [
    ...battery.results,
    ...battery.isolates.flatMap((isolate) => [
      ...(isolate.count ? [isolate.count] : []),
      ...isolate.antibiogram,
    ]),
  ];
  const performer = onlyPerformer(parts);
  if (!performer) return battery;
  return {
    ...battery,
    performer,
    results: battery.results.map(withoutPerformer),
    isolates: battery.isolates.map((isolate) => ({
      ...isolate,
      ...(isolate.count ? { count: withoutPerformer(isolate.count) } : {}),
      antibiogram: isolate.antibiogram.map(withoutPerformer),
    })),
  };
}

/** The same from batteries to the whole content of a chapter or sub-chapter. */
export function raiseToContent(content: Content): Content {
  const performer = onlyPerformer(content.batteries);
  return performer ? { ...content, performer, batteries: content.batteries.map(withoutPerformer) } : content;
}
