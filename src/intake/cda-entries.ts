import { OID } from '../report/coding.ts';
import type { Exam, Isolate, ResultImage, Specimen } from '../report/dossier.ts';
import type { PerformingLaboratory, Professional } from '../report/people.ts';
import type { LocalCode, PreviousValue, Result } from '../report/result.ts';
import { parseTimestamp } from '../report/timestamp.ts';
import { readPerformer, readProfessional } from './cda-people.ts';
import type { CdaElement } from './cda-tree.ts';
import { at, childrenOf, every } from './cda-tree.ts';
import { readRange, readValue } from './cda-values.ts';

/** What holds for every entry of the document. */
export interface EntryContext {
  readonly laboratory: PerformingLaboratory;
  readonly author: Professional | undefined;
  readonly zone: string;
}

const IMAGES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif'];

/** Exams of a subcontractor's chapters, each with its results, its isolates, its images (cr-bio §6). */
export class CdaEntries {
  private readonly anchors = new Map<string, string>();
  private readonly context: EntryContext;

  constructor(sections: readonly CdaElement[], context: EntryContext) {
    this.context = context;
    const visit = (element: CdaElement): void => {
      const { ID } = element.attributes;
      if (ID !== undefined) this.anchors.set(ID, element.text.trim());
      for (const child of element.children) visit(child);
    };
    for (const section of sections) visit(section);
  }

  /** A battery, or a result alone, is an exam; isolates belong to the exam before them. */
  examsOf(section: CdaElement): Exam[] {
    return every(section, 'entry', 'act').flatMap((act) => {
      const parts = childrenOf(act, 'entryRelationship').flatMap(({ children }) => children);
      const specimens = parts.filter(({ name }) => name === 'procedure').map((one) => this.specimen(one));
      const performer = readPerformer(at(act, 'performer')) ?? this.context.laboratory;
      const exams: Exam[] = [];
      for (const part of parts) {
        const last = exams.at(-1);
        if (part.name === 'observation') exams.push(this.exam(part, [part], specimens, performer));
        else if (part.attributes.classCode === 'BATTERY') {
          exams.push(this.exam(part, every(part, 'component', 'observation'), specimens, performer));
        } else if (part.attributes.classCode === 'CLUSTER') {
          const exam = last ?? this.exam(act, [], specimens, performer);
          const isolates = [...exam.isolates, this.isolate(part, exam.isolates.length)];
          exams.splice(last ? -1 : 0, last ? 1 : 0, { ...exam, isolates });
        } else if (part.name === 'observationMedia' && last) {
          exams.splice(-1, 1, { ...last, images: [...(last.images ?? []), ...this.images([part])] });
        }
      }
      const comments = this.comments(act);
      const [first] = exams;
      if (first && comments.length > 0) exams[0] = { ...first, comments: [...first.comments, ...comments] };
      return exams;
    });
  }

  private exam(
    element: CdaElement,
    observations: readonly CdaElement[],
    specimens: readonly Specimen[],
    above: PerformingLaboratory,
  ): Exam {
    const local = this.localCode(at(element, 'code'));
    const performer = readPerformer(at(element, 'performer')) ?? above;
    const alone = element.name === 'observation';
    const images = this.images(every(element, 'component', 'observationMedia'));
    return {
      order: '',
      local,
      results: observations.map((one, index) => this.result(one, `${local.code}-${index + 1}`, performer)),
      isolates: [],
      specimens,
      ...(images.length > 0 ? { images } : {}),
      comments: alone ? [] : this.comments(element),
      performer,
      deleted: [],
    };
  }

  private result(observation: CdaElement, key: string, above: PerformingLaboratory): Result {
    const code = at(observation, 'code');
    const value = at(observation, 'value');
    const read = value && readValue(value, this.said(at(value, 'originalText')));
    const cancelled = at(observation, 'statusCode')?.attributes.code === 'aborted';
    const at_ = this.time(at(observation, 'effectiveTime'));
    const { attributes: { code: loinc, codeSystem } = {} } = code ?? {};
    const method = at(observation, 'methodCode');
    const technique = method && (this.said(at(method, 'originalText')) ?? method.attributes.displayName);
    const validator =
      readProfessional(
        childrenOf(observation, 'participant')
          .filter(({ attributes }) => attributes.typeCode === 'AUTHEN')
          .flatMap((participant) => childrenOf(participant, 'participantRole'))[0],
      ) ?? this.context.author;
    return {
      key,
      local: this.localCode(code),
      ...(loinc !== undefined && codeSystem === OID.loinc ? { sentLoinc: loinc } : {}),
      status: cancelled ? 'cancelled' : 'final',
      ...(cancelled ? {} : (read ?? { value: { kind: 'text', text: 'Non disponible' } })),
      ranges: every(observation, 'referenceRange', 'observationRange').flatMap(
        (range) => readRange(range) ?? [],
      ),
      interpretations: childrenOf(observation, 'interpretationCode').flatMap(
        ({ attributes }) => attributes.code ?? [],
      ),
      previous: this.previous(observation),
      ...(at_ ? { analysedAt: at_ } : {}),
      ...(technique ? { method: technique } : {}),
      comments: this.comments(observation),
      ...(validator ? { validator } : {}),
      performer: readPerformer(at(observation, 'performer')) ?? above,
    };
  }

