import type { DispatchFlags, Dossier, Exam, Isolate, Specimen } from '../report/dossier.ts';
import type { Identity } from '../report/identity.ts';
import type { Laboratory } from '../report/laboratory.ts';
import type { CodedIsolate, Report, ReportVersion, Warning } from '../report/report.ts';
import type { CodedResult, Result } from '../report/result.ts';
import { instantOf, type Timestamp } from '../report/timestamp.ts';
import type { Catalogue } from './catalogue.ts';
import { BodyDraft } from './chapters.ts';
import type { CatalogueEntry } from './entry.ts';
import { type Place, placeAlone, placeIsolates, placeResults } from './placement.ts';
import { type ResolutionContext, resolveResult } from './resolve.ts';
import { Samplings } from './samplings.ts';
import { completeBiologist, listValidators } from './validators.ts';
import { findOrganism } from './value-sets.ts';
import { interpretationUnknown, organismUnknown } from './warnings.ts';

/** What a dossier needs beside itself to become one version of a report. */
export interface CompositionContext {
  readonly catalogue: Catalogue;
  readonly laboratory: Laboratory;
  readonly version: ReportVersion;
  /** The identity as policy allows it to be used. */
  readonly patient: Identity;
  /** Flags in force, the source's and the laboratory's together. */
  readonly flags: DispatchFlags;
}

/** A result with its code, and the line of the catalogue that places it. */
interface Coded {
  readonly result: CodedResult;
  readonly entry?: CatalogueEntry;
}

/**
 * Arranges a dossier into a report: each result coded by the catalogue and placed under chapter, sub-chapter and
 * battery. Pure: the same dossier, catalogue and version give the same report. No result is ever dropped: what the
 * catalogue does not know leaves with its local code, and a warning.
 */
export function composeReport(
  dossier: Dossier,
  { catalogue, laboratory, version, patient, flags }: CompositionContext,
): { report: Report; warnings: Warning[] } {
  const body = new BodyDraft(catalogue);
  const warnings: Warning[] = [];
  const comments = [...dossier.comments];
  const samplings = new Samplings(dossier.exams);
  for (const [rank, exam] of dossier.exams.entries()) {
    const composer = new ExamComposer(exam, dossier, samplings, { catalogue, laboratory });
    composer.addTo(body, rank);
    warnings.push(...composer.warnings);
    if (exam.results.length + exam.isolates.length + (exam.images?.length ?? 0) === 0)
      comments.push(...commentsOfEmptyExam(exam));
  }
  const specimens = dossier.exams.flatMap((exam) => exam.specimens);
  const collectedAt = earliest(specimens.map((specimen) => specimen.collectedAt));
  const receivedAt = earliest(specimens.map((specimen) => specimen.receivedAt));
  const { patientClass, visitNumber, location, prescriber } = dossier;
  const { prescriptionNumber, prescribedAt, clinicalInformation } = dossier;
  const report: Report = {
    version,
    laboratory,
    patient,
    source: dossier.source,
    dossier: dossier.number,
    processing: dossier.processing,
    ...(patientClass ? { patientClass } : {}),
    ...(visitNumber ? { visitNumber } : {}),
    ...(location ? { location } : {}),
    ...(prescriber ? { prescriber } : {}),
    recipients: dossier.recipients,
    ...(prescriptionNumber ? { prescriptionNumber } : {}),
    ...(prescribedAt ? { prescribedAt } : {}),
    ...(clinicalInformation ? { clinicalInformation } : {}),
    ...(collectedAt ? { collectedAt } : {}),
    ...(receivedAt ? { receivedAt } : {}),
    validators: listValidators(dossier.exams, dossier.issuedAt, laboratory),
    chapters: body.chapters(),
    attachments: dossier.attachments,
    ...(dossier.sourcePdf ? { sourcePdf: dossier.sourcePdf } : {}),
    comments,
    nonHuman: dossier.nonHuman ?? false,
    flags,
  };
  return { report, warnings: distinct(warnings) };
}

/** Codes one exam and puts it in the body. */
class ExamComposer {
  readonly warnings: Warning[] = [];
  readonly #exam: Exam;
  readonly #samplings: Samplings;
  readonly #catalogue: Catalogue;
  readonly #laboratory: Laboratory;
  readonly #context: ResolutionContext;

