/**
 * One row of the national directory (Annuaire Santé): a professional at a structure, or a mailbox of a professional or of
 * a structure. Only what finding an address needs is kept: no phone, no street, no identifier but the national ones.
 */
export interface DirectoryEntry {
  readonly kind: DirectoryKind;
  /** PS_IdNat: `8` + RPPS, `0` + ADELI. Absent: a structure's mailbox. */
  readonly idNat?: string | undefined;
  readonly family?: string | undefined;
  readonly given?: string | undefined;
  /** Title of practice, JDV_J246: DR, PR… */
  readonly title?: string | undefined;
  /** Label of the profession, with the speciality where one is told. */
  readonly profession?: string | undefined;
  /** Struct_IdNat: `1` + FINESS, `3` + SIRET. */
  readonly structure?: string | undefined;
  readonly structureName?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly town?: string | undefined;
  /** MSSanté address; of a `mailbox` entry only. */
  readonly mailbox?: string | undefined;
  /** TRE_R257: PER, ORG… */
  readonly mailboxType?: string | undefined;
  /** The holder does not accept electronic documents alone (Dématérialisation = N): never chosen without a person. */
  readonly paperOnly?: true | undefined;
}

/** `activity`: PS_LibreAcces_Personne_activite; `mailbox`: Extraction_Correspondance_MSSante. */
export type DirectoryKind = 'activity' | 'mailbox';

/** An extraction that the directory holds. */
export interface DirectorySource {
  readonly kind: DirectoryKind;
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly size: number;
  /** Time of the file, milliseconds. */
  readonly mtimeMs: number;
  /** When the extraction was made, as its name says it: `AAAAMMJJhhmm`. */
  readonly dated?: string;
  readonly rows: number;
  /** Rows left out: another number of columns, no usable identifier or address. */
  readonly skipped: number;
  /** Milliseconds. */
  readonly importedAt: number;
}

/** What a directory says of one professional. */
export interface DirectoryAnswer {
  readonly entries: readonly DirectoryEntry[];
  /** `directory`: the extractions that were imported; `directory-api`: the FHIR API. */
  readonly by: 'directory' | 'directory-api';
  /** Day of the extraction or of the answer, `AAAA-MM-JJ`; absent: an extraction whose name has no date. */
  readonly asOf?: string;
}

/**
 * Looks a professional up; answers at once and never fails.
 * @param idNat PS_IdNat
 * @returns undefined: no directory to ask
 */
export type DirectoryLookup = (idNat: string) => DirectoryAnswer | undefined;
