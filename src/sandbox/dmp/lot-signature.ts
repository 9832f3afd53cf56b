/** The XAdES signature of the lot and its entry (dmp.md §6.3, §12.8). */
import type { X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Document, Element } from '@xmldom/xmldom';
import { chainProblem, readCertificate } from '../certificate.ts';
import type { Check } from '../check.ts';
import { codedValues, DOCUMENT_ENTRY, identifier, SUBMISSION_SET, slot } from '../document/ebrim.ts';
import { canonicalizationOf, canonicalize } from '../xml/c14n.ts';
import { attribute, child, children, descend, elements, textOf } from '../xml/read.ts';
import {
  DSIG,
  digestMatches,
  hasDigest,
  keyInfoCertificates,
  type Reference,
  readReferences,
  signatureValueProblem,
  withId,
} from '../xml/signature.ts';
import type { Deposit } from './deposit.ts';
import { SIGNATURE_CLASS } from './deposit.ts';
import { isUtcTime } from './grammar.ts';

const XADES = 'http://uri.etsi.org/01903/v1.1.1#';
const C14N_COMMENTS = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
const MANIFEST_TYPE = `${DSIG}Manifest`;
const PROPERTIES_TYPE = `${XADES}SignedProperties`;
/** One zero byte: the lot itself has no bytes to digest. */
const LOT_DIGEST = 'AA==';
const PURPOSE = '1.2.840.10065.1.12.1.14';
const DIGESTS: Readonly<Record<string, string>> = {
  [`${DSIG}sha1`]: 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
};

/** Coded values of the entry: attribute, classification scheme, code, coding scheme. */
const ENTRY_CODES: readonly (readonly [string, string, string, string])[] = [
  ['classCode', DOCUMENT_ENTRY.class, SIGNATURE_CLASS, 'URN'],
  ['typeCode', DOCUMENT_ENTRY.type, 'E1762', 'ASTM'],
  ['formatCode', DOCUMENT_ENTRY.format, DSIG, 'URN'],
  ['eventCodeList', DOCUMENT_ENTRY.event, PURPOSE, '1.2.840.10065.1.12'],
];
const DETACHED_FORMAT = 'urn:ihe:iti:dsg:detached:2014';
const ENTRY_CONFIDENTIALITIES = ['INVISIBLE_PATIENT', 'MASQUE_PS', 'N'];

/** SigningTime of the signed properties. */
export function signingTime(file: Document): Element | undefined {
  return descend(signedProperties(file), XADES, 'SignedSignatureProperties', 'SigningTime');
}

function root(file: Document): Element | undefined {
  const element = file.documentElement;
  return element?.namespaceURI === DSIG && element.localName === 'Signature' ? element : undefined;
}

/** The one element of a name inside ds:Object. */
function inObject(file: Document, namespace: string, name: string): Element | undefined {
  const signature = root(file);
  if (signature === undefined) return undefined;
  const found = children(signature, DSIG, 'Object').flatMap((object) =>
    [...elements(object)].filter(
      (element) => element.namespaceURI === namespace && element.localName === name,
    ),
  );
  return found.length === 1 ? found[0] : undefined;
}

function signedProperties(file: Document): Element | undefined {
  return inObject(file, XADES, 'SignedProperties');
}

function certificateOf(deposit: Deposit): X509Certificate | undefined {
  const signature = root(deposit.signature.file);
  return signature === undefined ? undefined : keyInfoCertificates(signature)[0];
}

