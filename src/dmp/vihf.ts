import type { Coding } from '../report/coding.ts';
import { element, fragment, type Markup, text } from '../xds/xml-writer.ts';
import { canonicalElements } from '../xml/canonical.ts';
import type { DigestAlgorithm, DmpSettings } from './settings.ts';
import { DIGEST_URI, digest, SIGNATURE_URI, type Signer, signature } from './signer.ts';
import type { VihfSubject } from './subject.ts';

/** What one VIHF asserts: who, for which patient, in which mode. */
export interface VihfRequest {
  /** NCName, unique: `_` and a UUID. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly subject: VihfSubject;
  /** CX of the INS, equal to the patientId of the request. */
  readonly patientId: string;
  /** Connexion secrète: the representatives of a minor are not to see this access. */
  readonly secret: boolean;
}

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const HL7 = 'urn:hl7-org:v3';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = `${DSIG}enveloped-signature`;

/**
 * The signed identity token of one call (VIHF, SAML 2.0; dmp.md §4), authentification indirecte.
 * @returns the assertion, to be spliced byte for byte into the SOAP header: reformatting it breaks the signature
 */
export function signVihf(settings: DmpSettings, signer: Signer, request: VihfRequest): string {
  const unsigned = assertion(settings, signer, request);
  const info = signedInfo(settings.options.vihf.digest, request.id, canonical(unsigned, 'saml:Assertion'));
  const value = signature(
    settings.options.vihf.digest,
    canonical(signatureElement(signer, info), 'ds:SignedInfo'),
    signer,
  );
  return assertion(settings, signer, request, signatureElement(signer, info, value));
}

function canonical(xml: Markup, apex: string): string {
  const [form] = canonicalElements(xml, (name) => name === apex, { exclusive: true });
  if (form === undefined) throw new TypeError(`${apex} was just written`);
  return form;
}

/** @param digested canonical form of the assertion without its signature */
function signedInfo(algorithm: DigestAlgorithm, id: string, digested: string): Markup {
  return element(
    'ds:SignedInfo',
    {},
    element('ds:CanonicalizationMethod', { Algorithm: EXC_C14N }),
    element('ds:SignatureMethod', { Algorithm: SIGNATURE_URI[algorithm] }),
    element(
      'ds:Reference',
      { URI: `#${id}` },
      element(
        'ds:Transforms',
        {},
        element('ds:Transform', { Algorithm: ENVELOPED }),
        element('ds:Transform', { Algorithm: EXC_C14N }),
      ),
      element('ds:DigestMethod', { Algorithm: DIGEST_URI[algorithm] }),
      element('ds:DigestValue', {}, text(digest(algorithm, digested))),
    ),
  );
}

function signatureElement(signer: Signer, info: Markup, value = ''): Markup {
  return element(
    'ds:Signature',
    { 'xmlns:ds': DSIG },
    info,
    element('ds:SignatureValue', {}, text(value)),
    element(
      'ds:KeyInfo',
      {},
      element('ds:X509Data', {}, element('ds:X509Certificate', {}, text(signer.certificateBase64))),
    ),
  );
}

/** The schema of SAML wants the signature right after Issuer. */
function assertion(settings: DmpSettings, signer: Signer, request: VihfRequest, signed?: Markup): Markup {
  const instant = new Date(request.at).toISOString();
  return element(
    'saml:Assertion',
    {
      'xmlns:saml': SAML,
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      ID: request.id,
      IssueInstant: instant,
      Version: '2.0',
    },
    element(
      'saml:Issuer',
      { Format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName' },
      text(signer.subject),
    ),
    signed,
    element('saml:Subject', {}, element('saml:NameID', {}, text(request.subject.idNat))),
    element(
      'saml:AuthnStatement',
      { AuthnInstant: instant },
      element(
        'saml:AuthnContext',
        {},
        element(
          'saml:AuthnContextClassRef',
          {},
          text(`urn:oasis:names:tc:SAML:2.0:ac:classes:${settings.options.vihf.authnContext}`),
        ),
      ),
    ),
    element('saml:AttributeStatement', {}, fragment(attributes(settings, request))),
  );
}

function attributes(settings: DmpSettings, request: VihfRequest): readonly Markup[] {
  const { structure, software, options } = settings;
  const { subject } = request;
  const plain = (name: string, value: string) => attribute(name, [text(value)]);
  return [
    plain('VIHF_Version', options.vihf.version),
    plain(options.vihf.modeAttribute, 'INDIRECTE'),
    plain('Identifiant_Structure', structure.idNat),
    plain('Secteur_Activite', `${structure.sector.code}^${structure.sector.system}`),
    plain(
      'urn:oasis:names:tc:xspa:1.0:subject:subject-id',
      [subject.given, subject.family].filter(Boolean).join(' '),
    ),
    attribute(
      'urn:oasis:names:tc:xacml:2.0:subject:role',
      subject.roles.map((role) => codedElement('Role', role)),
    ),
    plain('urn:oasis:names:tc:xacml:2.0:resource:resource-id', request.patientId),
    plain('Ressource_URN', 'urn:dmp'),
    attribute('urn:oasis:names:tc:xspa:1.0:subject:purposeofuse', [
      codedElement(
        'PurposeOfUse',
        { code: 'normal', system: '1.2.250.1.213.1.1.4.248', display: 'Accès normal' },
        'mode acces VIHF 2.0',
      ),
    ]),
    ...(request.secret
      ? [
          plain(
            'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code',
            'INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13',
          ),
        ]
      : []),
    plain('LPS_ID', software.id),
    plain('LPS_Nom', software.name),
    plain('LPS_Version', software.version),
    plain('LPS_ID_HOMOLOGATION_DMP', software.homologation),
  ];
}

function attribute(name: string, values: readonly Markup[]): Markup {
  return element(
    'saml:Attribute',
    { Name: name },
    ...values.map((value) => element('saml:AttributeValue', {}, value)),
  );
}

function codedElement(name: string, coding: Coding, systemName?: string): Markup {
  return element(name, {
    xmlns: HL7,
    'xsi:type': 'CE',
    code: coding.code,
    codeSystem: coding.system,
    codeSystemName: systemName,
    displayName: coding.display,
  });
}
