/** The XAdES v1.1.1 signature of a lot, signed by xmlsec1; the manifest's digests by libxml2. */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalForm, type KeyFiles } from './signing.ts';

export interface LotFacts {
  readonly lotId: string;
  readonly documentId: string;
  readonly document: string;
  readonly signingTime: string;
  readonly digest: 'sha1' | 'sha256';
}

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const C14N = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';

export function lotTemplate(
  { lotId, documentId, document, signingTime, digest }: LotFacts,
  key: KeyFiles,
): string {
  const certificate = new X509Certificate(readFileSync(key.certificate));
  const serial = BigInt(`0x${certificate.serialNumber}`);
  const hash = digest === 'sha1' ? `${DSIG}sha1` : 'http://www.w3.org/2001/04/xmlenc#sha256';
  const rsa = digest === 'sha1' ? `${DSIG}rsa-sha1` : 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
  const method = `<DigestMethod Algorithm="${hash}"/>`;
  const transforms = `<Transforms><Transform Algorithm="${C14N}"/></Transforms>`;
  const documentDigest = createHash(digest).update(canonicalForm(document)).digest('base64');
  const certDigest = createHash('sha1').update(certificate.raw).digest('base64');
  return `<Signature xmlns="${DSIG}" Id="SIG01"><SignedInfo><CanonicalizationMethod Algorithm="${C14N}"/><SignatureMethod Algorithm="${rsa}"/><Reference Type="${DSIG}Manifest" URI="#IHEManifest">${transforms}${method}<DigestValue/></Reference><Reference Type="http://uri.etsi.org/01903/v1.1.1#SignedProperties" URI="#S0-SignedProperties">${transforms}${method}<DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo><Object><Manifest Id="IHEManifest"><Reference URI="urn:oid:${lotId}">${method}<DigestValue>AA==</DigestValue></Reference><Reference URI="urn:oid:${documentId}">${transforms}${method}<DigestValue>${documentDigest}</DigestValue></Reference></Manifest></Object><Object><SignatureProperties><SignatureProperty Id="purposeOfSignature" Target="#SIG01">1.2.840.10065.1.12.1.14</SignatureProperty></SignatureProperties></Object><Object><QualifyingProperties xmlns="http://uri.etsi.org/01903/v1.1.1#" Target="#SIG01"><SignedProperties Id="S0-SignedProperties"><SignedSignatureProperties><SigningTime>${signingTime}</SigningTime><SigningCertificate><Cert><CertDigest><DigestMethod xmlns="${DSIG}" Algorithm="${DSIG}sha1"/><DigestValue xmlns="${DSIG}">${certDigest}</DigestValue></CertDigest><IssuerSerial><X509IssuerName xmlns="${DSIG}">CN=TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS</X509IssuerName><X509SerialNumber xmlns="${DSIG}">${serial}</X509SerialNumber></IssuerSerial></Cert></SigningCertificate><SignaturePolicyIdentifier><SignaturePolicyImplied/></SignaturePolicyIdentifier></SignedSignatureProperties><SignedDataObjectProperties/></SignedProperties></QualifyingProperties></Object></Signature>`;
}
