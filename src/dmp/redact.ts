import type { HeaderPatient } from '../xds/cda-header.ts';
import type { Redact } from './error-classes.ts';

const MAX_CONTEXT = 300;

/** Removes from the DMP's words what it may quote of the patient: names, any long number; cuts the rest. */
export function redactorOf(patient: HeaderPatient): Redact {
  const identifiers = [patient.ins, patient.localId].flatMap((id) => (id ? [id.extension] : []));
  const names = [...patient.families, ...patient.givens, ...identifiers]
    .flatMap((name) => [name, ...name.split(/[\s-]+/)])
    // The DMP may write names without accents.
    .flatMap((name) => [name, name.normalize('NFD').replace(/\p{M}/gu, '')])
    .filter((name) => name.length > 1)
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern =
    names.length === 0 ? undefined : new RegExp(`(?<!\\p{L})(?:${names.join('|')})(?!\\p{L})`, 'giu');
  return (text) => {
    const nameless = pattern ? text.replace(pattern, '…') : text;
    // OIDs stay: they name documents, and help to find which metadata is meant.
    const numberless = nameless.replace(
      /(\d+(?:\.\d+){3,})|\d(?:[ .-]?\d){4,}/g,
      (_, oid?: string) => oid ?? '…',
    );
    const clean = numberless.replace(/\s+/g, ' ').trim();
    return clean.slice(0, MAX_CONTEXT);
  };
}
