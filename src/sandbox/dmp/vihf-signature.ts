/** The assertion's signature: it must cover this assertion, all of it, with the structure's signing certificate. */
import type { Document } from '@xmldom/xmldom';
import type { Authority } from '../authority.ts';
import { chainProblem, isSubject, type PeerCertificate, readCertificate } from '../certificate.ts';
import type { Check } from '../check.ts';
import { canonicalize } from '../xml/c14n.ts';
import { attribute, child, children, textOf } from '../xml/read.ts';
import {
  DSIG,
  digestMatches,
  ENVELOPED,
  EXC_C14N,
  inclusivePrefixes,
  keyInfoCertificates,
  readReferences,
  signatureValueProblem,
  withId,
} from '../xml/signature.ts';
import { SAML } from './soap.ts';
import type { VihfSubject } from './vihf.ts';

const X509_SUBJECT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName';

export interface SignedVihfSubject extends VihfSubject {
  readonly authority: Authority;
}

/** The certificate in the signature; undefined when there is not exactly one leaf first. */
function signer(subject: SignedVihfSubject): PeerCertificate | undefined {
  const signature = child(subject.vihf.element, DSIG, 'Signature');
  const [certificate] = signature === undefined ? [] : keyInfoCertificates(signature);
  return certificate === undefined ? undefined : readCertificate(certificate);
}

export const VIHF_SIGNATURE_CHECKS: readonly Check<SignedVihfSubject>[] = [
  {
    name: 'vihf-signature',
    code: 'wsse:FailedCheck',
    run: ({ vihf }) => {
      const signatures = children(vihf.element, DSIG, 'Signature');
      const [signature] = signatures;
      if (signature === undefined || signatures.length !== 1)
        return 'one Signature is expected in the assertion';
      const signedInfo = child(signature, DSIG, 'SignedInfo');
      if (signedInfo === undefined) return 'no SignedInfo';
      if (attribute(child(signedInfo, DSIG, 'CanonicalizationMethod'), 'Algorithm') !== EXC_C14N) {
        return 'SignedInfo is not in exclusive canonical form';
      }
      const references = readReferences(signedInfo);
      const [reference] = references;
      if (reference === undefined || references.length !== 1) return 'one Reference is expected';
      if (reference.uri !== `#${vihf.id}`) return 'the Reference is not to this assertion';
      if (withId(vihf.element.ownerDocument as Document, vihf.id).length !== 1)
        return 'the ID is not unique in the message';
      const [enveloped, exclusive] = reference.transforms;
      const algorithms = reference.transforms.map((transform) => attribute(transform, 'Algorithm'));
      if (
        enveloped === undefined ||
        exclusive === undefined ||
        algorithms.join(' ') !== `${ENVELOPED} ${EXC_C14N}`
      ) {
        return 'transforms are not enveloped-signature then exclusive canonicalization';
      }
      const canonical = canonicalize(vihf.element, {
        exclusive: true,
        comments: false,
        inclusivePrefixes: inclusivePrefixes(exclusive),
        omit: signature,
      });
      if (!digestMatches(reference, canonical)) return 'the digest of the assertion does not match';
      const [certificate] = keyInfoCertificates(signature);
      return certificate === undefined
        ? 'no certificate in KeyInfo'
        : signatureValueProblem(signature, certificate);
    },
  },
  {
    name: 'vihf-certificate',
    code: 'DMPInvalidCertificate',
    run: (subject) => {
      const peer = signer(subject);
      if (peer === undefined) return 'no certificate in KeyInfo';
      if (!peer.isSignature) return 'the certificate is not of type ORG_SIGN';
      return chainProblem(peer.certificate, subject.authority, subject.now);
    },
  },
  {
    name: 'vihf-certificate-structure',
    code: 'DMPInvalidCertificate',
    run: (subject) =>
      signer(subject)?.structure === subject.vihf.structure
        ? undefined
        : 'Identifiant_Structure is not the OU of the signing certificate',
  },
  {
    name: 'vihf-issuer',
    code: 'wsse:InvalidSecurityToken',
    run: (subject) => {
      const issuer = child(subject.vihf.element, SAML, 'Issuer');
      if (attribute(issuer, 'Format') !== X509_SUBJECT) return 'the Format of Issuer is not X509SubjectName';
      const peer = signer(subject);
      return peer !== undefined && isSubject(peer, textOf(issuer))
        ? undefined
        : 'Issuer is not the subject of the signing certificate';
    },
  },
];
