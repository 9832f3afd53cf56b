import { OID } from '../report/coding.ts';
import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';
import { leaves } from './chapters.ts';
import { coded, templateIds } from './datatypes.ts';
import { bold, broken, paragraph } from './inline.ts';
import { mentions } from './mentions.ts';
import { printedSpecimen } from './narrative.ts';
import { WITHDRAWN_TEXT, WITHDRAWN_TITLE } from './published.ts';
import { TEMPLATES } from './templates.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** FR-Commentaire-non-code: the only free text allowed beside the chapters (cr-bio §5). */
function commentSection(title: string, paragraphs: readonly XmlElement[]): XmlElement[] {
  if (paragraphs.length === 0) return [];
  return [
    el(
      'section',
      {},
      templateIds(TEMPLATES.commentSection),
      coded('code', { code: '55112-7', system: OID.loinc, display: 'Commentaire' }),
      el('title', {}, title),
      el('text', {}, paragraphs),
    ),
  ];
}

/** What a reader must know before the results: the report's standing, the clinical context, non-conformities. */
export function leadingComments(report: Report): XmlElement[] {
  return [
    ...commentSection('État du compte rendu', standing(report)),
    ...commentSection('Non conformité', nonConformities(report)),
    ...commentSection('Renseignements cliniques', clinicalInformation(report)),
  ];
}

/** Comments on the whole report, then what law and standards want under it. */
export function closingComments(report: Report): XmlElement[] {
  return [
    ...commentSection(
      'Commentaires',
      report.comments.map((comment) => paragraph(broken(comment))),
    ),
    ...commentSection('Mentions', mentions(report)),
  ];
}

function standing({ version }: Report): XmlElement[] {
  const { completeness, cause, replaces, number } = version;
  const said: XmlElement[] = [];
  if (cause === 'withdrawal') {
    said.push(paragraph(bold(WITHDRAWN_TITLE), ` : ${WITHDRAWN_TEXT}`));
  }
  if (completeness === 'partial') {
    said.push(paragraph(bold('Résultats partiels'), ' : des examens sont encore en attente.'));
  }
  if (replaces) {
    const issued = replaces.effectiveTime ? ` du ${toFrench(replaces.effectiveTime)}` : '';
    said.push(
      paragraph(
        bold('Annule et remplace'),
        ` la version ${replaces.number}${issued} de ce compte rendu ; la présente version porte le numéro ${number}.`,
      ),
    );
  }
  return said;
}

function nonConformities(report: Report): XmlElement[] {
  return leaves(report)
    .flatMap(({ content }) => content.specimens)
    .filter((specimen) => specimen.nonConformity !== undefined)
    .map((specimen) => paragraph(printedSpecimen(specimen)));
}

function clinicalInformation({ clinicalInformation: text }: Report): XmlElement[] {
  return text === undefined ? [] : [paragraph(broken(text))];
}
