import { element, type Markup, text } from '../xds/xml-writer.ts';
import { canonicalDocument, canonicalElements } from '../xml/canonical.ts';
import type { DigestAlgorithm } from './settings.ts';
import { DIGEST_URI, digest, rfc2253, SIGNATURE_URI, type Signer, signature } from './signer.ts';

/** One document of the lot, as it will be sent. */
export interface SignedDocument {
  readonly uniqueId: string;
  readonly bytes: Uint8Array;
}

export interface LotToSign {
  /** Id of the signature element, NCName. */
  readonly id: string;
  /** uniqueId of the submission set. */
  readonly lotUniqueId: string;
  readonly documents: readonly SignedDocument[];
  /** Milliseconds since 1970; written to the second, as XDS times are. */
  readonly signedAt: number;
}

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
/** This version exactly: the DMP's samples have no other (dmp.md §6.3). */
const XADES = 'http://uri.etsi.org/01903/v1.1.1#';
const C14N_WITH_COMMENTS = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments';
const MANIFEST_ID = 'IHEManifest';
const PROPERTIES_ID = 'S0-SignedProperties';
/** purposeOfSignature of the CI-SIS: "Source". */
const PURPOSE = '1.2.840.10065.1.12.1.14';
/** The lot has no bytes to digest: its reference always holds one zero byte. */
const LOT_DIGEST = 'AA==';

/**
 * The XAdES signature document of a lot (CI-SIS volet Partage, IHE DSG; dmp.md §6.3): a manifest that names the lot and
 * digests the canonical form of each document, and signed properties.
 * @returns the document, without XML declaration; its bytes are hashed and sent as they are
 * @throws Error when a document is not well-formed XML
 */
export function signLot(lot: LotToSign, signer: Signer, algorithm: DigestAlgorithm): string {
  const objects = objectElements(lot, signer, algorithm);
  const digestOf = digestsById(signatureElement(lot.id, signer, objects), algorithm);
  const signedInfo = element(
    'SignedInfo',
    {},
    element('CanonicalizationMethod', { Algorithm: C14N_WITH_COMMENTS }),
    element('SignatureMethod', { Algorithm: SIGNATURE_URI[algorithm] }),
    reference({ Type: `${DSIG}Manifest`, URI: `#${MANIFEST_ID}` }, algorithm, digestOf(MANIFEST_ID)),
    reference(
      { Type: `${XADES}SignedProperties`, URI: `#${PROPERTIES_ID}` },
      algorithm,
      digestOf(PROPERTIES_ID),
    ),
  );
  const unsigned = signatureElement(lot.id, signer, objects, signedInfo);
  const [info] = canonicalElements(unsigned, (name) => name === 'SignedInfo');
  if (info === undefined) throw new TypeError('SignedInfo was just written');
  const value = signature(algorithm, info, signer);
  return signatureElement(lot.id, signer, objects, signedInfo, value);
}

/** Digest of a document's canonical form, as the manifest carries it. */
function documentDigest(bytes: Uint8Array, algorithm: DigestAlgorithm): string {
  const xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return digest(algorithm, canonicalDocument(xml));
}

function digestsById(xml: string, algorithm: DigestAlgorithm): (id: string) => string {
  return (id) => {
    const [form] = canonicalElements(xml, (_, attributes) =>
      attributes.some(([name, value]) => name === 'Id' && value === id),
    );
    if (form === undefined) throw new TypeError(`${id} was just written`);
    return digest(algorithm, form);
  };
}

function signatureElement(
  id: string,
  signer: Signer,
  objects: readonly Markup[],
  signedInfo?: Markup,
  value = '',
): string {
  return element(
    'Signature',
    { xmlns: DSIG, Id: id },
    signedInfo,
    element('SignatureValue', {}, text(value)),
    element(
      'KeyInfo',
      {},
      element('X509Data', {}, element('X509Certificate', {}, text(signer.certificateBase64))),
    ),
    ...objects,
  );
}

function objectElements(lot: LotToSign, signer: Signer, algorithm: DigestAlgorithm): readonly Markup[] {
  const target = `#${lot.id}`;
  return [
    element('Object', {}, manifest(lot, algorithm)),
    element(
      'Object',
      {},
      element(
        'SignatureProperties',
        {},
        element('SignatureProperty', { Id: 'purposeOfSignature', Target: target }, text(PURPOSE)),
      ),
    ),
    element(
      'Object',
      {},
      element(
        'QualifyingProperties',
        { xmlns: XADES, Target: target },
        signedProperties(lot.signedAt, signer, algorithm),
      ),
    ),
  ];
}

function manifest(lot: LotToSign, algorithm: DigestAlgorithm): Markup {
  return element(
    'Manifest',
    { Id: MANIFEST_ID },
    reference({ URI: `urn:oid:${lot.lotUniqueId}` }, algorithm, LOT_DIGEST),
    ...lot.documents.map(({ uniqueId, bytes }) =>
      reference(
        { URI: `urn:oid:${uniqueId}` },
        algorithm,
        documentDigest(bytes, algorithm),
        C14N_WITH_COMMENTS,
      ),
    ),
  );
}

function reference(
  target: { readonly Type?: string; readonly URI: string },
  algorithm: DigestAlgorithm,
  value: string,
  transform?: string,
): Markup {
  return element(
    'Reference',
    { ...target },
    transform === undefined
      ? undefined
      : element('Transforms', {}, element('Transform', { Algorithm: transform })),
    element('DigestMethod', { Algorithm: DIGEST_URI[algorithm] }),
    element('DigestValue', {}, text(value)),
  );
}

function signedProperties(signedAt: number, signer: Signer, algorithm: DigestAlgorithm): Markup {
  return element(
    'SignedProperties',
    { Id: PROPERTIES_ID },
    element(
      'SignedSignatureProperties',
      {},
      element('SigningTime', {}, text(`${new Date(signedAt).toISOString().slice(0, 19)}Z`)),
      element(
        'SigningCertificate',
        {},
        ...signer.chain.map((certificate) =>
          element(
            'Cert',
            {},
            // In v1.1.1 the children of CertDigest are XAdES elements, those of IssuerSerial are XML-DSig ones.
            element(
              'CertDigest',
              {},
              element('DigestMethod', { Algorithm: DIGEST_URI[algorithm] }),
              element('DigestValue', {}, text(digest(algorithm, certificate.raw))),
            ),
            element(
              'IssuerSerial',
              {},
              element('X509IssuerName', { xmlns: DSIG }, text(rfc2253(certificate.issuer))),
              element(
                'X509SerialNumber',
                { xmlns: DSIG },
                text(BigInt(`0x${certificate.serialNumber}`).toString(10)),
              ),
            ),
          ),
        ),
      ),
      element('SignaturePolicyIdentifier', {}, element('SignaturePolicyImplied', {})),
    ),
    element('SignedDataObjectProperties', {}),
  );
}