export const LOT_SIGNATURE_CHECKS: readonly Check<Deposit>[] = [
  {
    name: 'lot-entry',
    code: 'XDSRepositoryMetadataError',
    run: ({ signature: { entry, file } }, ecart) => {
      for (const [name, scheme, code, codingScheme] of ENTRY_CODES) {
        const value = codedValues(entry, scheme)[0];
        const detached = name === 'formatCode' && value?.code === DETACHED_FORMAT;
        if (!detached && (value?.code !== code || value.scheme !== codingScheme))
          return `${name} of the signature entry`;
      }
      const confidentialities = codedValues(entry, DOCUMENT_ENTRY.confidentiality).map(({ code }) => code);
      if (confidentialities.sort().join() !== ENTRY_CONFIDENTIALITIES.join())
        return 'confidentialityCode of the signature entry';
      if (entry.mimeType !== 'text/xml') return 'mimeType of the signature entry';
      if (slot(entry, 'languageCode') !== 'art') return 'languageCode of the signature entry';
      if (entry.name !== 'Source') return 'title of the signature entry';
      if (entry.objectType !== DOCUMENT_ENTRY.objectType) return 'objectType of the signature entry';
      const created = slot(entry, 'creationTime') ?? '';
      if (!isUtcTime(created)) return 'creationTime of the signature entry';
      const signed = new Date(Date.parse(textOf(signingTime(file))));
      const written = Number.isNaN(signed.getTime())
        ? ''
        : signed.toISOString().replace(/\D/g, '').slice(0, 14);
      if (created !== written) ecart('creationTime of the signature entry is not SigningTime');
      return undefined;
    },
  },
  {
    name: 'lot-signature',
    code: 'XDSRepositoryError',
    run: (deposit) => {
      const file = deposit.signature.file;
      const signature = root(file);
      if (signature === undefined) return 'the root is not ds:Signature';
      const signedInfo = child(signature, DSIG, 'SignedInfo');
      const references = signedInfo === undefined ? [] : readReferences(signedInfo);
      const manifest = references.find(({ type }) => type === MANIFEST_TYPE);
      const properties = references.find(({ type }) => type === PROPERTIES_TYPE);
      if (manifest === undefined || properties === undefined || references.length !== 2) {
        return 'references to a Manifest and to v1.1.1 SignedProperties are expected';
      }
      const [method] = children(signedInfo ?? signature, DSIG, 'CanonicalizationMethod');
      if (attribute(method, 'Algorithm') !== C14N_COMMENTS)
        return 'SignedInfo is not in canonical form with comments';
      const problem =
        referenceProblem(file, manifest, inObject(file, DSIG, 'Manifest')) ??
        referenceProblem(file, properties, signedProperties(file));
      if (problem !== undefined) return problem;
      const certificate = certificateOf(deposit);
      return certificate === undefined
        ? 'no certificate in KeyInfo'
        : signatureValueProblem(signature, certificate);
    },
  },
  {
    name: 'lot-certificate',
    code: 'DMPInvalidCertificate',
    run: (deposit) => {
      const certificate = certificateOf(deposit);
      if (certificate === undefined) return 'no certificate in KeyInfo';
      const peer = readCertificate(certificate);
      if (!peer.isSignature) return 'the certificate is not of type ORG_SIGN';
      if (peer.structure !== deposit.vihf.structure)
        return 'the OU of the certificate is not the structure of the assertion';
      return chainProblem(certificate, deposit.authority, deposit.now);
    },
  },
  {
    name: 'lot-properties',
    code: 'XDSRepositoryError',
    run: (deposit, ecart) => {
      const file = deposit.signature.file;
      const properties = descend(signedProperties(file), XADES, 'SignedSignatureProperties');
      const signatureId = attribute(root(file), 'Id') ?? '';
      const time = textOf(signingTime(file));
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(time)) return 'SigningTime';
      if (descend(properties, XADES, 'SignaturePolicyIdentifier', 'SignaturePolicyImplied') === undefined)
        return 'SignaturePolicyImplied';
      const target = attribute(inObject(file, XADES, 'QualifyingProperties'), 'Target');
      if (signatureId === '' || target !== `#${signatureId}`)
        return 'QualifyingProperties do not target the signature';
      if (!hasPurpose(file)) ecart('the purpose of signature is not stated');
      const certificate = certificateOf(deposit);
      const [first] = children(child(properties ?? file, XADES, 'SigningCertificate') ?? file, XADES, 'Cert');
      return certificate === undefined || first === undefined
        ? 'SigningCertificate'
        : certProblem(first, certificate);
    },
  },
  {
    name: 'lot-manifest',
    code: 'XDSRepositoryError',
    run: ({ set, report, signature: { file } }) => {
      const references = manifestReferences(file);
      const expected = [
        identifier(set, SUBMISSION_SET.uniqueId),
        identifier(report.entry, DOCUMENT_ENTRY.uniqueId),
      ];
      const written = references.map(({ uri }) => uri).sort();
      const same =
        written.join(' ') ===
        expected
          .map((id) => `urn:oid:${id}`)
          .sort()
          .join(' ');
      if (!same) return 'the manifest is not exactly the lot and its document';
      const lot = references.find(({ uri }) => uri === `urn:oid:${expected[0]}`);
      return lot?.digestValue === LOT_DIGEST ? undefined : 'the digest of the lot is not AA==';
    },
  },
  {
    name: 'lot-digest',
    code: 'XDSRepositoryError',
    run: ({ report, signature: { file } }) => {
      const uniqueId = identifier(report.entry, DOCUMENT_ENTRY.uniqueId);
      const reference = manifestReferences(file).find(({ uri }) => uri === `urn:oid:${uniqueId}`);
      const [transform, ...more] = reference?.transforms ?? [];
      if (reference === undefined || more.length > 0 || attribute(transform, 'Algorithm') !== C14N_COMMENTS) {
        return 'the transform of the document is not canonical form with comments';
      }
      return hasDigest(reference, (algorithm) => report.digests[algorithm])
        ? undefined
        : 'the digest of the document does not match';
    },
  },
];

