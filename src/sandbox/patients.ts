/**
 * The test identities that the local DMP and the local Mon espace santé know. All are fictional and of the
 * national test space; each stands for a case that a laboratory meets.
 */
import { readFile } from 'node:fs/promises';

/** The only space that the sandbox knows: a matricule of production is unknown here. */
export const TEST_INS_OID = '1.2.250.1.213.1.4.10';
const MATRICULE = /^\d{5}(?:\d{2}|2[AB])\d{8}$/;

export interface TestPatient {
  /** 15 characters, key included. */
  readonly ins: string;
  readonly birthName: string;
  /** Birth given names, separated by blanks, as the identity service gives them. */
  readonly givenNames: string;
  readonly sex: 'F' | 'M';
  /** yyyymmdd. */
  readonly birthDate: string;
  /** COG code. */
  readonly birthPlace: string;
  readonly dmp: 'active' | 'closed';
  /** Mailbox of Mon espace santé. */
  readonly mes: 'open' | 'closed';
  /** What the identity is for, in the language of the demo. */
  readonly note: string;
}

/** Matricules have valid keys: 97 − (NIR mod 97). */
export const TEST_PATIENTS: readonly TestPatient[] = [
  patient(
    '279035121518989',
    'PAT-TROIS',
    'DOMINIQUE MARIE-LOUISE',
    'F',
    '19790328',
    '51215',
    'identité de test nationale',
  ),
  patient(
    '185067511204257',
    'TILLEUL',
    'JULIEN',
    'M',
    '19850612',
    '75112',
    'adulte, DMP et messagerie ouverts',
  ),
  patient('292046938811772', 'ÉRABLE', 'HÉLÈNE ANNE', 'F', '19920408', '69388', 'nom et prénom accentués'),
  patient(
    '154023306309586',
    'CHARME',
    'BERNARD',
    'M',
    '19540217',
    '33063',
    'adulte, DMP et messagerie ouverts',
  ),
  patient(
    '170022A00400783',
    'CHÊNE-VERT',
    'ANGE',
    'M',
    '19700222',
    '2A004',
    'né en Corse : matricule alphanumérique',
  ),
  patient('216017864603320', 'SAULE', 'LINA', 'F', '20160115', '78646', 'mineure'),
  patient('288123331804449', 'BOULEAU', 'CLAIRE', 'F', '19881203', '33318', 'DMP actif, messagerie fermée', {
    mes: 'closed',
  }),
  patient('147129933010502', 'PLATANE', 'ROGER', 'M', '19471209', '99330', 'DMP et messagerie fermés', {
    dmp: 'closed',
    mes: 'closed',
  }),
  patient('168084410907372', 'FRÊNE', 'YANN', 'M', '19680823', '44109', 'adulte, DMP et messagerie ouverts'),
];

function patient(
  ins: string,
  birthName: string,
  givenNames: string,
  sex: 'F' | 'M',
  birthDate: string,
  birthPlace: string,
  note: string,
  states: { readonly dmp?: 'closed'; readonly mes?: 'closed' } = {},
): TestPatient {
  return {
    ins,
    birthName,
    givenNames,
    sex,
    birthDate,
    birthPlace,
    note,
    dmp: states.dmp ?? 'active',
    mes: states.mes ?? 'open',
  };
}

/** The identities in force: the table, plus those of a file, minus nothing. States can change while it runs. */
export class PatientList {
  readonly #byIns = new Map<string, TestPatient>();

  constructor(patients: readonly TestPatient[]) {
    for (const one of patients) this.#byIns.set(one.ins, one);
  }

  get(ins: string, oid: string): TestPatient | undefined {
    return oid === TEST_INS_OID ? this.#byIns.get(ins) : undefined;
  }

  all(): TestPatient[] {
    return [...this.#byIns.values()];
  }

  /** Closes or reopens a DMP or a mailbox. @returns false when the matricule is not listed */
  change(ins: string, states: Partial<Pick<TestPatient, 'dmp' | 'mes'>>): boolean {
    const known = this.#byIns.get(ins);
    if (known === undefined) return false;
    this.#byIns.set(ins, { ...known, ...states });
    return true;
  }
}

/**
 * @param file JSON array of {@link TestPatient}; `dmp` and `mes` may be left out (active, open). A matricule of
 * the table is replaced.
 * @throws Error naming the entry that cannot be read
 */
export async function loadPatients(file: string | undefined): Promise<PatientList> {
  if (file === undefined) return new PatientList(TEST_PATIENTS);
  const read: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!Array.isArray(read)) throw new Error(`${file}: a JSON array of patients is expected`);
  return new PatientList([
    ...TEST_PATIENTS,
    ...read.map((entry, index) => parsePatient(entry, `${file}[${index}]`)),
  ]);
}

function parsePatient(entry: unknown, where: string): TestPatient {
  if (typeof entry !== 'object' || entry === null) throw new Error(`${where}: an object is expected`);
  const fields = entry as Record<string, unknown>;
  const text = (key: string, form: RegExp): string => {
    const value = fields[key];
    if (typeof value !== 'string' || !form.test(value))
      throw new Error(`${where}.${key}: missing or wrong form`);
    return value;
  };
  return {
    ins: text('ins', MATRICULE),
    birthName: text('birthName', /./),
    givenNames: text('givenNames', /./),
    sex: text('sex', /^[FM]$/) as 'F' | 'M',
    birthDate: text('birthDate', /^\d{8}$/),
    birthPlace: text('birthPlace', /^\w{5}$/),
    dmp: fields.dmp === 'closed' ? 'closed' : 'active',
    mes: fields.mes === 'closed' ? 'closed' : 'open',
    note: typeof fields.note === 'string' ? fields.note : '',
  };
}
