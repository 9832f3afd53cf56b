/** The VIHF, a SAML 2.0 assertion (dmp.md §4): its reading and the checks of its content; the signature is apart. */
import type { Element } from '@xmldom/xmldom';
import type { PeerCertificate } from '../certificate.ts';
import type { Check } from '../check.ts';
import { firstOf } from '../check.ts';
import { attribute, child, children, descend, textOf } from '../xml/read.ts';
import { DSIG } from '../xml/signature.ts';
import { isPersonId, isStructureId, parseCx } from './grammar.ts';
import { SAML } from './soap.ts';
import { FACILITIES } from './value-sets.ts';

const HL7 = 'urn:hl7-org:v3';
const WINDOW = 5 * 60 * 1000;

const XSPA = 'urn:oasis:names:tc:xspa:1.0:';
const XACML = 'urn:oasis:names:tc:xacml:2.0:';
const RESOURCE_ID = `${XACML}resource:resource-id`;
const ROLE = `${XACML}subject:role`;
const PURPOSE = `${XSPA}subject:purposeofuse`;
const MODES = ['Authentification_Mode', 'Authentification_mode'];

const REQUIRED = [
  'VIHF_Version',
  'Identifiant_Structure',
  'Secteur_Activite',
  `${XSPA}subject:subject-id`,
  ROLE,
  RESOURCE_ID,
  'Ressource_URN',
  PURPOSE,
  'LPS_Nom',
  'LPS_Version',
  'LPS_ID_HOMOLOGATION_DMP',
] as const;

const PROFESSIONS = '1.2.250.1.71.1.2.7';
const SPECIALTIES: Readonly<Record<string, string>> = {
  '10': '1.2.250.1.71.4.2.5',
  '21': '1.2.250.1.71.4.2.6',
};
const AUTOMATON = '1.2.250.1.213.1.1.4.6';

export interface Vihf {
  readonly element: Element;
  readonly id: string;
  readonly issueInstant: Date;
  /** AttributeValue elements by attribute name. */
  readonly attributes: ReadonlyMap<string, readonly Element[]>;
  readonly structure: string;
  /** CX of the patient. */
  readonly resourceId: string;
}

export interface VihfSubject {
  readonly vihf: Vihf;
  /** TLS client. */
  readonly peer: PeerCertificate;
  readonly now: Date;
}

export function readVihf(element: Element): Vihf {
  const attributes = new Map<string, Element[]>();
  const statement = child(element, SAML, 'AttributeStatement');
  for (const one of statement === undefined ? [] : children(statement, SAML, 'Attribute')) {
    const name = attribute(one, 'Name') ?? '';
    // A repeated attribute is kept with all its values, so that the count tells.
    attributes.set(name, [...(attributes.get(name) ?? []), ...children(one, SAML, 'AttributeValue')]);
  }
  return {
    element,
    id: attribute(element, 'ID') ?? '',
    issueInstant: new Date(attribute(element, 'IssueInstant') ?? ''),
    attributes,
    structure: textOf(attributes.get('Identifiant_Structure')?.[0]),
    resourceId: textOf(attributes.get(RESOURCE_ID)?.[0]),
  };
}

/** Text of an attribute that has exactly one value. */
function single(vihf: Vihf, name: string): string {
  const values = vihf.attributes.get(name) ?? [];
  return values.length === 1 ? textOf(values[0]) : '';
}

const invalid = 'wsse:InvalidSecurityToken';