function manifestReferences(file: Document): Reference[] {
  const manifest = inObject(file, DSIG, 'Manifest');
  return manifest === undefined ? [] : readReferences(manifest);
}

function referenceProblem(
  file: Document,
  reference: Reference,
  element: Element | undefined,
): string | undefined {
  const id = attribute(element, 'Id') ?? '';
  if (element === undefined || id === '' || reference.uri !== `#${id}`)
    return 'a reference is not to the element it must be to';
  if (withId(file, id).length !== 1) return 'an Id is not unique';
  const [transform, ...more] = reference.transforms;
  // Without a transform, a node set is digested in inclusive canonical form without comments (XMLDSig §4.3.3.2).
  const how =
    transform === undefined
      ? { exclusive: false, comments: false }
      : canonicalizationOf(attribute(transform, 'Algorithm') ?? '');
  if (how === undefined || more.length > 0) return 'a transform is no canonicalization';
  return digestMatches(reference, canonicalize(element, how))
    ? undefined
    : 'a digest of the signature does not match';
}

/** CertDigest of the DER and serial number of the first certificate named. */
function certProblem(cert: Element, certificate: X509Certificate): string | undefined {
  const digest = child(cert, XADES, 'CertDigest');
  const within = digest === undefined ? [] : children(digest);
  const method =
    attribute(
      within.find((one) => one.localName === 'DigestMethod'),
      'Algorithm',
    ) ?? '';
  const value = textOf(within.find((one) => one.localName === 'DigestValue'));
  const algorithm = DIGESTS[method];
  const computed =
    algorithm === undefined ? '' : createHash(algorithm).update(certificate.raw).digest('base64');
  if (computed === '' || computed !== value) return 'CertDigest is not that of the certificate';
  const serial = textOf(child(child(cert, XADES, 'IssuerSerial') ?? cert, DSIG, 'X509SerialNumber'));
  const expected = BigInt(`0x${certificate.serialNumber}`).toString();
  return serial === expected ? undefined : 'IssuerSerial is not that of the certificate';
}

/** The sample has this element outside of any namespace; both forms are read. */
function hasPurpose(file: Document): boolean {
  const signature = root(file);
  if (signature === undefined) return false;
  return [...elements(signature)].some(
    (one) => one.localName === 'SignatureProperty' && textOf(one) === PURPOSE,
  );
}
