import { OID } from '../report/coding.ts';
import {
  type Address,
  idNatOfRpps,
  type Organization,
  type PerformingLaboratory,
  type Professional,
} from '../report/people.ts';
import type { Repetition, Segment } from './hl7.ts';
import { isSpelledAs, type KnownLaboratory } from './subcontractors.ts';

const TITLE = /^(dr|docteur|pr|professeur|mme|m)\b\.?\s*/i;

/** Title and civility words of a name, JDV_J246 and JDV_J245. */
function honours(text: string): Pick<Professional, 'title' | 'civility'> {
  const word = TITLE.exec(text)?.[1]?.toUpperCase() ?? '';
  if (word === 'DR' || word === 'DOCTEUR') return { title: 'DR' };
  if (word === 'PR' || word === 'PROFESSEUR') return { title: 'PR' };
  return word === 'M' || word === 'MME' ? { civility: word } : {};
}

interface PersonParts {
  readonly id: string;
  readonly family: string;
  readonly given: string;
  readonly prefix: string;
  readonly authority: string;
  readonly type: string;
}

function person(parts: PersonParts): Professional | undefined {
  const { id, prefix, authority, type } = parts;
  // `Pr SMITH John` in one field: the title is told apart, the rest stays as written.
  const inName = parts.given === '' ? honours(parts.family) : {};
  const family = parts.given === '' ? parts.family.replace(TITLE, '') : parts.family;
  if (family === '') return undefined;
  const national = isNational(id, authority, type) ? idNatOfRpps(id) : undefined;
  return {
    ...(national ? { idNat: national } : id ? { localCode: id } : {}),
    family,
    ...(parts.given ? { given: parts.given } : {}),
    ...inName,
    ...honours(`${prefix} `),
  };
}

/** An RPPS is told by its authority or type; without either, by its 11 digits beginning with 10. */
function isNational(id: string, authority: string, type: string): boolean {
  if (type === 'RPPS' || type === 'IDNPS' || type === 'ADELI' || authority === OID.professionals) return true;
  return authority === '' && type === '' && /^10\d{9}$/.test(id);
}

/** XCN: identifier ^ family ^ given ^ … ^ prefix ^ … ^ authority ^ … ^ type. */
export function readPerson(xcn: Repetition | undefined): Professional | undefined {
  if (!xcn) return undefined;
  // `Dr MARTIN Anne` alone, where an identifier should be.
  const nameOnly =
    xcn.text(2) === '' &&
    xcn.text(3) === '' &&
    /^(?:dr|pr|docteur|professeur)\b.*\p{L}{2}/iu.test(xcn.text(1));
  return person({
    id: nameOnly ? '' : xcn.text(1),
    family: nameOnly ? xcn.text(1) : xcn.text(2),
    given: xcn.text(3),
    prefix: xcn.text(6),
    authority: authorityOid(xcn, 9),
    type: xcn.text(13),
  });
}

/** NDL of OBR-32: the person is the sub-components of the first component; senders also write an XCN there. */
export function readInterpreter(ndl: Repetition | undefined): Professional | undefined {
  if (!ndl) return undefined;
  if ((ndl.components[0]?.length ?? 0) < 2) return readPerson(ndl);
  return person({
    id: ndl.text(1, 1),
    family: ndl.text(1, 2),
    given: ndl.text(1, 3),
    prefix: ndl.text(1, 6),
    authority: ndl.text(1, 10).replace(/\s/g, ''),
    type: '',
  });
}

/** OID of an assigning authority (HD), from which senders' stray blanks are removed; empty when it is no OID. */
export function authorityOid(repetition: Repetition, component: number): string {
  for (const part of [2, 1]) {
    const text = repetition.text(component, part).replace(/\s/g, '');
    if (/^[0-2](?:\.\d+)+$/.test(text)) return text;
  }
  return '';
}

/** XAD as printed lines; undefined when it holds nothing. */
export function readAddress(xad: Repetition | undefined): Address | undefined {
  if (!xad) return undefined;
  const lines = [xad.text(1) || xad.text(1, 2), xad.text(2)].filter(Boolean);
  const [city, postalCode, country] = [xad.text(3), xad.text(5), xad.text(6)];
  if (lines.length === 0 && !city && !postalCode) return undefined;
  return {
    lines,
    ...(postalCode ? { postalCode } : {}),
    ...(city ? { city } : {}),
    ...(country ? { country } : {}),
  };
}

const FINESS = /^(?:\d{2}|2[AB])\d{7}$/;

/** Struct_IdNat of an XON: `1` + FINESS, `3` + SIRET, or already prefixed (IDNST). */
function structureIdNat(xon: Repetition): string | undefined {
  const id = (xon.text(10) || xon.text(3)).replace(/\s/g, '');
  const type = xon.text(7);
  if (type === 'SIRET' && /^\d{14}$/.test(id)) return `3${id}`;
  if ((type === 'FINEG' || type === 'FINEJ') && FINESS.test(id)) return `1${id}`;
  // Some senders prefix what they call a FINESS.
  if (type !== 'SIRET' && /^1/.test(id) && FINESS.test(id.slice(1)) && id.length === 10) return id;
  return type === 'IDNST' && id ? id : undefined;
}

