import { OID } from '../report/coding.ts';
import type { Attachment } from '../report/dossier.ts';
import type { Battery, Chapter, Report } from '../report/report.ts';
import type { CodedResult } from '../report/result.ts';
import { SECOND_INTENTION } from './second-intention.ts';

export const WITHDRAWN_TITLE = 'Compte rendu annulé';
export const WITHDRAWN_TEXT =
  'ne pas tenir compte des versions précédentes de ce compte rendu ; leurs résultats ne doivent pas être utilisés.';

/**
 * What of a report its document holds. Two kinds have no chapter of results of their own, yet a CR-Bio must have one:
 * a withdrawn report, which repeats nothing of what it withdraws (it may be another patient's), and a report that is
 * only made of documents of other laboratories.
 */
export function published(report: Report): Report {
  if (report.version.cause === 'withdrawal') return withdrawn(report);
  if (report.chapters.length === 0) return { ...report, chapters: [documentsChapter(report)] };
  return report;
}

function withdrawn(report: Report): Report {
  const { clinicalInformation: _withheld, ...kept } = report;
  const cancelled = line('annulation', WITHDRAWN_TITLE, {
    status: 'cancelled',
    comments: [`${WITHDRAWN_TITLE} : ${WITHDRAWN_TEXT}`],
  });
  return {
    ...kept,
    chapters: [
      {
        code: { code: '26436-6', system: OID.loinc, display: 'Biologie polyvalente' },
        title: WITHDRAWN_TITLE,
        body: leaf([alone(cancelled)]),
      },
    ],
    attachments: [],
    comments: [],
  };
}

/** One line a document, done by the laboratory that wrote it. */
function documentsChapter({ attachments }: Report): Chapter {
  return {
    code: SECOND_INTENTION,
    title: 'Examens sous-traités',
    body: leaf(attachments.map((attachment) => alone(documentLine(attachment)))),
  };
}

function documentLine({ id, title, from }: Attachment): CodedResult {
  return line(id, title, {
    value: { kind: 'text', text: 'Voir le document joint' },
    coding: { waiting: SECOND_INTENTION },
    ...(from ? { performer: from } : {}),
  });
}

const alone = (result: CodedResult): Battery => ({
  local: result.local,
  results: [result],
  isolates: [],
  comments: [],
});

const leaf = (batteries: readonly Battery[]): Chapter['body'] => ({
  kind: 'leaf',
  content: { specimens: [], batteries, comments: [] },
});

/** A line that no test of the laboratory's stands behind: it has a name, and no local code. */
function line(key: string, label: string, more: Partial<CodedResult>): CodedResult {
  return {
    key,
    local: { code: '', label },
    status: 'final',
    ranges: [],
    interpretations: [],
    previous: [],
    comments: [],
    coding: {},
    ...more,
  };
}
