import forge from 'node-forge';
import type { Fault } from '../report/fault.ts';

/** A certificate with its key, PEM: the leaf first, then what else the file holds. */
export interface OpenedPkcs12 {
  readonly certificate: string;
  readonly key: string;
}

/** The IGC-Santé's files hold a few kilobytes; anything larger is something else. */
const MAX_BYTES = 1024 * 1024;

/**
 * Opens a PKCS#12 file, as the IGC-Santé delivers certificates: old RC2 files, which OpenSSL 3 refuses, as well as AES
 * ones. The password may be held in the file as Latin letters or as the bytes of its UTF-8 form: both are tried.
 * @returns the certificate and key, or in French which of password or format is wrong
 */
export function openPkcs12(bytes: Uint8Array, password: string): OpenedPkcs12 | Fault {
  if (bytes.byteLength > MAX_BYTES) return unreadable();
  let asn1: forge.asn1.Asn1;
  try {
    asn1 = forge.asn1.fromDer(Buffer.from(bytes).toString('binary'));
  } catch {
    return unreadable();
  }
  for (const open of [
    () => forge.pkcs12.pkcs12FromAsn1(asn1, false, password),
    () => openInUtf8(asn1, password),
  ]) {
    try {
      return contentsOf(open());
    } catch {
      // The other way, or none: told below.
    }
  }
  return {
    code: 'PKCS12_PASSWORD',
    cause: 'le mot de passe n’ouvre pas ce fichier PKCS#12, ou son chiffrement n’est pas reconnu',
    hint: 'vérifier le mot de passe ; sinon convertir en PEM : openssl pkcs12 -in fichier.p12 -nodes -legacy',
  };
}

/**
 * For the AES files of OpenSSL whose password has accents: PBES2 takes the password's UTF-8 bytes, but the file's MAC its
 * letters, and forge knows one form for both. The MAC is left out; a wrong password still fails on the padding, and a
 * wrong content on the pair.
 */
function openInUtf8(asn1: forge.asn1.Asn1, password: string): forge.pkcs12.Pkcs12Pfx {
  const withoutMac = { ...asn1, value: (asn1.value as forge.asn1.Asn1[]).slice(0, 2) };
  return forge.pkcs12.pkcs12FromAsn1(withoutMac, false, Buffer.from(password, 'utf8').toString('binary'));
}

function contentsOf(p12: forge.pkcs12.Pkcs12Pfx): OpenedPkcs12 | Fault {
  const bags = (type: string) => p12.getBags({ bagType: type })[type] ?? [];
  const { pkcs8ShroudedKeyBag, keyBag, certBag } = forge.pki.oids as Record<string, string>;
  const key = [...bags(pkcs8ShroudedKeyBag ?? ''), ...bags(keyBag ?? '')].find((bag) => bag.key)?.key;
  const certificates = bags(certBag ?? '').flatMap((bag) => (bag.cert ? [bag.cert] : []));
  const leaf = key && certificates.find((certificate) => isPair(certificate, key));
  if (!key || !leaf) {
    return {
      code: 'PKCS12_NO_PAIR',
      cause: 'ce fichier PKCS#12 ne contient pas une clé RSA avec son certificat',
      hint: 'exporter de nouveau le certificat avec sa clé privée',
    };
  }
  const chain = [leaf, ...certificates.filter((certificate) => certificate !== leaf)];
  return {
    certificate: chain.map((certificate) => forge.pki.certificateToPem(certificate)).join(''),
    key: forge.pki.privateKeyToPem(key),
  };
}

function isPair(certificate: forge.pki.Certificate, key: forge.pki.PrivateKey): boolean {
  const mine = certificate.publicKey as forge.pki.rsa.PublicKey;
  return 'n' in key && mine.n.equals((key as forge.pki.rsa.PrivateKey).n);
}

function unreadable(): Fault {
  return {
    code: 'PKCS12_UNREADABLE',
    cause: 'ce fichier n’est pas un PKCS#12',
    hint: 'donner le fichier .p12 remis avec le certificat, ou un certificat et une clé PEM',
  };
}
