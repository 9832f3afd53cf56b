import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { DigestAlgorithm, KeyPair } from './settings.ts';

/** The seal of the structure (ORG_SIGN). Opened once: a KeyObject signs three times faster than a PEM (packages.md §5). */
export interface Signer {
  readonly key: KeyObject;
  /** Leaf first. */
  readonly chain: readonly X509Certificate[];
  /** Subject of the leaf, RFC 2253. */
  readonly subject: string;
  /** Base64 of the leaf's DER. */
  readonly certificateBase64: string;
}

/** @throws Error when the PEM holds no certificate or no key: settings were checked before the daemon started */
export function openSigner(pair: KeyPair): Signer {
  const blocks =
    pair.certificate.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const chain = blocks.map((block) => new X509Certificate(block));
  const leaf = chain[0];
  if (!leaf) throw new Error('signing certificate: no PEM certificate');
  return {
    key: createPrivateKey(pair.key),
    chain,
    subject: rfc2253(leaf.subject),
    certificateBase64: leaf.raw.toString('base64'),
  };
}

/** Base64 of a digest. */
export function digest(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('base64');
}

/** Base64 of an RSASSA-PKCS1-v1_5 signature. */
export function signature(algorithm: DigestAlgorithm, data: string, signer: Signer): string {
  return sign(algorithm, Buffer.from(data, 'utf8'), signer.key).toString('base64');
}

export const DIGEST_URI: Readonly<Record<DigestAlgorithm, string>> = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
};

export const SIGNATURE_URI: Readonly<Record<DigestAlgorithm, string>> = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
};

/**
 * A distinguished name as RFC 2253 writes it: most specific first, separated by commas.
 * @param name as node:crypto gives it: one RDN a line, in certificate order, values escaped already
 */
export function rfc2253(name: string): string {
  return name
    .split('\n')
    .filter((rdn) => rdn !== '')
    .reverse()
    .join(',');
}
