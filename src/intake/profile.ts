import type { CharsetName } from './charset.ts';
import type { KnownLaboratory } from './subcontractors.ts';

/** Where the number of the dossier (lab request) is read; several may be given, the first that is not empty serves. */
export type DossierRule = 'ORC-4' | 'OBR-2' | 'OBR-3' | 'OBR-3 root' | 'PID-18';

/**
 * What `224.000` means in a numeric value of this source: `point`, the point is always the decimal mark (HL7's rule);
 * `comma`, a point between groups of three digits separates thousands; `unknown`, such a value stays a text.
 */
export type DecimalMark = 'point' | 'comma' | 'unknown';

/** Bounds that keep a hostile or broken file from taking the daemon down. */
export interface IntakeLimits {
  /** Bytes of a file. */
  readonly maxBytes: number;
  /** Messages in a file. */
  readonly maxMessages: number;
  /** Segments in a message. */
  readonly maxSegments: number;
  /** Characters of a field, embedded documents (OBX-2 = ED) apart. */
  readonly maxFieldLength: number;
  /** Fields, repetitions, components and sub-components: how many parts a message may be cut into. */
  readonly maxParts: number;
}

/** What the daemon knows of a laboratory that works for ours. */
export interface SubcontractorProfile extends KnownLaboratory {
  /** Sources whose reports its results may belong to; empty: any. */
  readonly clients: readonly string[];
  /** Before its own codes, in the catalogue and in documents. */
  readonly codePrefix: string;
  /** Name of a PDF that comes alone; its group `order` is our number, `part` tells several documents of one order apart. */
  readonly fileName?: RegExp;
}

/** What the daemon knows of one sender, beside its messages. */
export interface SourceProfile {
  /** `[a-z0-9-]+`; with the dossier's number, the key of a report for ever. */
  readonly name: string;
  /** Charset of messages whose MSH-18 is empty or unknown; `macroman` and `cp850` prevail over MSH-18. */
  readonly charset: CharsetName;
  /** IANA zone of times without offset. */
  readonly zone: string;
  /** OID of the identifiers that this source gives to patients, for PID-3 whose authority is no OID. */
  readonly patientAuthority: string;
  /** FINESS, idNat, codes or names by which OBX-23 and MSH-4 name our own laboratory. */
  readonly ownFacilities: readonly string[];
  /** Laboratories that work for ours: what OBX-15 names is a laboratory when it is one of them, else a section of ours. */
  readonly otherLaboratories: readonly KnownLaboratory[];
  readonly dossierNumber: readonly DossierRule[];
  /** `OBR-3 root`: the number is what precedes the last of these characters (`1001-E1` → `1001`). */
  readonly rootSeparator: string;
  /** MetaDMPMSS rows (masks, destinations) of a discrete message are orders; otherwise such a message is refused. */
  readonly metaDmpMss: boolean;
  /** OBX-11 = P is validated by a biologist; otherwise such rows are withheld. */
  readonly preliminaryIsValidated: boolean;
  /** Hospital: mails are proposed, a person sends. */
  readonly hospital: boolean;
  /** Specimen types (SPM-4, OBR-15) that are of no human: water, food, animals. */
  readonly nonHumanSpecimens: readonly string[];
  /** OBX-16 codes of the laboratory's systems that validate by themselves: the report then says so (SGL.DOC.09). */
  readonly automaticValidators: readonly string[];
  /** The source sends its own PDF of the report (an ED of our own laboratory), to be used instead of ours. */
  readonly sourcePdf: boolean;
  /** HPRIM Médecin is read, as a last resort: the printed text only, never an INS nor the DMP. */
  readonly hprimMedecin: boolean;
  /** HPRIM of liaison L (H.12) is our own dossier, its rows done by who sends it; otherwise such a message is refused. */
  readonly hprimLiaisonL: boolean;
  /** OBX-3 codes of the rows that name a cultured organism, when OBX-4 numbers the isolate. */
  readonly isolateCodes: readonly string[];
  readonly decimalMark: DecimalMark;
  /**
   * `required`: a file whose last segment has no end of line was cut, and is refused. `optional`: this sender never
   * writes it, and each such file is told of. `framed`: the transport says where a message ends.
   */
  readonly finalTerminator: 'required' | 'optional' | 'framed';
  /** The sender is a laboratory that works for ours: nothing of it is a report by itself (report/contribution.ts). */
  readonly subcontractor?: SubcontractorProfile;
  /** `strict`: batch counts must hold and a batch header needs its trailer; `lenient`: a warning only. */
  readonly batches: 'strict' | 'lenient';
  /** MSH-10 is needed to acknowledge; a file can do without. */
  readonly controlIdRequired: boolean;
  readonly limits: IntakeLimits;
}

export const DEFAULT_LIMITS: IntakeLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxMessages: 10_000,
  maxSegments: 50_000,
  maxFieldLength: 1024 * 1024,
  // 5,000 rows of 40 fields; each part is an object, so a file of separators only would fill the memory.
  maxParts: 200_000,
};

/** HL7 table 0487: specimens that come from no patient. */
const NON_HUMAN_0487: readonly string[] = ['FOOD', 'WAT', 'WATR', 'MILK', 'AIR', 'ENVI', 'PLANT'];

/** A profile with the defaults of a private laboratory's SGL; what only the site knows is to be given. */
export function sourceProfile(
  given: Pick<SourceProfile, 'name' | 'patientAuthority'> & Partial<SourceProfile>,
): SourceProfile {
  return {
    charset: 'windows-1252',
    zone: 'Europe/Paris',
    ownFacilities: [],
    otherLaboratories: [],
    dossierNumber: ['ORC-4', 'OBR-3'],
    rootSeparator: '-',
    metaDmpMss: false,
    preliminaryIsValidated: false,
    hospital: false,
    nonHumanSpecimens: NON_HUMAN_0487,
    automaticValidators: [],
    sourcePdf: false,
    hprimMedecin: false,
    hprimLiaisonL: false,
    isolateCodes: [],
    decimalMark: 'unknown',
    finalTerminator: 'required',
    batches: 'strict',
    controlIdRequired: false,
    limits: DEFAULT_LIMITS,
    ...given,
  };
}
