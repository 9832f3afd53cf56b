import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { DispatchFlags, Dossier, Exam, Isolate } from './dossier.ts';
import type { StatedIdentity } from './identity.ts';
import { examsByKey } from './merge-exam.ts';
import { isOpen } from './merge-row.ts';
import type { Organization, Professional } from './people.ts';
import type { ReportVersion } from './report.ts';
import type { Result } from './result.ts';

export type VersionCause = ReportVersion['cause'];

export type NextVersion =
  | { readonly kind: 'new'; readonly dossier: Dossier; readonly cause: VersionCause }
  | { readonly kind: 'unchanged' };

/**
 * SHA-256 (hex) of what a reader of the report would call its content: a message sent again with the same hash makes no
 * new version (inputs.md §5).
 *
 * In: identity (strict traits, INS, statuses), dispatch flags, exams and rows (value, unit, state, ranges, flags,
 * previous values, time of collection, method, comments, validator, performer), specimens, attachments,
 * the bytes of finished documents, comments,
 * prescriber and recipients (who and which mailbox; of one that the national directory gave, only that there is one),
 * completeness, withdrawal.
 * Out: times of messages and of issue (MSH-7, OBR-22, OBX-19), MSH-11, the patient's address, phone and ward, labels,
 * the order of exams and rows, and whether a value is final or corrected: the same value sent again as C says nothing new.
 */
export function clinicalHash(dossier: Dossier): string {
  const { patient, flags, completeness, withdrawn } = dossier;
  const whole = {
    patient: identityContent(patient),
    flags: restrictions(flags),
    completeness,
    withdrawn,
    content: content(dossier),
    recipients: recipients(dossier),
  };
  return createHash('sha256').update(canonicalJson(whole), 'utf8').digest('hex');
}

/**
 * Does this content need a new version of the document, and why? When several reasons meet, the one that matters most to
 * a reader of the earlier version is told: withdrawal, correction, identity, completion, masking.
 * @param current content of the newest version; undefined before the first
 * @param incoming content now, merged ({@link mergeDossiers}), with the identity and flags that apply
 */
export function nextVersion(current: Dossier | undefined, incoming: Dossier): NextVersion {
  if (current && clinicalHash(current) === clinicalHash(incoming)) return { kind: 'unchanged' };
  return { kind: 'new', dossier: incoming, cause: causeOf(current, incoming) };
}

/**
 * Why `incoming` follows `current`. A withdrawn request stays a withdrawal whatever else changes: nothing of it may be
 * published as a plain report.
 */
function causeOf(current: Dossier | undefined, incoming: Dossier): VersionCause {
  if (incoming.withdrawn) return 'withdrawal';
  if (!current) return 'first';
  const [before, after] = [content(current), content(incoming)];
  if (incoming.finished?.onlyMasking) return 'masking';
  if (current.withdrawn || !extendsContent(before, after)) return 'correction';
  if (!same(identityContent(current.patient), identityContent(incoming.patient))) return 'identity';
  const onlyFlags =
    same(before, after) &&
    same(recipients(current), recipients(incoming)) &&
    current.completeness === incoming.completeness;
  return onlyFlags ? 'masking' : 'completion';
}

const CAUSES_BY_WEIGHT: readonly VersionCause[] = [
  'withdrawal',
  'correction',
  'identity',
  'completion',
  'masking',
  'first',
];

/** What a reader who missed some versions must be told: the weightiest of their causes. */
export function weightiestCause(causes: readonly VersionCause[]): VersionCause {
  return CAUSES_BY_WEIGHT.find((cause) => causes.includes(cause)) ?? 'first';
}

const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);

function identityContent({ localId, ins, statuses, traits }: StatedIdentity) {
  return { localId, ins, statuses: [...new Set(statuses)].sort(), traits };
}

/** The value of each flag that restricts; its absence and its opposite have the same effect. */
export const RESTRICTIVE = {
  masquePs: true,
  invisiblePatient: true,
  invisibleRepLegaux: true,
  connexionSecrete: true,
  destDmp: false,
  destMssantePs: false,
  destMssantePat: false,
  patientMayNotReply: true,
} as const satisfies Required<DispatchFlags>;

/** Names of the flags whose value restricts. */
export function restrictions(flags: DispatchFlags): string[] {
  return Object.entries(RESTRICTIVE)
    .filter(([name, value]) => flags[name as keyof DispatchFlags] === value)
    .map(([name]) => name);
}

