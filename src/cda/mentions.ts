import { printedName } from '../report/people.ts';
import { printedPhone } from '../report/printed.ts';
import type { Report } from '../report/report.ts';
import { ACCREDITATION_MARK, accreditationOf } from './accreditation.ts';
import { leaves } from './chapters.ts';
import { addressLines } from './datatypes.ts';
import { bold, broken, paragraph } from './inline.ts';
import type { XmlElement } from './xml.ts';

/** What must be readable under every report, whatever it holds (CSP R.6222-3, SGL.DOC.08 to .10). */
export function mentions(report: Report): XmlElement[] {
  return [publisher(report), ...accreditation(report), ...automaticValidation(report), ...privacy(report)];
}

/** Name, legal form, site and responsible biologists of the laboratory. */
function publisher({ laboratory }: Report): XmlElement {
  const { name, legalForm, address, phone, idNat, director, biologists } = laboratory;
  const site = [
    name,
    legalForm,
    ...addressLines(address),
    `tél. ${printedPhone(phone)}`,
    `FINESS ${idNat.slice(1)}`,
  ];
  const others = biologists.filter(({ idNat: other }) => other !== director.idNat).map(printedName);
  const people = [
    `Biologiste responsable : ${printedName(director)}.`,
    ...(others.length > 0 ? [`Biologistes médicaux : ${others.join(', ')}.`] : []),
  ];
  return paragraph(bold('Laboratoire'), ` : ${site.filter(Boolean).join(', ')}. ${people.join(' ')}`);
}

function accreditation(report: Report): XmlElement[] {
  const held = accreditationOf(report);
  if (!held) return [];
  return [
    paragraph(
      bold(ACCREDITATION_MARK),
      ` Examen couvert par l’accréditation ${held.body} n° ${held.number}, ${held.activity}. ${held.scope}`,
    ),
  ];
}

/** Said where the laboratory has configured nothing. */
const AUTOMATIC_VALIDATION =
  'Un ou plusieurs résultats de ce compte rendu ont été validés automatiquement, sans relecture ultérieure par un biologiste.';

function automaticValidation(report: Report): XmlElement[] {
  const any = leaves(report)
    .flatMap(({ content }) => content.batteries)
    .flatMap(({ results, isolates }) => [
      ...results,
      ...isolates.flatMap(({ count, antibiogram }) => [...(count ? [count] : []), ...antibiogram]),
    ])
    .some((result) => result.automaticValidation);
  if (!any) return [];
  return [paragraph(broken(report.laboratory.automaticValidationNotice ?? AUTOMATIC_VALIDATION))];
}

function privacy({ laboratory: { privacyNotice } }: Report): XmlElement[] {
  if (privacyNotice === '') return [];
  return [paragraph(bold('Données personnelles'), ' : ', broken(privacyNotice))];
}
