import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signLot } from '../../src/dmp/lot-signature.ts';
import { DEFAULT_DMP_OPTIONS } from '../../src/dmp/settings.ts';
import { openSigner, type Signer } from '../../src/dmp/signer.ts';
import { rolesOf } from '../../src/dmp/subject.ts';
import { signVihf, type VihfRequest } from '../../src/dmp/vihf.ts';
import { descend, find, findAll, readXml, type XmlElement } from '../../src/xds/xml-reader.ts';
import { selfPresentingCda } from '../fixtures/xds/cda.ts';
import { makeAuthority, type TestAuthority } from './support/authority.ts';
import { dmpSettings, HOMOLOGATION, NOW } from './support/settings.ts';

let folder: string;
let authority: TestAuthority;
let signer: Signer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crbio-sign-'));
  authority = makeAuthority();
  signer = openSigner(authority.signing);
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Does xmlsec1 accept the signature, with the certificate it carries and our authority? */
function xmlsec1Accepts(xml: string, idAttributes: readonly string[]): boolean {
  const file = join(folder, 'signed.xml');
  writeFileSync(file, xml);
  try {
    execFileSync(
      'xmlsec1',
      [
        '--verify',
        '--trusted-pem',
        join(folder, 'ca.pem'),
        '--enabled-key-data',
        'x509',
        // Manifest references name no resource that xmlsec1 could fetch: their digests are checked apart.
        '--ignore-manifests',
        ...idAttributes,
        file,
      ],
      { stdio: 'pipe' },
    );
    return true;
  } catch {
    return false;
  }
}

function parse(xml: string): XmlElement {
  const root = readXml(xml, 1_000_000);
  if ('fault' in root) throw new Error(root.fault);
  return root;
}

const LOT_IDS = [
  '--id-attr:Id',
  'Manifest',
  '--id-attr:Id',
  'http://uri.etsi.org/01903/v1.1.1#:SignedProperties',
];
const VIHF_IDS = ['--id-attr:ID', 'urn:oasis:names:tc:SAML:2.0:assertion:Assertion'];

describe('signLot', () => {
  const cda = selfPresentingCda();
  const sign = (algorithm: 'sha1' | 'sha256' = 'sha1') =>
    signLot(
      {
        id: 'S-1.2.9',
        lotUniqueId: '1.2.250.1.999.6.1.5',
        documents: [{ uniqueId: '1.2.250.1.999.7.1.1', bytes: cda }],
        signedAt: NOW,
      },
      signer,
      algorithm,
    );

  it.each(['sha1', 'sha256'] as const)('is verified by xmlsec1 (%s)', (algorithm) => {
    expect(xmlsec1Accepts(sign(algorithm), LOT_IDS)).toBe(true);
  });

  it.each([
    ['the digest of the document', (x: string) => flipAfter(x, '</Transforms>', '<DigestValue>')],
    [
      'the lot it names',
      (x: string) => x.replace('urn:oid:1.2.250.1.999.6.1.5', 'urn:oid:1.2.250.1.999.6.1.6'),
    ],
    ['the signing time', (x: string) => x.replace('08:20:00Z', '08:20:01Z')],
    ['the signature value', (x: string) => flipAfter(x, '<SignatureValue>', '')],
  ])('is refused once %s is altered', (_, damage) => {
    const signed = sign();
    const damaged = damage(signed);
    expect(damaged).not.toBe(signed);
    expect(xmlsec1Accepts(damaged, LOT_IDS)).toBe(false);
  });

  it('names the lot by one zero byte and digests the canonical document, as libxml2 writes it', () => {
    const file = join(folder, 'cda.xml');
    writeFileSync(file, cda);
    const canonical = execFileSync('xmllint', ['--c14n', file]);
    const manifest = find(parse(sign()), 'Manifest');
    expect(manifest?.children.map((one) => [one.attributes.URI, descend(one, 'DigestValue')?.text])).toEqual([
      ['urn:oid:1.2.250.1.999.6.1.5', 'AA=='],
      ['urn:oid:1.2.250.1.999.7.1.1', createHash('sha1').update(canonical).digest('base64')],
    ]);
  });

  it('signs the certificate itself in XAdES 1.1.1', () => {
    const signed = sign();
    expect(signed).toContain('xmlns="http://uri.etsi.org/01903/v1.1.1#"');
    const certificate = new X509Certificate(authority.signing.certificate);
    const cert = find(parse(signed), 'Cert');
    expect(descend(cert, 'CertDigest', 'DigestValue')?.text).toBe(
      createHash('sha1').update(certificate.raw).digest('base64'),
    );
    expect(descend(cert, 'IssuerSerial', 'X509IssuerName')?.text).toBe('CN=TEST AC,O=AUTORITE DE TEST,C=FR');
    expect(BigInt(descend(cert, 'IssuerSerial', 'X509SerialNumber')?.text ?? '')).toBe(
      BigInt(`0x${certificate.serialNumber}`),
    );
  });

  it('gives the same bytes for the same lot', () => {
    expect(sign()).toBe(sign());
  });
});

