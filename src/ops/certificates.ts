import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** One thing known of a certificate, for `crbio check` and the daily warning. */
export interface CertificateFinding {
  readonly level: 'ok' | 'warning' | 'error';
  /** French. */
  readonly text: string;
  readonly daysLeft?: number;
}

/** What a certificate is for: dmp.md §2 (IGC-Santé, gamme élémentaire). */
export type CertificateUse = 'client' | 'signature';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const WARN_DAYS = 60;

/**
 * Checks a certificate with its key: pair, chain to the given authorities, dates, usage.
 * @param certificate PEM: the leaf first, intermediates after
 * @param now milliseconds
 */
export function checkCertificate(
  certificate: Buffer,
  key: Buffer,
  authorities: Buffer,
  use: CertificateUse,
  now: number,
): CertificateFinding[] {
  const chain = readChain(certificate);
  const leaf = chain[0];
  if (!leaf) return [NO_CERTIFICATE];
  const findings = [...keyOf(leaf, key), datesOf(leaf, now)];
  if (!chainsTo(chain, readChain(authorities), now)) {
    findings.push({ level: 'error', text: 'la chaîne ne mène à aucune autorité configurée' });
  }
  const clientAuth = leaf.keyUsage?.includes(CLIENT_AUTH) ?? false;
  if (use === 'client' && !clientAuth)
    findings.push({
      level: 'error',
      text: "le certificat n'est pas d'authentification client (ORG_AUTH_CLI attendu)",
    });
  if (use === 'signature' && clientAuth)
    findings.push({
      level: 'error',
      text: "le certificat est d'authentification : il faut celui de signature (ORG_SIGN)",
    });
  return findings;
}

/** Checks the certificate that a listener shows its clients: key, dates, usage. Who signs it is the clients' concern. */
export function checkServerCertificate(certificate: Buffer, key: Buffer, now: number): CertificateFinding[] {
  const [leaf] = readChain(certificate);
  if (!leaf) return [NO_CERTIFICATE];
  const findings = [...keyOf(leaf, key), datesOf(leaf, now)];
  if (leaf.keyUsage && !leaf.keyUsage.includes(SERVER_AUTH))
    findings.push({ level: 'error', text: "le certificat n'est pas d'authentification serveur" });
  return findings;
}

const NO_CERTIFICATE: CertificateFinding = {
  level: 'error',
  text: 'aucun certificat PEM lisible dans ce fichier',
};

/** What is wrong with the key of a certificate. */
function keyOf(leaf: X509Certificate, key: Buffer): CertificateFinding[] {
  const privateKey = readKey(key);
  if (!privateKey)
    return [{ level: 'error', text: 'la clé privée est illisible (PEM attendu, sans mot de passe)' }];
  if (!leaf.checkPrivateKey(privateKey))
    return [{ level: 'error', text: 'la clé privée ne correspond pas au certificat' }];
  return [];
}

function datesOf(leaf: X509Certificate, now: number): CertificateFinding {
  const daysLeft = Math.floor((Date.parse(leaf.validTo) - now) / 86_400_000);
  if (now < Date.parse(leaf.validFrom))
    return {
      level: 'error',
      text: `certificat valable seulement à partir du ${french(leaf.validFrom)}`,
      daysLeft,
    };
  if (daysLeft < 0)
    return { level: 'error', text: `certificat expiré depuis le ${french(leaf.validTo)}`, daysLeft };
  const level = daysLeft < WARN_DAYS ? 'warning' : 'ok';
  return { level, text: `certificat valable jusqu'au ${french(leaf.validTo)} (${daysLeft} jours)`, daysLeft };
}

function french(date: string): string {
  return new Date(date).toISOString().slice(0, 10).split('-').reverse().join('/');
}

function readKey(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** The certificates of a PEM bundle, in order; unreadable blocks are skipped. */
export function readChain(pem: Buffer): X509Certificate[] {
  const blocks =
    pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

function chainsTo(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  now: number,
): boolean {
  let current = chain[0];
  // A chain longer than this is no chain of the IGC-Santé: leaf, issuing, root.
  for (let step = 0; current && step < 6; step++) {
    const subject: X509Certificate = current;
    if (authorities.some((authority) => authority.fingerprint256 === subject.fingerprint256)) return true;
    current = [...chain.slice(1), ...authorities].find(
      (issuer) =>
        subject.checkIssued(issuer) && subject.verify(issuer.publicKey) && Date.parse(issuer.validTo) > now,
    );
  }
  return false;
}
