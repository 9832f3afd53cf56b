/** A code of a code system, as CDA `code/@code, @codeSystem, @displayName` and XDS codes carry it. */
export interface Coding {
  readonly code: string;
  /** OID of the code system, without `urn:oid:`. */
  readonly system: string;
  readonly display: string;
}

/** OIDs of the code systems and identifier spaces that a CR-Bio uses (CI-SIS, reference cr-bio.md §3). */
export const OID = {
  loinc: '2.16.840.1.113883.6.1',
  snomed: '2.16.840.1.113883.6.96',
  ncbiTaxonomy: '2.16.840.1.113883.3.9471',
  /** National "codes d'attente" of biology: chapters without a LOINC code. */
  waitingCodes: '1.2.250.1.213.1.1.5.130',
  professionals: '1.2.250.1.71.4.2.1',
  organizations: '1.2.250.1.71.4.2.2',
  professions: '1.2.250.1.213.1.1.4.5',
  practiceSettings: '1.2.250.1.213.1.1.4.9',
  facilityTypes: '1.2.250.1.71.4.2.4',
  confidentiality: '2.16.840.1.113883.5.25',
  masking: '1.2.250.1.213.1.1.4.13',
  interpretation: '2.16.840.1.113883.5.83',
  specimenTypes: '2.16.840.1.113883.18.311',
  methods: '1.2.250.1.213.2.3.5',
} as const;
