/** Identité nationale de santé: the matricule, its key and its authority (RNIV; CI-SIS annexe INS). */

declare const insBrand: unique symbol;

/** A matricule INS whose grammar and key were checked. Only {@link parseIns} makes one. */
export interface Ins {
  /** 15 characters: 13 of the NIR or NIA (Corsica: 2A or 2B) and a key of 2 digits. */
  readonly matricule: string;
  /** OID of the identification space, one of {@link INS_OIDS}. */
  readonly oid: InsOid;
  readonly [insBrand]: true;
}

export const INS_OIDS = {
  /** Production. */
  nir: '1.2.250.1.213.1.4.8',
  /** Production, identity being registered. */
  nia: '1.2.250.1.213.1.4.9',
  /** Test space. */
  test: '1.2.250.1.213.1.4.10',
  /** Demonstration space. */
  demo: '1.2.250.1.213.1.4.11',
} as const;

export type InsOid = (typeof INS_OIDS)[keyof typeof INS_OIDS];

export type InsFault = 'oid' | 'form' | 'key';

/**
 * Reads a matricule and its OID.
 * @param matricule 15 characters, blanks allowed between groups as printed on cards
 * @param oid OID of the identification space
 * @returns the INS, or which part is wrong: an OID that is no INS space, the form, the key (97 − NIR mod 97)
 */
export function parseIns(matricule: string, oid: string): Ins | { fault: InsFault } {
  if (!isInsOid(oid)) return { fault: 'oid' };
  const compact = matricule.replace(/\s+/g, '').toUpperCase();
  if (!/^[1-8]\d{4}(?:\d{2}|2[AB])\d{6}\d{2}$/.test(compact)) return { fault: 'form' };
  const body = compact.slice(0, 13).replace('2A', '19').replace('2B', '18');
  const key = 97n - (BigInt(body) % 97n);
  if (key !== BigInt(compact.slice(13))) return { fault: 'key' };
  return { matricule: compact, oid } as Ins;
}

export function isInsOid(oid: string): oid is InsOid {
  return (Object.values(INS_OIDS) as string[]).includes(oid);
}

/** NIR or NIA, as printed after the matricule on paper (RNIV rule 32). The test spaces hold NIRs. */
export function insNature(ins: Ins): 'NIR' | 'NIA' {
  return ins.oid === INS_OIDS.nia ? 'NIA' : 'NIR';
}