describe('signVihf', () => {
  const request: VihfRequest = {
    id: '_6f1c3f0e-0000-4000-8000-000000000001',
    at: NOW,
    subject: {
      idNat: '810000000001',
      family: 'DURAND',
      given: 'Zoé & <Cie>',
      roles:
        rolesOf({
          code: 'G15_10/SM03',
          system: '1.2.250.1.213.1.1.4.5',
          display: 'Médecin - Biologie médicale (SM)',
        }) ?? [],
    },
    patientId: '279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH',
    secret: false,
  };
  const sign = (changes: Partial<VihfRequest> = {}, vihf = DEFAULT_DMP_OPTIONS.vihf) =>
    signVihf(dmpSettings(authority, { vihf }), signer, { ...request, ...changes });
  const valuesOf = (vihf: string, name: string) =>
    findAll(parse(vihf), 'Attribute')
      .filter(({ attributes }) => attributes.Name === name)
      .flatMap((one) => findAll(one, 'AttributeValue'));

  it.each(['sha256', 'sha1'] as const)('is verified by xmlsec1 (%s)', (digest) => {
    expect(xmlsec1Accepts(sign({}, { ...DEFAULT_DMP_OPTIONS.vihf, digest }), VIHF_IDS)).toBe(true);
  });

  it('is verified where it was spliced', () => {
    const spliced = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:saml="urn:x"><s:Header>${sign()}</s:Header></s:Envelope>`;
    expect(xmlsec1Accepts(spliced, VIHF_IDS)).toBe(true);
  });

  it.each([
    ['the patient', (x: string) => x.replace('279035121518989', '279035121518980')],
    ['the biologist', (x: string) => x.replace('<saml:NameID>8', '<saml:NameID>7')],
    ['the time', (x: string) => x.replace(/IssueInstant="2026/, 'IssueInstant="2027')],
    ['a comment-free blank', (x: string) => x.replace('<saml:Subject>', '<saml:Subject> ')],
    ['the signature value', (x: string) => flipAfter(x, '<ds:SignatureValue>', '')],
  ])('is refused once %s is altered', (_, damage) => {
    const signed = sign();
    const damaged = damage(signed);
    expect(damaged).not.toBe(signed);
    expect(xmlsec1Accepts(damaged, VIHF_IDS)).toBe(false);
  });

  it('is issued by the structure, signed right after the issuer, in the name of the biologist', () => {
    const assertion = parse(sign());
    expect(assertion.children.map(({ name }) => name)).toEqual([
      'Issuer',
      'Signature',
      'Subject',
      'AuthnStatement',
      'AttributeStatement',
    ]);
    expect(assertion.attributes).toMatchObject({
      ID: request.id,
      Version: '2.0',
      IssueInstant: '2026-03-02T08:20:00.500Z',
    });
    expect(descend(assertion, 'Issuer')?.text).toBe(
      'CN=LABO SIGN,OU=1750000001,O=LBM Exemple\\, Site \\"A\\",ST=Paris (75),C=FR',
    );
    expect(descend(assertion, 'Subject', 'NameID')?.text).toBe('810000000001');
  });

  it('has every attribute of an indirect authentication', () => {
    const vihf = sign();
    const text = (name: string) => valuesOf(vihf, name).map((value) => value.text);
    expect(text('VIHF_Version')).toEqual(['3.0']);
    expect(text('Authentification_Mode')).toEqual(['INDIRECTE']);
    expect(text('Identifiant_Structure')).toEqual(['1750000001']);
    expect(text('Secteur_Activite')).toEqual(['SA25^1.2.250.1.71.4.2.4']);
    expect(text('Ressource_URN')).toEqual(['urn:dmp']);
    expect(text('urn:oasis:names:tc:xspa:1.0:subject:subject-id')).toEqual(['Zoé & <Cie> DURAND']);
    expect(text('urn:oasis:names:tc:xacml:2.0:resource:resource-id')).toEqual([request.patientId]);
    expect(text('LPS_ID_HOMOLOGATION_DMP')).toEqual([HOMOLOGATION]);
    const roles = valuesOf(vihf, 'urn:oasis:names:tc:xacml:2.0:subject:role').map(
      (value) => descend(value, 'Role')?.attributes,
    );
    expect(roles).toEqual([
      expect.objectContaining({ code: '10', codeSystem: '1.2.250.1.71.1.2.7', displayName: 'Médecin' }),
      expect.objectContaining({
        code: 'SM03',
        codeSystem: '1.2.250.1.71.4.2.5',
        displayName: 'Biologie médicale (SM)',
      }),
    ]);
  });

  it('asks for a secret connection only when told', () => {
    const name = 'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code';
    expect(valuesOf(sign(), name)).toEqual([]);
    expect(valuesOf(sign({ secret: true }), name).map(({ text }) => text)).toEqual([
      'INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13',
    ]);
  });
});

describe('rolesOf', () => {
  it.each([
    ['G15_10/SM03', ['10', 'SM03']],
    ['G15_21/G', ['21', 'G']],
    ['G15_21', undefined],
    ['G15_60', undefined],
  ])('%s', (code, expected) => {
    const roles = rolesOf({ code, system: '1.2.250.1.213.1.1.4.5', display: 'x' });
    expect(roles?.map((role) => role.code)).toEqual(expected);
  });
});

/** Changes the first base64 character found after two marks. */
function flipAfter(xml: string, first: string, then: string): string {
  const start = xml.indexOf(first) + first.length;
  const at = then === '' ? start : xml.indexOf(then, start) + then.length;
  return `${xml.slice(0, at)}${xml[at] === 'A' ? 'B' : 'A'}${xml.slice(at + 1)}`;
}
