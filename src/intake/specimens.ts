import type { Specimen } from '../report/dossier.ts';
import type { Timestamp } from '../report/timestamp.ts';
import type { ReadingContext } from './context.ts';
import type { Repetition, Segment } from './hl7.ts';
import type { OrderGroup } from './message-groups.ts';
import { noteText } from './notes.ts';
import { readPerson } from './people.ts';
import { codedText } from './values.ts';

/**
 * Specimens of an exam: its SPM, else OBR-15 of the old versions, else the dates alone (inputs.md §3.1). With one
 * specimen OBR-7 and OBR-14 date it; with several each SPM has its own dates.
 */
export function readSpecimens(order: OrderGroup, context: ReadingContext): readonly Specimen[] {
  const { obr } = order;
  const collected = context.time(obr, 7);
  const received = context.time(obr, 14);
  const collector = readPerson(obr.repetitions(10)[0]);
  const shared = collector ? { collector } : {};
  const several = order.specimens.length > 1;
  if (order.specimens.length > 0) {
    return order.specimens.map(({ spm }) => {
      const [taken, arrived] = [context.time(spm, 17), context.time(spm, 18)];
      const id = spm.text(2, 2, 1) || spm.text(2, 1, 1);
      const nonConformity = [21, 24]
        .flatMap((field) => spm.repetitions(field).map(codedText))
        .filter(Boolean)
        .join(' ; ');
      return {
        ...(id ? { id } : {}),
        ...specimenType(spm.repetitions(4)[0]),
        ...site(spm.repetitions(8)[0]),
        ...dates(
          several ? (taken ?? collected) : (collected ?? taken),
          several ? (arrived ?? received) : (received ?? arrived),
        ),
        ...shared,
        ...(nonConformity ? { nonConformity } : {}),
      };
    });
  }
  const source = obr.repetitions(15)[0];
  const firstObservation = order.observations[0]?.obx;
  const time = collected ?? context.time(firstObservation, 14);
  if (!source && !time && !received) return [];
  return [{ ...(source ? sourceType(source) : {}), ...dates(time, received), ...shared }];
}

/** HL7 table 0369 codes of specimens that are no patient's: blinds, calibrators, quality controls, proficiency tests. */
const CONTROLS = ['B', 'C', 'E', 'F', 'O', 'Q', 'V'];

/** The SPM (role SPM-11) of a specimen that is of no patient, among those of an exam. */
export function controlSpecimen(order: OrderGroup): Segment | undefined {
  return order.specimens.find(({ spm }) => CONTROLS.includes(spm.text(11).toUpperCase()))?.spm;
}

function dates(
  collectedAt: Timestamp | undefined,
  receivedAt: Timestamp | undefined,
): Pick<Specimen, 'collectedAt' | 'receivedAt'> {
  return { ...(collectedAt ? { collectedAt } : {}), ...(receivedAt ? { receivedAt } : {}) };
}

/** SPM-4: the triplet of HL7 table 0487, else a bare code that looks like one of it. */
function specimenType(cwe: Repetition | undefined): Pick<Specimen, 'type' | 'typeText'> {
  if (!cwe) return {};
  const typeText = codedText(cwe);
  for (const start of [1, 4]) {
    const [code, system] = [cwe.text(start), cwe.text(start + 2)];
    const of0487 = /^(?:HL7)?0*0487$/.test(system) || /^(?:HL70070|)$/.test(system);
    if (of0487 && /^[A-Z]{2,6}$/.test(code)) return { type: code, ...(typeText ? { typeText } : {}) };
  }
  return typeText ? { typeText } : {};
}

/** OBR-15 (SPS): type & text & system in its first component, site in its fourth. */
function sourceType(sps: Repetition): Pick<Specimen, 'type' | 'typeText' | 'site'> {
  const [code, text] = [sps.text(1, 1), sps.text(1, 2) || sps.text(2)];
  const where = sps.text(4, 2) || sps.text(4, 1);
  return {
    ...(/^[A-Z]{2,6}$/.test(code) ? { type: code } : {}),
    ...(text || code ? { typeText: text || code } : {}),
    ...(where ? { site: where } : {}),
  };
}

function site(cwe: Repetition | undefined): Pick<Specimen, 'site'> {
  const text = cwe ? codedText(cwe) : '';
  return text ? { site: text } : {};
}

/** `Libellé : valeur` of a row that is no result; empty without a value. */
export function labelledValue(obx: Segment): string {
  const label = obx.repetitions(3).map(codedText)[0] ?? '';
  const value = obx
    .repetitions(5)
    .map((repetition) => codedText(repetition) || repetition.whole().trim())
    .join(', ');
  const said = value && obx.text(6) ? `${value} ${obx.text(6)}` : value;
  return said && label ? `${label} : ${said}` : said;
}

/** `Libellé : valeur` of the rows that describe a specimen (OBX after SPM): said as comments of the exam. */
export function specimenRemarks(order: OrderGroup): readonly string[] {
  return order.specimens.flatMap(({ observations }) =>
    observations
      .filter(({ obx }) => ['F', 'C'].includes(obx.text(11)))
      .flatMap(({ obx, notes }) => [labelledValue(obx), ...noteText(notes)])
      .filter(Boolean),
  );
}
