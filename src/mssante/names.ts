import type { Report } from '../report/report.ts';
import type { CdaHeader } from '../xds/cda-header.ts';

/** What names a report outside: the PDF's file name and the mail's subject (mssante.md §6, ECO.2.1.3 and ECO.2.1.6). */
export interface NamingFacts {
  /** displayName of the CDA code. */
  readonly type: string;
  readonly birthName: string;
  readonly given?: string;
  /** `YYYYMMDD`. */
  readonly birthDate?: string;
  /** serviceEvent effectiveTime/low, `YYYYMMDD`. */
  readonly serviceDate: string;
  /** In biology, the registration number of the prescription. */
  readonly dossier?: string;
}

/** Receiving software files a mail by this prefix: it must reach the wire first and unencoded. */
export const SUBJECT_PREFIX = 'XDM/1.0/DDM+';
/** After the prefix, never before: rules of receivers test how the subject begins. */
export const REPLACEMENT_TAG = '[Annule et remplace]';

const MAX_TYPE = 40;
/** Names of a birth record are shorter; a longer one is cut rather than refused. */
const MAX_NAME = 60;

/** The facts of a CDA header. @param dossier number of the request, when it may appear in the file's name */
export function namingFacts(header: CdaHeader, dossier?: string): NamingFacts {
  const { name, birthTime } = header.patient;
  return {
    type: header.code.display,
    birthName: name.family,
    ...(name.given === undefined ? {} : { given: name.given }),
    ...(birthTime !== undefined && /^\d{8}/.test(birthTime) ? { birthDate: birthTime.slice(0, 8) } : {}),
    serviceDate: header.serviceStart.slice(0, 8),
    ...(dossier === undefined ? {} : { dossier }),
  };
}

/** displayName of 11502-2, the code of every CR-Bio (JDV_J66). */
const REPORT_TYPE = "CR d'examens biologiques";

/** The name of a report's PDF, known before its CDA is written: the same facts as that header's. */
export function pdfName(report: Report): string {
  const { birthName, firstGiven, birthDate } = report.patient.traits;
  // serviceEvent effectiveTime/low of the CDA.
  const service = report.receivedAt ?? report.collectedAt ?? report.version.effectiveTime;
  return pdfFileName({
    type: REPORT_TYPE,
    birthName,
    ...(firstGiven === undefined ? {} : { given: firstGiven }),
    ...(birthDate?.local.length === 8 ? { birthDate: birthDate.local } : {}),
    serviceDate: service.local.slice(0, 8),
    dossier: report.dossier,
  });
}

/** `AAAAMMJJ_type_NOM_prénom[_dossier].pdf`, safe for every file system and mail header. */
export function pdfFileName(facts: NamingFacts): string {
  const parts = [
    facts.serviceDate.replace(/\D/g, ''),
    cut(plain(facts.type), MAX_TYPE),
    cut(plain(facts.birthName).toUpperCase(), MAX_NAME),
    cut(plain(facts.given ?? ''), MAX_NAME),
    cut(plain(facts.dossier ?? ''), MAX_NAME),
  ];
  // The underscore separates the parts, so that none may hold one.
  const name = parts.map((part) => safePart(part).replaceAll('_', '-')).filter(Boolean);
  return `${name.join('_')}.pdf`;
}

/** Makes any text a file name: ASCII, no path, no character that Windows or a quoted-string refuses, `.pdf` at the end. */
export function safePdfName(name: string): string {
  const base = safePart(cut(plain(name.replace(/\.pdf$/i, '')), 200));
  return `${base === '' ? 'compte-rendu' : base}.pdf`;
}

/**
 * `XDM/1.0/DDM+libellé NOM prénom JJ/MM/AAAA`, ASCII only: one accent would make mail software encode the whole line and
 * hide the prefix.
 */
export function mailSubject(
  facts: NamingFacts,
  { tag = '' }: { readonly tag?: string | undefined } = {},
): string {
  const { birthDate } = facts;
  const parts = [
    tag,
    cut(plain(facts.type), MAX_TYPE),
    cut(plain(facts.birthName).toUpperCase(), MAX_NAME),
    cut(plain(facts.given ?? ''), MAX_NAME),
    birthDate === undefined
      ? ''
      : `${birthDate.slice(6, 8)}/${birthDate.slice(4, 6)}/${birthDate.slice(0, 4)}`,
  ];
  return SUBJECT_PREFIX + parts.filter(Boolean).join(' ');
}

/** Letters that no decomposition reduces to ASCII, and the typographic signs of French labels. */
const TRANSLITERATION: Readonly<Record<string, string>> = {
  Æ: 'AE',
  æ: 'ae',
  Œ: 'OE',
  œ: 'oe',
  ß: 'ss',
  ẞ: 'SS',
  Ø: 'O',
  ø: 'o',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Ð: 'D',
  ð: 'd',
  Þ: 'TH',
  þ: 'th',
  ı: 'i',
  '’': "'",
  '‘': "'",
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
};

/** Printable ASCII on one line, accents stripped; what has no ASCII form is dropped. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, (character) =>
      /\s/u.test(character) ? ' ' : (TRANSLITERATION[character] ?? ''),
    )
    .replace(/ +/g, ' ')
    .trim();
}

function cut(text: string, length: number): string {
  return text.slice(0, length).trimEnd();
}

/** Path separators and what Windows refuses become a hyphen; no dot or blank at either end. */
function safePart(text: string): string {
  return text.replace(/[\\/:*?"<>|]+/g, '-').replace(/^[. ]+|[. ]+$/g, '');
}
