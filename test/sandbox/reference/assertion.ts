/** A VIHF, written from the table of the reference and signed by xmlsec1. */
import { type KeyFiles, sign } from './signing.ts';

export interface AssertionFacts {
  readonly id: string;
  readonly issuer: string;
  readonly structure: string;
  readonly resourceId: string;
  readonly issueInstant: string;
}

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';

export function assertionTemplate(facts: AssertionFacts, digest = 'sha256'): string {
  const attribute = (name: string, ...values: string[]): string =>
    `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`;
  const ce = (name: string, code: string, system: string, label: string): string =>
    `<${name} xmlns="urn:hl7-org:v3" xsi:type="CE" code="${code}" codeSystem="${system}" displayName="${label}"/>`;
  const [method, hash] =
    digest === 'sha1'
      ? [`${DSIG}rsa-sha1`, `${DSIG}sha1`]
      : ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2001/04/xmlenc#sha256'];
  return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="${facts.id}" IssueInstant="${facts.issueInstant}" Version="2.0"><saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">${facts.issuer}</saml:Issuer><ds:Signature xmlns:ds="${DSIG}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="${method}"/><ds:Reference URI="#${facts.id}"><ds:Transforms><ds:Transform Algorithm="${DSIG}enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="${hash}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature><saml:Subject><saml:NameID>810000000001</saml:NameID></saml:Subject><saml:AuthnStatement AuthnInstant="${facts.issueInstant}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${[
    attribute('VIHF_Version', '3.0'),
    attribute('Authentification_Mode', 'INDIRECTE'),
    attribute('Identifiant_Structure', facts.structure),
    attribute('Secteur_Activite', 'SA25^1.2.250.1.71.4.2.4'),
    attribute('urn:oasis:names:tc:xspa:1.0:subject:subject-id', 'MARTIN Anne'),
    attribute(
      'urn:oasis:names:tc:xacml:2.0:subject:role',
      ce('Role', '21', '1.2.250.1.71.1.2.7', 'Pharmacien'),
      ce('Role', 'G', '1.2.250.1.71.4.2.6', 'Pharmacien biologiste'),
    ),
    attribute('urn:oasis:names:tc:xacml:2.0:resource:resource-id', facts.resourceId.replaceAll('&', '&amp;')),
    attribute('Ressource_URN', 'urn:dmp'),
    attribute(
      'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse',
      ce('PurposeOfUse', 'normal', '1.2.250.1.213.1.1.4.248', 'Accès normal'),
    ),
    attribute('LPS_Nom', 'crbio'),
    attribute('LPS_Version', '0.1.0'),
    attribute('LPS_ID_HOMOLOGATION_DMP', 'HOMOLOGATION'),
  ].join('')}</saml:AttributeStatement></saml:Assertion>`;
}

export function signAssertion(template: string, key: KeyFiles): string {
  return sign(template, key);
}