/** XON: an organisation; undefined without a name. */
export function readOrganization(xon: Repetition | undefined): Organization | undefined {
  const name = xon?.componentText(1);
  if (!xon || !name) return undefined;
  const idNat = structureIdNat(xon);
  return { ...(idNat ? { idNat } : {}), name };
}

/** A row and the PRT that tell who took part in it. */
export interface RowActors {
  readonly obx: Segment;
  readonly participations: readonly Segment[];
}

/**
 * The laboratory that did a row, when it is not ours: OBX-23 (name and identifiers), -24 (address), -25 (director); from
 * v2.7 on the row's PRT of roles PO and POMD; else OBX-15.
 * @param own FINESS, idNat, codes and names of our own laboratory
 * @param known laboratories that work for ours
 */
export function readPerformer(
  { obx, participations }: RowActors,
  own: readonly string[],
  known: readonly KnownLaboratory[],
): PerformingLaboratory | undefined {
  const ours = new Set(own.map(folded));
  const isOurs = (names: readonly (string | undefined)[]) =>
    names.some((name) => name && ours.has(folded(name)));
  const organizations = participationsOf(participations, ['PO']);
  const xon = obx.repetitions(23)[0] ?? organizations[0]?.repetitions(8)[0];
  const idNat = xon && structureIdNat(xon);
  const organization = readOrganization(xon) ?? (idNat ? { idNat, name: UNNAMED } : undefined);
  if (!xon || !organization) {
    const producer = producerNamed(obx.repetitions(15)[0], known);
    return producer && !isOurs(producer.names) ? producer.laboratory : undefined;
  }
  if (isOurs([xon.componentText(1), xon.text(3), xon.text(10), organization.idNat])) return undefined;
  const address = readAddress(obx.repetitions(24)[0] ?? organizations[0]?.repetitions(14)[0]);
  const director = readPerson(obx.repetitions(25)[0]) ?? participantNamed(participations, ['POMD', 'MDIR']);
  return { ...organization, ...(address ? { address } : {}), ...(director ? { director } : {}) };
}

/** A laboratory told by its number alone. */
const UNNAMED = 'Laboratoire non nommé';

/** FINESS géographique or juridique, as the system of a CE names it. */
const FINESS_SYSTEM = /^(?:FINESS|FINEG|FINEJ|1\.2\.250\.1\.71\.4\.2\.2)$/i;

/**
 * The laboratory that OBX-15 names: one that works for ours, or any that is given by its FINESS. Anything else there is a
 * section of ours, or a position in print (inputs.md §3.2, §8).
 * @returns with it the names by which it may be told to be ours: of a stranger, all that are written there
 */
function producerNamed(
  producer: Repetition | undefined,
  known: readonly KnownLaboratory[],
):
  | { readonly laboratory: PerformingLaboratory; readonly names: readonly (string | undefined)[] }
  | undefined {
  if (!producer) return undefined;
  const said = [1, 2, 4, 5].map((component) => producer.componentText(component)).filter(Boolean);
  const found = known.find(({ laboratory: { name, idNat }, names }) =>
    [name, ...(idNat ? [idNat, idNat.slice(1)] : []), ...names].some((one) =>
      said.some((text) => isSpelledAs(one, text)),
    ),
  );
  if (found) return { laboratory: found.laboratory, names: [found.laboratory.name, found.laboratory.idNat] };
  const [id, name, system] = [1, 2, 3].map((component) => producer.text(component));
  if (!id || !FINESS_SYSTEM.test(system ?? '') || !FINESS.test(id)) return undefined;
  const idNat = `1${id}`;
  return { laboratory: { idNat, name: name || id }, names: [...said, idNat] };
}

function folded(name: string): string {
  return name.trim().toLocaleLowerCase('fr');
}

/** PRT of the given roles (PRT-4, HL7 table 0912), the most telling role first. */
function participationsOf(participations: readonly Segment[], roles: readonly string[]): readonly Segment[] {
  return roles.flatMap((role) => participations.filter((prt) => prt.text(4).toUpperCase() === role));
}

/** The first person (PRT-5) who took part in one of the roles: v2.7 says there what OBX-16 and OBR-32 said before. */
export function participantNamed(
  participations: readonly Segment[],
  roles: readonly string[],
): Professional | undefined {
  return participationsOf(participations, roles)
    .map((prt) => readPerson(prt.repetitions(5)[0]))
    .find((found) => found !== undefined);
}

/** Mail address of PRT-15 (XTN-4). */
export function mailboxOf(prt: Segment): string | undefined {
  for (const repetition of prt.repetitions(15)) {
    const address = repetition.text(4);
    if (/^[^\s@]+@[^\s@]+$/.test(address)) return address;
  }
  return undefined;
}

/** Two mentions of one person: same national or local identifier, else same name. */
export function samePerson(one: Professional, other: Professional): boolean {
  if (one.idNat && other.idNat) return one.idNat === other.idNat;
  if (one.localCode && other.localCode) return one.localCode === other.localCode;
  return (
    folded(one.family) === folded(other.family) &&
    one.given !== undefined &&
    folded(one.given) === folded(other.given ?? '')
  );
}
