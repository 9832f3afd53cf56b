import type { HeaderPatient } from '../xds/cda-header.ts';
import type { Redact } from './error-classes.ts';

const MAX_CONTEXT = 300;

/** Removes from the DMP's words what it may quote of the patient: names, any long number; cuts the rest. */
export function redactorOf(patient: HeaderPatient): Redact {
  const identifiers = [patient.ins, patient.localId].flatMap((id) => (id ? [id.extension] : []));
  const names = [...patient.families, ...patient.givens, ...identifiers]
    .flatMap((name) => [name, ...name.split(/[\s-]+/)])
    .filter((name) => name.length > 1)
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = names.length === 0 ? undefined : new RegExp(names.join('|'), 'giu');
  return (text) => {
    // OIDs stay: they name documents, and help to find which metadata is meant.
    const numbers = text.replace(/(\d+(?:\.\d+){3,})|\d(?:[ .-]?\d){4,}/g, (_, oid?: string) => oid ?? '…');
    const clean = (pattern ? numbers.replace(pattern, '…') : numbers).replace(/\s+/g, ' ').trim();
    return clean.slice(0, MAX_CONTEXT);
  };
}
