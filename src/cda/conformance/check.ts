import { type Companions, disagreements } from './agreement.ts';
import { ATTACHMENT_RULES, contentOf } from './attachment-rules.ts';
import { BODY_RULES } from './body-rules.ts';
import { HEADER_RULES } from './header-rules.ts';
import { copyOf } from './kinds.ts';
import { LINK_RULES } from './link-rules.ts';
import { isN1, N1_RULES } from './n1-rules.ts';
import type { Unreadable } from './read.ts';
import { pathOf, readDocument } from './read.ts';
import { RESULT_RULES } from './result-rules.ts';
import type { Finding, Rule } from './rule.ts';
import { SCHEMA_RULES } from './schema-rules.ts';
import { STRUCTURE_RULES } from './structure-rules.ts';
import { TEMPLATE_RULES } from './template-rules.ts';
import { VALUE_SET_RULES } from './value-set-rules.ts';

export type { Companions } from './agreement.ts';
export type { Finding } from './rule.ts';

/** What an N3 and an N1 have in common. */
const COMMON_RULES: readonly Rule[] = [
  ...SCHEMA_RULES,
  ...STRUCTURE_RULES,
  ...HEADER_RULES,
  ...VALUE_SET_RULES,
];

const N3_RULES: readonly Rule[] = [
  ...BODY_RULES,
  ...TEMPLATE_RULES,
  ...LINK_RULES,
  ...RESULT_RULES,
  ...ATTACHMENT_RULES,
];

/** Every rule of the built-in check, in the order that findings are told. */
export const RULES: readonly Rule[] = [...COMMON_RULES, ...N3_RULES, ...N1_RULES];

const UNREADABLE: Readonly<Record<Unreadable, string>> = {
  'too-large': 'le document dépasse 64 Mio',
  doctype: 'le document contient une déclaration DOCTYPE, interdite',
  'not-well-formed': 'le document n’est pas du XML bien formé',
  'no-document': 'le fichier ne contient pas un document CDA, et un seul',
  'not-utf8': 'le document n’est pas en UTF-8',
};

/** A document that is wrong all over says so enough. */
const MAX_FINDINGS = 200;

/**
 * Checks a CR-Bio, N3 or N1, before it leaves, or one that somebody else wrote: what makes the official validators, or the DMP,
 * refuse it, and what they pass over in silence (missing templateIds, dangling links). It complements the official
 * kit, it does not replace it.
 * @param bytes bare or self-presenting document, UTF-8
 * @param companions the PDF and the metadata that go with it: whether they say the same
 * @returns what is wrong, at most 200 findings; empty: conformant as far as these rules know
 */
export function checkDocument(bytes: Uint8Array, companions: Companions = {}): readonly Finding[] {
  const document = readDocument(bytes);
  if (typeof document === 'string') {
    return [{ rule: 'DOCUMENT-READABLE', cause: UNREADABLE[document], where: '', source: 'XML 1.0, CDA R2' }];
  }
  const findings: Finding[] = [];
  const rules = [...COMMON_RULES, ...(isN1(document) ? N1_RULES : N3_RULES)];
  for (const { id, source, check } of rules) {
    for (const { cause, node } of check(document)) {
      if (findings.length === MAX_FINDINGS) return findings;
      findings.push({ rule: id, cause, where: pathOf(node), source });
    }
  }
  return [...findings, ...disagreements(document, bytes, companions)].slice(0, MAX_FINDINGS);
}

/** The PDF of the whole report that a document holds: copy of an N3, body of an N1; undefined when there is none. */
export function pdfInside(bytes: Uint8Array): Uint8Array | undefined {
  const document = readDocument(bytes);
  if (typeof document === 'string') return undefined;
  const node = copyOf(document);
  const base64 = node && contentOf(node, document);
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}