  constructor(
    exam: Exam,
    dossier: Dossier,
    samplings: Samplings,
    { catalogue, laboratory }: Pick<CompositionContext, 'catalogue' | 'laboratory'>,
  ) {
    this.#exam = exam;
    this.#samplings = samplings;
    this.#catalogue = catalogue;
    this.#laboratory = laboratory;
    const collected = earliest(exam.specimens.map((specimen) => specimen.collectedAt));
    this.#context = {
      day: (collected ?? dossier.issuedAt).local,
      specimens: exam.specimens.flatMap((specimen) => specimen.type ?? []),
    };
  }

  addTo(body: BodyDraft, rank: number): void {
    const exam = this.#exam;
    const coded = exam.results.map((result) => this.#code(result));
    const places = placeResults(
      exam,
      coded.map(({ entry }) => entry),
      this.#catalogue,
    );
    const at = (place: Place) => body.battery(place, { rank, local: exam.local });
    for (const [index, { result, entry }] of coded.entries()) {
      const place = places[index];
      if (!place) continue;
      const battery = at(place);
      battery.results.push(result);
      if (entry) battery.entries.push(entry);
    }
    const specimens = exam.specimens.map((specimen) => this.#name(specimen));
    const used = [...places];
    if (exam.isolates.length > 0) {
      const isolates = exam.isolates.map((isolate) => this.#codeIsolate(isolate));
      const counts = isolates.map(({ countEntry }) => countEntry);
      const place = placeIsolates(exam, places, counts, this.#catalogue);
      at(place).isolates.push(...isolates.map(({ isolate }) => isolate));
      used.push(place);
    }
    // A picture alone (a curve sent as an exam of its own) stands where its section says.
    if (exam.images && used.length === 0) used.push(...placeAlone(exam, this.#catalogue));
    for (const place of used) body.addSpecimens(place, specimens);
    const [first] = used;
    if (!first) return;
    at(first).comments.push(...exam.comments);
    at(first).images.push(...(exam.images ?? []));
  }

  #code(result: Result): Coded {
    const tidy = this.#complete(result);
    const { coding, entry, warnings } = resolveResult(tidy, this.#context, this.#catalogue);
    this.warnings.push(...warnings);
    return { result: { ...tidy, coding }, ...(entry ? { entry } : {}) };
  }

  /** The exam's laboratory and biologist written on the result; flags outside the value set kept as a comment. */
  #complete(result: Result): Result {
    const known = result.interpretations.filter((code) => this.#catalogue.tables.interpretations.has(code));
    const other = result.interpretations.filter((code) => !known.includes(code));
    if (other.length > 0) this.warnings.push(interpretationUnknown(result.local.code));
    const { performer: stated = this.#exam.performer, validator, ...rest } = result;
    const performer = stated && stated.idNat === this.#laboratory.idNat ? undefined : stated;
    const sampling = this.#samplings.said(result, this.#exam);
    return {
      ...rest,
      interpretations: known,
      comments: [
        ...(sampling ? [sampling] : []),
        ...result.comments,
        ...other.map((code) => `Interprétation : ${code}`),
      ],
      ...(performer ? { performer } : {}),
      ...(validator ? { validator: completeBiologist(validator, this.#laboratory) } : {}),
    };
  }

  #codeIsolate(isolate: Isolate): { isolate: CodedIsolate; countEntry: CatalogueEntry | undefined } {
    const organism = findOrganism(this.#catalogue.tables.organisms, isolate.organism);
    const snomed = isolate.snomed ?? organism?.snomed;
    const ncbi = isolate.ncbi ?? (snomed === organism?.snomed ? organism?.ncbi : undefined);
    if (!snomed) this.warnings.push(organismUnknown(isolate.organism.code));
    const count = isolate.count && this.#code(isolate.count);
    const coded: CodedIsolate = {
      ...isolate,
      ...(snomed ? { snomed } : {}),
      ...(ncbi ? { ncbi } : {}),
      ...(count ? { count: count.result, countCoding: count.result.coding } : {}),
      antibiogram: isolate.antibiogram.map((row) => this.#code(row).result),
    };
    return { isolate: coded, countEntry: count?.entry };
  }

  /** Table 0487 gives the French name of a specimen that the source only codes. */
  #name(specimen: Specimen): Specimen {
    const typeText =
      specimen.typeText ?? this.#catalogue.tables.specimenTypes.get(specimen.type ?? '')?.display;
    return typeText ? { ...specimen, typeText } : specimen;
  }
}

/** What an exam without any result still has to say: its comments, and why its specimen was refused. */
function commentsOfEmptyExam(exam: Exam): string[] {
  const refused = exam.specimens.flatMap((specimen) => specimen.nonConformity ?? []);
  return [...exam.comments, ...refused.map((reason) => `prélèvement non conforme, ${reason}`)].map(
    (comment) => `${exam.local.label} : ${comment}`,
  );
}

function earliest(times: readonly (Timestamp | undefined)[]): Timestamp | undefined {
  let best: Timestamp | undefined;
  for (const time of times) if (time && (!best || instantOf(time) < instantOf(best))) best = time;
  return best;
}

function distinct(warnings: readonly Warning[]): Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.text}`, warning])).values()];
}
