/** XMLDSig pieces that the assertion and the lot signature have in common. Nothing here decides what must be signed. */
import { createHash, createVerify, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { Document, Element } from '@xmldom/xmldom';
import { canonicalizationOf, canonicalize } from './c14n.ts';
import { attribute, child, children, descend, elements, textOf } from './read.ts';

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const ENVELOPED = `${DSIG}enveloped-signature`;
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

const DIGESTS: Readonly<Record<string, 'sha1' | 'sha256'>> = {
  [`${DSIG}sha1`]: 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
};
const SIGNATURES: Readonly<Record<string, string>> = {
  [`${DSIG}rsa-sha1`]: 'RSA-SHA1',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'RSA-SHA256',
};

/** One ds:Reference, as written. */
export interface Reference {
  readonly uri: string;
  readonly type: string;
  readonly transforms: readonly Element[];
  readonly digestMethod: string;
  readonly digestValue: string;
}

export function readReferences(parent: Element): Reference[] {
  return children(parent, DSIG, 'Reference').map((reference) => ({
    uri: attribute(reference, 'URI') ?? '',
    type: attribute(reference, 'Type') ?? '',
    transforms: children(child(reference, DSIG, 'Transforms') ?? reference, DSIG, 'Transform'),
    digestMethod: attribute(child(reference, DSIG, 'DigestMethod'), 'Algorithm') ?? '',
    digestValue: textOf(child(reference, DSIG, 'DigestValue')),
  }));
}

/** Whether bytes have the reference's digest (SHA-1 or SHA-256; another method never matches). */
export function digestMatches(reference: Reference, canonical: string | Uint8Array): boolean {
  return hasDigest(reference, (algorithm) => createHash(algorithm).update(canonical).digest());
}

/** The same for a digest that is at hand. */
export function hasDigest(reference: Reference, digestOf: (algorithm: 'sha1' | 'sha256') => Buffer): boolean {
  const algorithm = DIGESTS[reference.digestMethod];
  if (algorithm === undefined) return false;
  const computed = digestOf(algorithm);
  const written = Buffer.from(reference.digestValue, 'base64');
  return written.length === computed.length && timingSafeEqual(written, computed);
}

/** The certificates of KeyInfo/X509Data that can be read. */
export function keyInfoCertificates(signature: Element): X509Certificate[] {
  const data = descend(signature, DSIG, 'KeyInfo', 'X509Data');
  if (data === undefined) return [];
  return children(data, DSIG, 'X509Certificate').flatMap((element) => certificateOf(textOf(element)) ?? []);
}

/** Certificates by their base64: a client signs all its messages with one or two. */
const certificates = new Map<string, X509Certificate>();
const MAX_CERTIFICATES = 32;

function certificateOf(base64: string): X509Certificate | undefined {
  const known = certificates.get(base64);
  if (known !== undefined) return known;
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    if (certificates.size >= MAX_CERTIFICATES) certificates.clear();
    certificates.set(base64, certificate);
    return certificate;
  } catch {
    return undefined;
  }
}

/**
 * Verifies SignatureValue over the canonical SignedInfo.
 * @returns what is wrong, or undefined
 */
export function signatureValueProblem(signature: Element, certificate: X509Certificate): string | undefined {
  const signedInfo = child(signature, DSIG, 'SignedInfo');
  if (signedInfo === undefined) return 'no SignedInfo';
  const method = child(signedInfo, DSIG, 'CanonicalizationMethod');
  const how = canonicalizationOf(attribute(method, 'Algorithm') ?? '');
  if (method === undefined || how === undefined) return 'unknown CanonicalizationMethod';
  const algorithm = SIGNATURES[attribute(child(signedInfo, DSIG, 'SignatureMethod'), 'Algorithm') ?? ''];
  if (algorithm === undefined) return 'SignatureMethod is neither rsa-sha1 nor rsa-sha256';
  const canonical = canonicalize(signedInfo, { ...how, inclusivePrefixes: inclusivePrefixes(method) });
  const value = Buffer.from(textOf(child(signature, DSIG, 'SignatureValue')), 'base64');
  const verified = createVerify(algorithm).update(canonical, 'utf8').verify(certificate.publicKey, value);
  return verified ? undefined : 'SignatureValue does not verify';
}

/** PrefixList of the InclusiveNamespaces child of a method or transform. */
export function inclusivePrefixes(method: Element): string[] {
  const list = attribute(child(method, EXC_C14N, 'InclusiveNamespaces'), 'PrefixList') ?? '';
  return list.split(/\s+/).filter((prefix) => prefix !== '');
}

/** Elements whose identifier attribute has the value. More than one is how signatures are wrapped. */
export function withId(document: Document, value: string): Element[] {
  const root = document.documentElement;
  if (root === null) return [];
  return [...elements(root)].filter((element) =>
    ['Id', 'ID', 'id'].some((name) => attribute(element, name) === value),
  );
}
