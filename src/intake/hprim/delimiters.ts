import type { Delimiters } from '../escapes.ts';

/** Letters, digits, blanks and the signs that values are made of separate nothing. */
const SIGN = /^[|~^\\&$#!@*%;_`{}[\]]$/;

/**
 * Delimiters of a message, by their place in its H segment: field, sub-field, repetition, escape, sub-sub-field. Many
 * senders write `H|~^\&`, where `~` and `^` change places with HL7; others write HL7's order, or fewer signs. A sign that
 * is not announced is the empty text, and separates nothing.
 * @returns undefined when there are fewer than two signs after the field separator, more than four, or not distinct ones
 */
export function readDelimiters(h: string): Delimiters | undefined {
  if (h[0] !== 'H') return undefined;
  const field = h[1] ?? '';
  const [encoding = ''] = h.slice(2).split(field, 1);
  const signs = [field, ...encoding];
  if (!signs.every((sign) => SIGN.test(sign)) || new Set(signs).size !== signs.length) return undefined;
  const [, component, repetition, escapeSign = '', subComponent = '', more] = signs;
  if (!component || !repetition || more !== undefined) return undefined;
  return { field, component, repetition, escape: escapeSign, subComponent };
}

/** Contexts of HPRIM Santé (H.6). */
const CONTEXTS = ['ADM', 'ORM', 'ORU', 'REG', 'FAC', 'ERR'];

/**
 * Is this a file of HPRIM Santé, and not a frame of an instrument? ASTM has the same first letter: it is told by a header
 * that says nothing of HPRIM (H.6, H.12) while its signs (`\^&`) or records (O, R) are ASTM's.
 * @param binary the file, one character a byte
 */
export function isHprimSante(binary: string): boolean {
  const head = binary.slice(0, 4096).replace(/^[\s\p{Cc}]+/u, '');
  if (!/^H[^\p{L}\p{N}\s]/u.test(head)) return false;
  const [first = ''] = head.split(/[\r\n]/, 1);
  const fields = first.split(first[1] ?? '');
  if (CONTEXTS.includes(fields[6]?.trim() ?? '') || /^\s*H\s?\d/.test(fields[12] ?? '')) return true;
  return fields[1] !== '\\^&' && readDelimiters(first) !== undefined && !/[\r\n]\d?[OR]\|/.test(head);
}
