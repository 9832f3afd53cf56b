import { documentOid } from '../../src/report/identifiers.ts';
import type { Report } from '../../src/report/report.ts';
import { ACCREDITED_LABORATORY, at, BIOLOGIST, DIRECTOR, UNQUALIFIED_PATIENT } from '../fixtures/people.ts';
import {
  accredited,
  correction,
  electrophoresis,
  performerOther,
  REPORTS,
  rejectedSpecimen,
  subcontractedPdf,
  urineCultureWithAntibiogram,
} from '../fixtures/reports.ts';

/** Reports that between them hold every kind of content in every kind of circumstance: what conformance is tried on. */

type Circumstance = (report: Report) => Report;

/** A stay in hospital, a partial report of a laboratory with an accreditation, two validators. */
const inHospital: Circumstance = (report) => ({
  ...report,
  patientClass: 'I',
  visitNumber: 'V-1',
  location: 'CARDIO',
  laboratory: {
    ...ACCREDITED_LABORATORY,
    facilityType: { code: 'SA01', system: '1.2.250.1.71.4.2.4', display: 'Etablissement Public de santé' },
    practiceSetting: {
      code: 'ETABLISSEMENT',
      system: '1.2.250.1.213.1.1.4.9',
      display: 'Etablissement de santé',
    },
  },
  version: { ...report.version, completeness: 'partial' },
  validators: [
    { professional: BIOLOGIST, at: at('20260302161000') },
    { professional: DIRECTOR, at: at('20260302155500') },
  ],
  clinicalInformation: 'Surveillance.\nTraitement en cours : <inconnu> & "divers".',
});

/** As little as a feed may say: no national numbers, no times, no address, no order. */
const asLittleAsPossible: Circumstance = ({
  prescriptionNumber: _order,
  prescribedAt: _prescribed,
  collectedAt: _collected,
  receivedAt: _received,
  ...report
}) => {
  const { address: _address, phone: _phone, ...patient } = UNQUALIFIED_PATIENT;
  const { legalForm: _form, ...laboratory } = report.laboratory;
  const local = { family: 'INCONNU', localCode: 'M12' };
  return {
    ...report,
    laboratory,
    patient: patient as Report['patient'],
    prescriber: local,
    recipients: [{ role: 'copy', professional: local }],
  };
};

/** A second version that replaces the first, with another laboratory's document beside it. */
const replacing: Circumstance = (report) => ({
  ...report,
  version: {
    ...report.version,
    number: 2,
    documentOid: documentOid(report.version.setOid, 2),
    replaces: {
      documentOid: documentOid(report.version.setOid, 1),
      number: 1,
      effectiveTime: at('20260301120000'),
    },
    cause: report.version.cause === 'withdrawal' ? 'withdrawal' : 'completion',
    effectiveTime: at('20260303120000'),
  },
  attachments: subcontractedPdf().attachments,
  comments: ['Prestation de conseil.'],
});

const CIRCUMSTANCES: Readonly<Record<string, Circumstance>> = {
  plain: (report) => report,
  inHospital,
  asLittleAsPossible,
  replacing,
};

/** Every report of the fixtures in every circumstance, by name. */
export function corpus(): [name: string, report: Report][] {
  return Object.entries(REPORTS).flatMap(([name, report]) =>
    Object.entries(CIRCUMSTANCES).map(([circumstance, change]): [string, Report] => [
      `${name}.${circumstance}`,
      change(report()),
    ]),
  );
}

/** One report with every kind of element that we write, as few of each as can be: what mutations start from. */
export function everything(): Report {
  const parts = [
    accredited(),
    electrophoresis(),
    performerOther(),
    urineCultureWithAntibiogram(),
    rejectedSpecimen(),
    correction(),
  ];
  const base = replacing(accredited());
  return {
    ...base,
    validators: inHospital(base).validators,
    clinicalInformation: 'Fatigue',
    chapters: parts.flatMap(({ chapters }) => chapters.slice(0, 1)),
  };
}
