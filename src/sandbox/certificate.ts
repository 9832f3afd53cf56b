/** What the sandbox reads of a peer's certificate: its type, its chain, its structure, its name. */
import { X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import type { Authority } from './authority.ts';

export interface PeerCertificate {
  readonly certificate: X509Certificate;
  /** Struct_IdNat: the OU of the subject. */
  readonly structure: string;
  /** Relative distinguished names in RFC 2253 order (most specific first), type and value. */
  readonly subject: readonly (readonly [string, string])[];
  readonly isAuthentication: boolean;
  readonly isSignature: boolean;
}

const cache = new Map<string, PeerCertificate>();
const CACHE_SIZE = 64;

export function readCertificate(certificate: X509Certificate): PeerCertificate {
  const known = cache.get(certificate.fingerprint256);
  if (known !== undefined) return known;
  const parsed = forge.pki.certificateFromPem(certificate.toString());
  const subject = [...parsed.subject.attributes]
    .reverse()
    .map((field) => [field.shortName ?? String(field.type), decodeUtf8(String(field.value ?? ''))] as const);
  const usage = (parsed.getExtension('keyUsage') ?? {}) as Record<string, unknown>;
  const extended = (parsed.getExtension('extKeyUsage') ?? {}) as Record<string, unknown>;
  const read: PeerCertificate = {
    certificate,
    structure: subject.find(([type]) => type === 'OU')?.[1] ?? '',
    subject,
    isAuthentication: usage.digitalSignature === true && extended.clientAuth === true,
    isSignature:
      usage.digitalSignature === true &&
      usage.nonRepudiation === true &&
      extended.emailProtection === true &&
      extended.clientAuth !== true,
  };
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(certificate.fingerprint256, read);
  return read;
}

/** What makes a certificate one that this authority does not answer for at this time; undefined when it is good. */
export function chainProblem(
  certificate: X509Certificate,
  authority: Authority,
  now: Date,
): string | undefined {
  const issuing = new X509Certificate(authority.issuing);
  if (!certificate.checkIssued(issuing) || !certificate.verify(issuing.publicKey)) {
    return 'not issued by the test authority';
  }
  if (now < new Date(certificate.validFrom)) return 'not yet valid';
  if (now > new Date(certificate.validTo)) return 'expired';
  if (authority.isRevoked(certificate.serialNumber)) return 'revoked';
  return undefined;
}

/**
 * Whether a distinguished name in RFC 2253 form is the certificate's subject. Blanks after the separators and
 * the case of attribute types do not count; the order does.
 */
export function isSubject(peer: PeerCertificate, distinguishedName: string): boolean {
  const written = splitName(distinguishedName);
  return (
    written.length === peer.subject.length &&
    written.every(([type, value], index) => {
      const expected = peer.subject[index];
      return expected !== undefined && type === expected[0].toUpperCase() && value === expected[1];
    })
  );
}

function splitName(distinguishedName: string): [string, string][] {
  const parts = distinguishedName.match(/(?:\\.|[^,\\])+/g) ?? [];
  return parts.map((part) => {
    const at = part.indexOf('=');
    const value = part
      .slice(at + 1)
      .trim()
      .replace(/\\([,+"\\<>;#= ])/g, '$1');
    return [part.slice(0, Math.max(at, 0)).trim().toUpperCase(), value];
  });
}

/** forge hands some string types out as their octets. */
function decodeUtf8(value: string): string {
  if ([...value].some((character) => character.charCodeAt(0) > 0xff)) return value;
  const decoded = Buffer.from(value, 'latin1').toString('utf8');
  return decoded.includes('\uFFFD') ? value : decoded;
}
