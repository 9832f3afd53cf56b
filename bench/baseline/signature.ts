import { createHash, type KeyObject, sign } from 'node:crypto';

/** The cryptography alone: the document's digest, and one RSA signature. No canonical form, XAdES or metadata. */
export function hashAndSign(document: Uint8Array, key: KeyObject): Buffer {
  return sign('sha256', createHash('sha256').update(document).digest(), key);
}
