import type { Coding } from '../report/coding.ts';
import { OID } from '../report/coding.ts';
import type { Attachment } from '../report/dossier.ts';
import type { Report } from '../report/report.ts';
import { coded, id, templateIds } from './datatypes.ts';
import { anchored, bold, paragraph } from './inline.ts';
import { otherThan, printedLaboratory } from './other-laboratory.ts';
import { TEMPLATES } from './templates.ts';
import { originalText } from './value.ts';
import type { XmlElement } from './xml.ts';
import { el } from './xml.ts';

/** Documents carried by the report: subcontractors' PDFs, and the copy of the whole (cr-bio §5.2). */

const PDF_COPY: Coding = { code: '55108-5', system: OID.loinc, display: 'Copie du document' };
const SCANNED_RESULTS: Coding = {
  code: '101792-0',
  system: OID.loinc,
  display: 'Résultats de laboratoire scannés',
};

/** FR-Resultats-laboratoire-de-biologie-de-seconde-intention: one section a subcontractor's PDF. */
export function secondIntentionSections(report: Report): XmlElement[] {
  return report.attachments.map((attachment, index) => {
    const key = `a${index + 1}`;
    return el(
      'section',
      {},
      templateIds(TEMPLATES.secondIntention),
      coded('code', SCANNED_RESULTS),
      el('title', {}, attachment.title),
      el('text', {}, attachmentText(attachment, key, report)),
      attachedDocument(report, key, attachment.base64),
    );
  });
}

function attachmentText({ title, from }: Attachment, key: string, { laboratory }: Report): XmlElement[] {
  const other = otherThan(laboratory, from);
  return [
    paragraph(
      bold(other ? 'Examen sous-traité' : 'Document joint'),
      ' : ',
      anchored(`${key}-t`, title),
      ' ',
      picture(key),
    ),
    ...(other ? [paragraph(`Réalisé par : ${printedLaboratory(other)}`)] : []),
  ];
}

/** FR-Document-PDF-copie, last: what we sign and print, byte for byte. */
export function pdfCopySection(report: Report, pdf: Uint8Array): XmlElement {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const key = 'copie';
  return el(
    'section',
    {},
    templateIds(TEMPLATES.pdfCopy),
    coded('code', PDF_COPY),
    el('title', {}, PDF_COPY.display),
    el('text', {}, paragraph(anchored(`${key}-t`, 'Copie PDF du compte rendu'), ' ', picture(key))),
    attachedDocument(report, key, bytes.toString('base64'), PDF_COPY),
  );
}

const mediaId = (key: string): string => `${key}-pdf`;
const picture = (key: string): XmlElement => el('renderMultiMedia', { referencedObject: mediaId(key) });

/** FR-Document-attache. Without a type, the document is of the kind that its title says. */
function attachedDocument(report: Report, key: string, base64: string, type?: Coding): XmlElement {
  const { documentOid } = report.version;
  return el(
    'entry',
    {},
    el(
      'organizer',
      { classCode: 'CLUSTER', moodCode: 'EVN' },
      templateIds(TEMPLATES.attachedDocument),
      id(documentOid, key),
      coded('code', { code: '55107-7', system: OID.loinc, display: 'Document attaché' }),
      el('statusCode', { code: 'completed' }),
      el(
        'component',
        {},
        el(
          'observation',
          { classCode: 'OBS', moodCode: 'EVN' },
          templateIds(TEMPLATES.documentType),
          id(documentOid, `${key}-type`),
          coded('code', { code: '69764-9', system: OID.loinc, display: 'Type de document' }),
          el('text', {}, el('reference', { value: `#${key}-t` })),
          el('statusCode', { code: 'completed' }),
          el('effectiveTime', { nullFlavor: 'NA' }),
          type
            ? el('value', {
                'xsi:type': 'CD',
                code: type.code,
                codeSystem: type.system,
                displayName: type.display,
              })
            : el('value', { 'xsi:type': 'CD' }, originalText(`${key}-t`)),
        ),
      ),
      el(
        'component',
        {},
        el(
          'observationMedia',
          { classCode: 'OBS', moodCode: 'EVN', ID: mediaId(key) },
          el('value', { mediaType: 'application/pdf', representation: 'B64' }, base64),
        ),
      ),
    ),
  );
}
