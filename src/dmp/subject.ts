import { type Coding, OID } from '../report/coding.ts';
import type { Fault } from '../report/fault.ts';
import type { CdaHeader } from '../xds/cda-header.ts';
import { professionUnknown, subjectNotNational } from './faults.ts';

/** The person in whose name the structure feeds: the biologist who validated. */
export interface VihfSubject {
  /** PS_IdNat. */
  readonly idNat: string;
  readonly family: string;
  readonly given?: string;
  readonly roles: readonly Coding[];
}

/**
 * The VIHF subject of a document: its legal authenticator, with the profession found on the author who is the same
 * person (a CDA legalAuthenticator often has none).
 */
export function subjectOf(header: CdaHeader): VihfSubject | Fault {
  const { id, name, profession } = header.legalAuthenticator;
  if (id.root !== OID.professionals) return subjectNotNational();
  const sameAuthor = header.authors.find(
    (author) => author.kind === 'person' && author.id.extension === id.extension,
  );
  const stated = profession ?? (sameAuthor?.kind === 'person' ? sameAuthor.profession : undefined);
  const roles = stated && rolesOf(stated);
  if (!roles) return professionUnknown();
  return { idNat: id.extension, family: name.family, ...(name.given ? { given: name.given } : {}), roles };
}

const PROFESSION = '1.2.250.1.71.1.2.7';
const SPECIALTY = '1.2.250.1.71.4.2.5';
const PHARMACIST_SECTION = '1.2.250.1.71.4.2.6';

/**
 * Roles of JDV_J65 from a profession of JDV_J01 (`G15_10/SM03`, `G15_21/G`): the profession, then the specialty that
 * the DMP demands of physicians and pharmacists (dmp.md §4).
 */
export function rolesOf(profession: Coding): readonly Coding[] | undefined {
  const [kind, detail] = profession.code.split('/');
  if (!detail) return undefined;
  // JDV_J01 labels are `Profession - Spécialité`.
  const label = profession.display.replace(/^[^-]* - /, '');
  switch (kind) {
    case 'G15_10':
      return [
        { code: '10', system: PROFESSION, display: 'Médecin' },
        { code: detail, system: SPECIALTY, display: detail === 'SM03' ? 'Biologie médicale (SM)' : label },
      ];
    case 'G15_21':
      return [
        { code: '21', system: PROFESSION, display: 'Pharmacien' },
        {
          code: detail,
          system: PHARMACIST_SECTION,
          display: detail === 'G' ? 'Pharmacien biologiste' : label,
        },
      ];
    default:
      return undefined;
  }
}
