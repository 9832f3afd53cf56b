import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';
import type { Chapter, Report } from '../report/report.ts';
import { batteryEntries, performedAt } from './battery-entry.ts';
import type { Leaf } from './chapters.ts';
import { leaves } from './chapters.ts';
import { commentAct } from './comment-entry.ts';
import { coded, templateIds } from './datatypes.ts';
import { remarkId } from './line.ts';
import { batteryPath, narrative } from './narrative.ts';
import { otherThan, performer } from './other-laboratory.ts';
import { specimenProcedure } from './specimen-entry.ts';
import { statusOfContent } from './status.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** Chapters and sub-chapters (cr-bio §5): a chapter holds its results itself or holds sub-chapters, never both. */
export function chapterSections(report: Report): XmlElement[] {
  const all = leaves(report);
  return report.chapters.map((chapter, index) => {
    const own = all.filter(({ path }) => path === `c${index + 1}` || path.startsWith(`c${index + 1}-`));
    return section(TEMPLATES.chapter, coded('code', chapter.code), chapter.title, body(chapter, own, report));
  });
}

function body(chapter: Chapter, own: readonly Leaf[], report: Report): XmlElement[] {
  if (chapter.body.kind === 'leaf') return own.flatMap((leaf) => results(leaf, report));
  return own.map((leaf) => {
    const sub = section(
      TEMPLATES.subChapter,
      loincOrTranslation(leaf.code),
      leaf.title,
      results(leaf, report),
    );
    return el('component', {}, sub);
  });
}

function section(
  templates: readonly string[],
  code: XmlElement,
  title: string,
  content: readonly XmlElement[],
): XmlElement {
  return el('section', {}, templateIds(templates), code, el('title', {}, title), content);
}

/** Narrative and the one entry of a leaf. */
function results(leaf: Leaf, report: Report): XmlElement[] {
  return [
    narrative(leaf, report),
    el('entry', { typeCode: 'DRIV' }, templateIds(TEMPLATES.entry), act(leaf, report)),
  ];
}

/** FR-Resultats-examens-de-biologie-medicale (cr-bio §6). */
function act({ code, content, path }: Leaf, report: Report): XmlElement {
  const { laboratory } = report;
  const other = otherThan(laboratory, content.performer);
  const all = { results: content.batteries.flatMap((battery) => battery.results) };
  return el(
    'act',
    { classCode: 'ACT', moodCode: 'EVN' },
    loincOrTranslation(code),
    el('statusCode', { code: statusOfContent(content) }),
    other && performer(other, performedAt(all, report), laboratory),
    content.specimens.map((specimen) =>
      el('entryRelationship', { typeCode: 'COMP' }, specimenProcedure(specimen, laboratory)),
    ),
    content.batteries.flatMap((battery, index) => batteryEntries(battery, batteryPath(path, index), report)),
    content.comments.map((_, index) =>
      el('entryRelationship', { typeCode: 'SUBJ' }, commentAct(remarkId(path, index))),
    ),
  );
}

/** Sub-chapters and acts take LOINC only: another code stands as translation of a code without attributes. */
function loincOrTranslation(code: Coding): XmlElement {
  if (code.system === OID.loinc) return coded('code', code);
  return el('code', {}, coded('translation', code));
}
