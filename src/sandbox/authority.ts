/**
 * A private certificate authority made at start: a root and an intermediate named like the test IGC-Santé, and
 * the certificates that a laboratory, the sandbox's servers and the tests of refusal need. Nothing of it is
 * trusted by anything but the sandbox.
 */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

const generate = promisify(generateKeyPair);

const ROOT_NAME = 'TEST AC RACINE IGC-SANTE ELEMENTAIRE';
const ISSUING_NAME = 'TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS';
const DAY = 24 * 60 * 60 * 1000;

/** A certificate with its private key, both PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

/** The structure named in the certificates of the laboratory. */
export interface Organisation {
  /** Struct_IdNat: `1` + FINESS or `3` + SIRET. It is the OU of both certificates. */
  readonly id: string;
  readonly name: string;
}

export interface Authority {
  /** Issuing authority then root, PEM: what peers trust. */
  readonly chain: string;
  readonly root: string;
  readonly issuing: string;
  issue(profile: CertificateProfile, options?: IssueOptions): Promise<Credential>;
  /** Lists a certificate as revoked; peers of this authority refuse it from now on. */
  revoke(certificate: string): void;
  isRevoked(serialNumber: string): boolean;
}

type CertificateProfile =
  | { readonly kind: 'server'; readonly names: readonly string[]; readonly addresses: readonly string[] }
  | { readonly kind: 'ORG_AUTH_CLI'; readonly organisation: Organisation; readonly commonName: string }
  | { readonly kind: 'ORG_SIGN'; readonly organisation: Organisation; readonly commonName: string };

interface IssueOptions {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

interface Signer {
  readonly certificate: forge.pki.Certificate;
  readonly key: forge.pki.rsa.PrivateKey;
}

/** @param now start of validity; leaves last a year, authorities ten */
export async function createAuthority(now: Date): Promise<Authority> {
  const [rootKeys, issuingKeys] = await Promise.all([keyPair(), keyPair()]);
  const rootSubject = authorityName(ROOT_NAME);
  const root: Signer = {
    certificate: certificate(rootKeys, rootSubject, rootSubject, lifetime(now, 3650), authorityExtensions()),
    key: rootKeys.privateKey,
  };
  sign(root.certificate, root.key);
  const issuing: Signer = {
    certificate: certificate(
      issuingKeys,
      authorityName(ISSUING_NAME),
      rootSubject,
      lifetime(now, 3650),
      authorityExtensions(),
    ),
    key: issuingKeys.privateKey,
  };
  sign(issuing.certificate, root.key);

  const rootPem = forge.pki.certificateToPem(root.certificate);
  const issuingPem = forge.pki.certificateToPem(issuing.certificate);
  const revoked = new Set<string>();
  return {
    root: rootPem,
    issuing: issuingPem,
    chain: issuingPem + rootPem,
    issue: async (profile, options = {}) => {
      const keys = await keyPair();
      const validity = {
        notBefore: options.notBefore ?? new Date(now.getTime() - DAY),
        notAfter: options.notAfter ?? new Date(now.getTime() + 365 * DAY),
      };
      const leaf = certificate(
        keys,
        subjectOf(profile),
        issuing.certificate.subject.attributes,
        validity,
        extensionsOf(profile),
      );
      sign(leaf, issuing.key);
      return {
        certificate: forge.pki.certificateToPem(leaf),
        key: forge.pki.privateKeyInfoToPem(
          forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(keys.privateKey)),
        ),
      };
    },
    revoke: (pem) => {
      revoked.add(normalSerial(forge.pki.certificateFromPem(pem).serialNumber));
    },
    isRevoked: (serialNumber) => revoked.has(normalSerial(serialNumber)),
  };
}

interface KeyPair {
  readonly publicKey: forge.pki.rsa.PublicKey;
  readonly privateKey: forge.pki.rsa.PrivateKey;
}

/** OpenSSL makes the primes, off the event loop; forge only assembles certificates. */
async function keyPair(): Promise<KeyPair> {
  const pair = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    publicKey: forge.pki.publicKeyFromPem(pair.publicKey) as forge.pki.rsa.PublicKey,
    privateKey: forge.pki.privateKeyFromPem(pair.privateKey) as forge.pki.rsa.PrivateKey,
  };
}

function certificate(
  keys: KeyPair,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  validity: { readonly notBefore: Date; readonly notAfter: Date },
  extensions: object[],
): forge.pki.Certificate {
  const made = forge.pki.createCertificate();
  made.publicKey = keys.publicKey;
  // A positive serial: the first octet's high bit is cleared.
  const serial = randomBytes(16);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  made.serialNumber = serial.toString('hex');
  made.validity.notBefore = validity.notBefore;
  made.validity.notAfter = validity.notAfter;
  made.setSubject(subject);
  made.setIssuer(issuer);
  made.setExtensions(extensions);
  return made;
}

function sign(made: forge.pki.Certificate, key: forge.pki.rsa.PrivateKey): void {
  made.sign(key, forge.md.sha256.create());
}

function lifetime(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  // Authorities begin long before, so that an expired leaf has a chain that was valid in its time.
  return { notBefore: new Date(now.getTime() - 3650 * DAY), notAfter: new Date(now.getTime() + days * DAY) };
}

function name(...parts: readonly (readonly [string, string])[]): forge.pki.CertificateField[] {
  return parts.map(([shortName, value]) => ({
    shortName,
    value,
    // forge wants the UTF-8 octets as a binary string for this type.
    valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class,
  }));
}

function authorityName(commonName: string): forge.pki.CertificateField[] {
  return name(['C', 'FR'], ['O', 'ASIP-SANTE'], ['OU', '0002 187512751'], ['CN', commonName]);
}

function subjectOf(profile: CertificateProfile): forge.pki.CertificateField[] {
  if (profile.kind === 'server') return name(['C', 'FR'], ['O', 'BAC A SABLE'], ['CN', 'localhost']);
  const { id, name: organisation } = profile.organisation;
  return name(['C', 'FR'], ['ST', 'Paris (75)'], ['O', organisation], ['OU', id], ['CN', profile.commonName]);
}

function authorityExtensions(): object[] {
  return [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ];
}

function extensionsOf(profile: CertificateProfile): object[] {
  const common = [{ name: 'basicConstraints', cA: false }, { name: 'subjectKeyIdentifier' }];
  switch (profile.kind) {
    case 'server':
      return [
        ...common,
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            ...profile.names.map((value) => ({ type: 2, value })),
            ...profile.addresses.map((ip) => ({ type: 7, ip })),
          ],
        },
      ];
    case 'ORG_AUTH_CLI':
      return [
        ...common,
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', clientAuth: true },
      ];
    case 'ORG_SIGN':
      return [
        ...common,
        { name: 'keyUsage', digitalSignature: true, nonRepudiation: true, critical: true },
        { name: 'extKeyUsage', emailProtection: true },
      ];
  }
}

/** Serial numbers are compared as hexadecimal without leading zeros: forge and Node write them differently. */
function normalSerial(serialNumber: string): string {
  return serialNumber.toLowerCase().replace(/^0+/, '');
}
