import type { Fault } from '../report/fault.ts';
import { parseTimestamp } from '../report/timestamp.ts';

const FORM = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * When a mask ends by itself, as a person types it: `2026-12-15`, the first minute of that day in the laboratory's zone, or
 * `2026-12-15T14:00`, with its offset or that zone's. No other form: of 03/05 nobody can tell the month, and a mask that
 * falls on another day shows a patient what was to be announced.
 * @param zone IANA zone
 * @returns ISO 8601 with its offset; undefined when it is no such date
 */
export function maskEndOf(text: string, zone: string): string | undefined {
  const [, date = '', time = '00:00:00', written = ''] = FORM.exec(text) ?? [];
  const offset = written === 'Z' ? '+0000' : written.replace(':', '');
  const end = parseTimestamp(`${date}${time}`.replace(/\D/g, '') + offset, zone);
  return date === '' || !end ? undefined : `${date}T${time}${end.offset.slice(0, 3)}:${end.offset.slice(3)}`;
}

export const NO_MASK_END: Fault = {
  code: 'MASK_DATE',
  cause: 'la date de fin du masquage n’en est pas une',
  hint: 'écrire --until AAAA-MM-JJ, ou AAAA-MM-JJTHH:MM',
};
