import { MAX_OID_LENGTH } from '../report/identifiers.ts';

/** OID grammar of the structuration minimale, within the length that XDS carries. */
export function isOid(text: string): boolean {
  return text.length <= MAX_OID_LENGTH && /^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(text);
}