/** Clinical content, in a form that does not depend on the order of rows. */
function content(dossier: Dossier) {
  const { prescriber, prescriptionNumber, prescribedAt, clinicalInformation, attachments, comments } =
    dossier;
  return {
    nonHuman: dossier.nonHuman ?? false,
    prescriber: prescriber && who(prescriber),
    prescriptionNumber,
    prescribedAt,
    clinicalInformation,
    comments,
    attachments: Object.fromEntries(attachments.map(({ id, ...attachment }) => [id, attachment])),
    sourcePdf: dossier.sourcePdf && digest(dossier.sourcePdf.base64),
    finished: dossier.finished && [dossier.finished.n3, dossier.finished.n1].map((one) => one && digest(one)),
    exams: Object.fromEntries([...examsByKey(dossier.exams)].map(([key, exam]) => [key, examContent(exam)])),
  };
}

const digest = (base64: string) => createHash('sha256').update(base64, 'latin1').digest('hex');

function recipients(dossier: Dossier) {
  return dossier.recipients
    .map(({ role, professional }) => ({ role, ...who(professional), mailbox: mailboxContent(professional) }))
    .map(canonicalJson)
    .sort();
}

/**
 * The national directory changes by itself every day: that it has an address is content, which one is not. Else each move of
 * a professional would replace, everywhere, a report that says nothing new.
 */
const mailboxContent = ({ mssante, mailboxOrigin }: Professional) =>
  mailboxOrigin && mailboxOrigin.by !== 'table' ? 'directory' : mssante;

function examContent(exam: Exam) {
  return {
    specimens: exam.specimens,
    comments: exam.comments,
    performer: exam.performer && organization(exam.performer),
    images: exam.images?.map(({ title, base64 }) => ({ title, bytes: digest(base64) })),
    rows: rowsByKey(exam.results),
    isolates: Object.fromEntries(exam.isolates.map((isolate) => [isolate.id, isolateContent(isolate)])),
  };
}

function isolateContent({ organism, snomed, ncbi, count, antibiogram, comments }: Isolate) {
  return {
    organism: organism.code,
    snomed,
    ncbi,
    count: count && rowContent(count),
    antibiogram: rowsByKey(antibiogram),
    comments,
  };
}

const rowsByKey = (rows: readonly Result[]) =>
  Object.fromEntries(rows.map((row) => [row.key, rowContent(row)]));

function rowContent(row: Result) {
  return {
    code: row.local.code,
    state: row.status === 'corrected' ? 'final' : row.status,
    value: row.value,
    unit: row.unit,
    ranges: row.ranges,
    interpretations: row.interpretations,
    previous: row.previous,
    observedAt: row.observedAt,
    method: row.method,
    comments: row.comments,
    validator: row.validator && who(row.validator),
    performer: row.performer && organization(row.performer),
  };
}

const who = ({ idNat, localCode, family, given }: Professional) =>
  idNat ? { idNat } : { localCode, family, given };
const organization = ({ idNat, name }: Organization) => (idNat ? { idNat } : { name });

/** A row that had not had its last word: whatever follows completes it. */
function isOpenRow(value: object): boolean {
  return 'state' in value && typeof value.state === 'string' && isOpen(value.state as Result['status']);
}

/** An exam of which nothing but open rows was told: what answers it may have other names. */
function isOpenExam(value: object): boolean {
  if (!('rows' in value && 'isolates' in value)) return false;
  const rows = Object.values(value.rows as Readonly<Record<string, object>>);
  return rows.length > 0 && rows.every(isOpenRow) && Object.keys(value.isolates as object).length === 0;
}

/**
 * Is all that `before` says still said by `after`? Members and list items may be added, and an open row may change or
 * go; anything else altered or gone is a correction.
 */
function extendsContent(before: unknown, after: unknown): boolean {
  if (before === undefined) return true;
  if (Array.isArray(before)) {
    return Array.isArray(after) && before.every((item) => after.some((other) => extendsContent(item, other)));
  }
  if (before !== null && typeof before === 'object') {
    if (isOpenRow(before) || isOpenExam(before)) return true;
    if (after === null || typeof after !== 'object' || Array.isArray(after)) return false;
    const members = after as Readonly<Record<string, unknown>>;
    return Object.entries(before).every(([key, value]) => extendsContent(value, members[key]));
  }
  return before === after;
}
