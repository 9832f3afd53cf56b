import type { Fault } from '../report/fault.ts';
import { type FaultCode, fault } from './faults.ts';
import { isBySpecimen } from './specimen-groups.ts';

/** Which HL7 v2 messages are read: asked when a message is acknowledged, and again when it is interpreted. */

/** 2.1 to 2.8.2; an empty one is told as a warning. What differs between them is read where it stands. */
const VERSION = /^(?:2\.[1-8](?:\.[1-9])?)?$/;

/** Message types that are refused each with its own advice. */
const REFUSED: Readonly<Record<string, FaultCode>> = {
  MDM: 'HL7_MDM',
  ZAM: 'HL7_BUSINESS_ACK',
  ACK: 'HL7_BUSINESS_ACK',
};

/** What MSH says a message is; each as text, trimmed. */
export interface AnnouncedType {
  /** MSH-9.1 and MSH-9.2. */
  readonly type: string;
  readonly event: string;
  /** MSH-12.1. */
  readonly version: string;
  /** MSH-21, every repetition whole. */
  readonly profiles: readonly string[];
}

/**
 * Why a message of this type is not read; undefined when it is.
 * @param position `message 2`
 */
export function typeFault(announced: AnnouncedType, position: string): Fault | undefined {
  const [type, event] = [announced.type.toUpperCase(), announced.event.toUpperCase()];
  const isOru = type === 'ORU' && (event === 'R01' || event === '');
  const isOul = isBySpecimen(type, event);
  const refusal = REFUSED[type];
  const shown = /^[A-Z]{3}$/.test(type) ? `${type}${/^[A-Z]\d{2}$/.test(event) ? `^${event}` : ''}` : '';
  if (refusal) return fault(refusal, `${position}, MSH-9`, shown);
  if (type === 'OUL' && !isOul) return fault('HL7_OUL', `${position}, MSH-9`, shown);
  if (type !== 'ADT' && !isOru && !isOul) return fault('HL7_TYPE', `${position}, MSH-9`, shown);
  if (!VERSION.test(announced.version)) return fault('HL7_VERSION', `${position}, MSH-12`);
  return undefined;
}
