/** LOINC SYSTEM → HL7 0487 codes that it accepts; systems that are absent (XXX, Isolate…) accept any specimen. */
const SYSTEM_SPECIMENS: Readonly<Record<string, readonly string[]>> = {
  Ser: ['SER'],
  Plas: ['PLAS'],
  'Ser/Plas': ['SER', 'PLAS', 'BLD', 'BLDV', 'PPP'],
  'Ser/Plas/Bld': ['SER', 'PLAS', 'BLD', 'BLDV'],
  Bld: ['BLD', 'BLDV', 'BLDC', 'BLDA', 'WB'],
  BldA: ['BLDA'],
  PPP: ['PPP', 'PLAS'],
  Urine: ['UR', 'URC', 'URINM', 'URINC', 'URINP', 'URINN', 'URT', 'URNS'],
  'Urine sed': ['UR', 'URNS', 'URINM', 'URINC'],
  CSF: ['CSF'],
  Stool: ['STL'],
};

/** Does a LOINC system accept a specimen? @returns undefined when one of them is not stated or not in the table */
export function acceptsSpecimen(system: string, specimen: string): boolean | undefined {
  const accepted = SYSTEM_SPECIMENS[system];
  return accepted && specimen !== '' ? accepted.includes(specimen) : undefined;
}
