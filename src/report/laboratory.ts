import type { Coding } from './coding.ts';
import type { Address, Professional } from './people.ts';

/** The laboratory that publishes, as configured. Fields that the law wants on a report: CSP R.6222-3, D.6211-2, -3. */
export interface Laboratory {
  readonly name: string;
  /** Forme juridique: SELAS, SELARL… printed under the name. */
  readonly legalForm?: string;
  /** `1` + FINESS géographique. */
  readonly idNat: string;
  readonly address: Address;
  readonly phone: string;
  readonly email?: string;
  readonly website?: string;
  /** JDV_J02, default SA25. */
  readonly facilityType: Coding;
  /** JDV_J04, default AMBULATOIRE. */
  readonly practiceSetting: Coding;
  /** Root OID that belongs to the laboratory; documents, patients, orders, local codes get an arc each. */
  readonly oids: LaboratoryOids;
  /** Director, and every biologist who may validate, with RPPS and profession. */
  readonly director: Professional;
  readonly biologists: readonly Professional[];
  /** Cofrac or EFI accreditation: shown only on a report with at least one accredited examination (GEN REF 11). */
  readonly accreditation?: Accreditation;
  /** Said when an examination was validated automatically without later human review (SGL.DOC.09). */
  readonly automaticValidationNotice?: string;
  /** Printed at the foot of the report (RGPD). */
  readonly privacyNotice: string;
  readonly timeZone: string;
}

/** What the accreditation body wants beside the laboratory's name. */
export interface Accreditation {
  readonly body: 'COFRAC' | 'EFI';
  /** `8-1234`. */
  readonly number: string;
  /** Reference of the scope: `Portée disponible sur www.cofrac.fr`. */
  readonly scope: string;
  /** `Examens médicaux`. */
  readonly activity: string;
}

export interface LaboratoryOids {
  readonly root: string;
  readonly documents: string;
  readonly patients: string;
  readonly localCodes: string;
  readonly orders: string;
  readonly specimens: string;
  readonly software: string;
}

/** The arcs under a laboratory's root, in the order they were given; never renumber them. */
export function oidsUnder(root: string): LaboratoryOids {
  return {
    root,
    documents: `${root}.1`,
    patients: `${root}.2`,
    localCodes: `${root}.3`,
    orders: `${root}.4`,
    specimens: `${root}.5`,
    software: `${root}.6`,
  };
}
