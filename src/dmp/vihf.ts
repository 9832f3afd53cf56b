import { SignedXml } from 'xml-crypto';
import type { Coding } from '../report/coding.ts';
import { element, fragment, type Markup, text } from '../xds/xml-writer.ts';
import type { DmpSettings } from './settings.ts';
import { DIGEST_URI, SIGNATURE_URI, type Signer } from './signer.ts';
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
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/**
 * The signed identity token of one call (VIHF, SAML 2.0; dmp.md §4), authentification indirecte.
 * @returns the assertion, to be spliced byte for byte into the SOAP header: reformatting it breaks the signature
 */
export function signVihf(settings: DmpSettings, signer: Signer, request: VihfRequest): string {
  const { digest } = settings.options.vihf;
  const signed = new SignedXml({
    privateKey: signer.key,
    signatureAlgorithm: SIGNATURE_URI[digest],
    canonicalizationAlgorithm: EXC_C14N,
    idAttribute: 'ID',
    getKeyInfoContent: ({ prefix } = {}) => {
      const qualified = (name: string) => (prefix ? `${prefix}:${name}` : name);
      return element(
        qualified('X509Data'),
        {},
        element(qualified('X509Certificate'), {}, text(signer.certificateBase64)),
      );
    },
  });
  signed.addReference({
    xpath: `/*[local-name()='Assertion']`,
    digestAlgorithm: DIGEST_URI[digest],
    transforms: [ENVELOPED, EXC_C14N],
  });
  // The schema of SAML wants the signature right after Issuer.
  signed.computeSignature(assertion(settings, signer, request), {
    prefix: 'ds',
    location: { reference: `/*/*[local-name()='Issuer']`, action: 'after' },
  });
  return signed.getSignedXml();
}

function assertion(settings: DmpSettings, signer: Signer, request: VihfRequest): Markup {
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