export const VIHF_CHECKS: readonly Check<VihfSubject>[] = [
  {
    name: 'vihf-structure',
    code: invalid,
    run: ({ vihf: { element, id } }, ecart) => {
      const [issuer, signature, subject] = children(element);
      const statements = ['AuthnStatement', 'AttributeStatement'].every(
        (name) => children(element, SAML, name).length === 1,
      );
      if (!/^_?[A-Za-z][\w.-]*$|^_[\w.-]+$/.test(id)) return 'ID is no XML identifier';
      if (attribute(element, 'Version') !== '2.0') return 'Version is not 2.0';
      if (issuer?.localName !== 'Issuer') return 'Issuer is not first';
      if (signature?.namespaceURI !== DSIG || signature.localName !== 'Signature')
        return 'Signature does not follow Issuer';
      if (subject?.localName !== 'Subject') return 'Subject does not follow Signature';
      if (descend(element, SAML, 'Conditions', 'AudienceRestriction') !== undefined)
        ecart('AudienceRestriction present');
      return statements ? undefined : 'one AuthnStatement and one AttributeStatement are expected';
    },
  },
  {
    name: 'vihf-window',
    code: 'wsse:MessageExpired',
    run: ({ vihf, now }) => {
      const text = attribute(vihf.element, 'IssueInstant') ?? '';
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text)) return 'IssueInstant is not UTC';
      const age = now.getTime() - vihf.issueInstant.getTime();
      if (!(Math.abs(age) <= WINDOW)) return 'IssueInstant is more than five minutes away';
      const conditions = child(vihf.element, SAML, 'Conditions');
      const before = attribute(conditions, 'NotBefore');
      const after = attribute(conditions, 'NotOnOrAfter');
      if (before !== undefined && !(now >= new Date(before))) return 'Conditions are not yet met';
      return after !== undefined && !(now < new Date(after)) ? 'Conditions are over' : undefined;
    },
  },
  {
    name: 'vihf-subject',
    code: invalid,
    run: ({ vihf }, ecart) => {
      const nameId = textOf(descend(vihf.element, SAML, 'Subject', 'NameID'));
      if (nameId === '') return 'NameID is empty';
      if (!isPersonId(nameId)) ecart('NameID is no PS_IdNat');
      return undefined;
    },
  },
  {
    name: 'vihf-authn',
    code: invalid,
    run: ({ vihf, now }, ecart) => {
      const statement = child(vihf.element, SAML, 'AuthnStatement');
      const instant = new Date(attribute(statement, 'AuthnInstant') ?? '');
      const reference = textOf(descend(statement, SAML, 'AuthnContext', 'AuthnContextClassRef'));
      if (Number.isNaN(instant.getTime())) return 'AuthnInstant is missing';
      if (instant.getTime() > now.getTime() + WINDOW) ecart('AuthnInstant is in the future');
      return reference.startsWith('urn:oasis:names:tc:SAML:2.0:ac:classes:')
        ? undefined
        : 'AuthnContextClassRef is unknown';
    },
  },
  {
    name: 'vihf-attributes',
    code: invalid,
    run: ({ vihf }) => {
      for (const name of REQUIRED) {
        const values = vihf.attributes.get(name) ?? [];
        const filled =
          values.length > 0 && values.every((value) => textOf(value) !== '' || children(value).length > 0);
        if (!filled) return `${name} is missing`;
        if (values.length > 1 && name !== ROLE) return `${name} has several values`;
      }
      return undefined;
    },
  },
  {
    name: 'vihf-version',
    code: invalid,
    run: ({ vihf }) =>
      ['3.0', '4.0'].includes(single(vihf, 'VIHF_Version'))
        ? undefined
        : 'VIHF_Version is neither 3.0 nor 4.0',
  },
  {
    name: 'vihf-mode',
    code: invalid,
    run: ({ vihf }) => {
      const modes = MODES.filter((name) => vihf.attributes.has(name)).map((name) => single(vihf, name));
      return modes.length === 1 && modes[0] === 'INDIRECTE'
        ? undefined
        : 'the authentication mode is not INDIRECTE';
    },
  },
  {
    name: 'vihf-structure-id',
    code: invalid,
    run: ({ vihf, peer }) =>
      firstOf(
        () => (isStructureId(vihf.structure) ? undefined : 'Identifiant_Structure is no Struct_IdNat'),
        () =>
          vihf.structure === peer.structure
            ? undefined
            : 'Identifiant_Structure is not the OU of the TLS certificate',
      ),
  },
  {
    name: 'vihf-sector',
    code: invalid,
    run: ({ vihf }, ecart) => {
      const [code = '', scheme] = single(vihf, 'Secteur_Activite').split('^');
      if (scheme !== FACILITIES.scheme) return 'Secteur_Activite is not of JDV_J61';
      if (!FACILITIES.codes.has(code)) ecart('Secteur_Activite is not a code known here');
      return undefined;
    },
  },
  {
    name: 'vihf-roles',
    code: invalid,
    run: ({ vihf }, ecart) => rolesProblem(vihf.attributes.get(ROLE) ?? [], ecart),
  },
  {
    name: 'vihf-resource-id',
    code: invalid,
    run: ({ vihf }) =>
      parseCx(vihf.resourceId)?.type === 'NH' ? undefined : 'resource-id is no INS in CX form',
  },
  {
    name: 'vihf-resource-urn',
    code: invalid,
    run: ({ vihf }) =>
      single(vihf, 'Ressource_URN') === 'urn:dmp' ? undefined : 'Ressource_URN is not urn:dmp',
  },
  {
    name: 'vihf-purpose',
    code: invalid,
    run: ({ vihf }) => {
      const purpose = child(vihf.attributes.get(PURPOSE)?.[0] ?? vihf.element, HL7, 'PurposeOfUse');
      const fits =
        attribute(purpose, 'code') === 'normal' &&
        attribute(purpose, 'codeSystem') === '1.2.250.1.213.1.1.4.248';
      return fits ? undefined : 'purposeofuse is not normal access';
    },
  },
];

function rolesProblem(values: readonly Element[], ecart: (detail: string) => void): string | undefined {
  const roles = values.map((value) => {
    const role = child(value, HL7, 'Role');
    return { code: attribute(role, 'code') ?? '', scheme: attribute(role, 'codeSystem') ?? '' };
  });
  const [first, second] = roles;
  if (first === undefined || roles.length > 2) return 'one or two roles are expected';
  if (first.scheme === AUTOMATON) {
    return first.code === 'AUTOMATE' && second === undefined ? undefined : 'AUTOMATE comes alone';
  }
  if (first.scheme !== PROFESSIONS) return 'the first role is no profession';
  const specialties = SPECIALTIES[first.code];
  if (specialties === undefined) {
    ecart('profession not known here');
    return undefined;
  }
  return second?.scheme === specialties && second.code !== ''
    ? undefined
    : 'the specialty that the profession requires is missing';
}