  private previous(observation: CdaElement): PreviousValue[] {
    return childrenOf(observation, 'entryRelationship')
      .filter(({ attributes }) => attributes.typeCode === 'REFR')
      .flatMap((relation) => childrenOf(relation, 'observation'))
      .flatMap((one) => {
        const value = at(one, 'value');
        const read = value && readValue(value, this.said(at(value, 'originalText')));
        const observedAt = this.time(at(one, 'effectiveTime'));
        return read && observedAt ? [{ value: read.value, observedAt }] : [];
      });
  }

  private isolate(cluster: CdaElement, index: number): Isolate {
    const code = at(cluster, 'specimen', 'specimenRole', 'specimenPlayingEntity', 'code');
    const { code: snomed, codeSystem, displayName } = code?.attributes ?? {};
    const ncbi = childrenOf(code, 'translation').find(
      ({ attributes }) => attributes.codeSystem === OID.ncbiTaxonomy,
    )?.attributes.code;
    const label = this.said(at(code, 'originalText')) ?? displayName ?? 'Germe';
    const { laboratory } = this.context;
    const count = at(cluster, 'component', 'observation');
    const rows = every(cluster, 'component', 'organizer', 'component', 'observation');
    const id = String(index + 1);
    return {
      id,
      organism: { code: snomed ?? ncbi ?? label, label },
      ...(snomed !== undefined && codeSystem === OID.snomed ? { snomed } : {}),
      ...(ncbi === undefined ? {} : { ncbi }),
      ...(count ? { count: this.result(count, `${id}-n`, laboratory) } : {}),
      antibiogram: rows.map((row, place) => this.result(row, `${id}-${place + 1}`, laboratory)),
      comments: this.comments(cluster),
    };
  }

  private specimen(procedure: CdaElement): Specimen {
    const role = at(procedure, 'participant', 'participantRole');
    const nature = at(role, 'playingEntity', 'code')?.attributes;
    const id = at(role, 'id')?.attributes.extension;
    const when = at(procedure, 'effectiveTime');
    const collectedAt = this.time(when) ?? this.time(at(when, 'high')) ?? this.time(at(when, 'low'));
    const receivedAt = this.time(at(procedure, 'entryRelationship', 'act', 'effectiveTime'));
    return {
      ...(id === undefined ? {} : { id }),
      ...(nature?.code === undefined ? {} : { type: nature.code }),
      ...(nature?.displayName === undefined ? {} : { typeText: nature.displayName }),
      ...(collectedAt ? { collectedAt } : {}),
      ...(receivedAt ? { receivedAt } : {}),
    };
  }

  private images(media: readonly CdaElement[]): ResultImage[] {
    return media.flatMap((one, index) => {
      const value = at(one, 'value');
      const mediaType = value?.attributes.mediaType ?? '';
      if (!value || !IMAGES.includes(mediaType)) return [];
      return [
        {
          id: one.attributes.ID ?? String(index + 1),
          title: 'Image du laboratoire sous-traitant',
          mediaType: mediaType as ResultImage['mediaType'],
          base64: value.text.replace(/\s+/g, ''),
        },
      ];
    });
  }

  /** FR-Commentaire-ER below an act or observation, or a component of a battery. */
  private comments(element: CdaElement): string[] {
    return [...every(element, 'entryRelationship', 'act'), ...every(element, 'component', 'act')]
      .filter((act) => at(act, 'code')?.attributes.code === '48767-8')
      .flatMap((act) => this.said(at(act, 'text')) ?? []);
  }

  /** The laboratory's own code when it gives one, else LOINC, else the name itself. */
  private localCode(code: CdaElement | undefined): LocalCode {
    const { code: loinc, displayName } = code?.attributes ?? {};
    const translations = childrenOf(code, 'translation').map(({ attributes }) => attributes);
    const own =
      translations.find(({ codeSystem }) => codeSystem !== OID.loinc && codeSystem !== OID.waitingCodes) ??
      translations[0];
    const label =
      this.said(at(code, 'originalText')) ?? own?.displayName ?? displayName ?? own?.code ?? loinc ?? '';
    return { code: own?.code ?? loinc ?? label, label };
  }

  /** Text of an originalText or text: where its reference leads, else what it holds. */
  private said(element: CdaElement | undefined): string | undefined {
    const reference = at(element, 'reference')?.attributes.value;
    const there = reference?.startsWith('#') ? this.anchors.get(reference.slice(1)) : undefined;
    return there || element?.text.trim() || undefined;
  }

  private time(element: CdaElement | undefined) {
    return parseTimestamp(element?.attributes.value ?? '', this.context.zone);
  }
}
