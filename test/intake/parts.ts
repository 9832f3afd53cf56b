import { type InterpretedPart, interpret } from '../../src/intake/interpret.ts';
import type { SourceProfile } from '../../src/intake/profile.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import type { Fault } from '../../src/report/fault.ts';
import type { Result } from '../../src/report/result.ts';
import { oru, profile } from '../fixtures/hl7/messages.ts';

/** What a test expects to be there; its absence is the test's failure. */
export function present<T>(value: T | undefined, what = 'value'): T {
  if (value === undefined) throw new Error(`missing ${what}`);
  return value;
}

export function read(input: Uint8Array, given: Partial<SourceProfile> = {}): InterpretedPart[] {
  return interpret(input, profile(given));
}

/** The only dossier of an input. */
export function dossierOf(input: Uint8Array, given: Partial<SourceProfile> = {}): Dossier {
  return dossierAndWarnings(input, given).dossier;
}

export function dossierAndWarnings(
  input: Uint8Array,
  given: Partial<SourceProfile> = {},
): { dossier: Dossier; warnings: string[] } {
  const parts = read(input, given);
  const [part] = parts;
  if (parts.length !== 1 || part?.kind !== 'dossier') throw new Error(JSON.stringify(parts));
  return { dossier: part.dossier, warnings: part.warnings.map(({ code }) => code) };
}

export function faultsOf(input: Uint8Array, given: Partial<SourceProfile> = {}): Fault[] {
  return read(input, given).flatMap((part) => (part.kind === 'rejected' ? [part.fault] : []));
}

/** Results of an ORU made of the given rows, in order. */
export function resultsOf(rows: readonly string[], given: Partial<SourceProfile> = {}): readonly Result[] {
  return dossierOf(oru(...rows), given).exams.flatMap(({ results }) => results);
}

/** The only result of an ORU made of the given rows. */
export function resultOf(rows: readonly string[], given: Partial<SourceProfile> = {}): Result {
  const results = resultsOf(rows, given);
  if (results.length !== 1) throw new Error(`${results.length} results`);
  return present(results[0]);
}
