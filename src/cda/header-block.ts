import { printedBirthPlace, printedPhone } from '../report/printed.ts';
import type { Node } from './conformance/read.ts';
import { at, childrenOf, every } from './conformance/read.ts';
import type { Markup, MarkupContent } from './xhtml.ts';
import { h } from './xhtml.ts';

/**
 * The header of a document as XHTML, for a browser that runs no XSLT. Same facts, same order, same classes as
 * stylesheets/report.xsl, so that one CSS lays out both; a test compares their texts.
 */
export function headerBlock(document: Node): Markup[] {
  return [
    h('header', { class: 'lettre' }, laboratory(document), standing(document)),
    h('div', { class: 'identites' }, patient(document), request(document)),
  ];
}

/** Identifiers, at the foot of the document. */
export function footerBlock(document: Node): Markup {
  const root = (name: string): string => attribute(at(document, name), 'root') ?? '';
  return h('footer', {}, `Document ${root('id')} · ensemble de versions ${root('setId')}`);
}

function laboratory(document: Node): Markup {
  const performer = at(document, 'documentationOf', 'serviceEvent', 'performer', 'assignedEntity');
  const organization = at(performer, 'representedOrganization');
  return h(
    'div',
    { class: 'laboratoire' },
    h(
      'p',
      { class: 'nom' },
      text(at(document, 'custodian', 'assignedCustodian', 'representedCustodianOrganization', 'name')),
    ),
    h('p', {}, address(at(organization, 'addr'))),
    h('p', {}, telecoms(organization)),
    h('p', {}, `Biologiste responsable : ${person(at(performer, 'assignedPerson', 'name'))}`),
  );
}

function standing(document: Node): Markup {
  const issued = date(attribute(at(document, 'effectiveTime'), 'value'));
  const number = attribute(at(document, 'versionNumber'), 'value') ?? '';
  const status = attribute(at(document, 'documentationOf', 'serviceEvent', 'statusCode'), 'code');
  const confidentiality = at(document, 'confidentialityCode');
  return h(
    'div',
    { class: 'document' },
    h('h1', {}, text(at(document, 'title'))),
    h('p', {}, `Édité le ${issued} · version ${number}`),
    status === 'active' ? alert('Résultats partiels') : undefined,
    childrenOf(document, 'relatedDocument')
      .filter((related) => attribute(related, 'typeCode') === 'RPLC')
      .flatMap((related) => childrenOf(related, 'parentDocument'))
      .flatMap((replaced) => {
        const version = attribute(at(replaced, 'versionNumber'), 'value');
        return [
          alert(`Annule et remplace${version === undefined ? '' : ` la version ${version}`}`),
          h('p', { class: 'discret' }, `Document remplacé : ${attribute(at(replaced, 'id'), 'root') ?? ''}`),
        ];
      }),
    confidentiality && attribute(confidentiality, 'code') !== 'N'
      ? alert(attribute(confidentiality, 'displayName') ?? '')
      : undefined,
  );
}

const alert = (said: string): Markup => h('p', { class: 'alerte' }, said);

const INS_SPACES = '1.2.250.1.213.1.4.';
const NIA = '1.2.250.1.213.1.4.9';

function patient(document: Node): Markup {
  const role = at(document, 'recordTarget', 'patientRole');
  const who = at(role, 'patient');
  const name = at(who, 'name');
  const named = (part: string, qualifier: string | undefined): string | undefined =>
    name &&
    childrenOf(name, part)
      .filter((one) => one.attributes.qualifier === qualifier)
      .map(text)
      .at(0);
  const ids = role ? childrenOf(role, 'id') : [];
  const isIns = (id: Node): boolean => (attribute(id, 'root') ?? '').startsWith(INS_SPACES);
  const ins = ids.find(isIns);
  const used = [named('family', 'CL'), named('given', 'CL')];
  const place = at(who, 'birthplace', 'place', 'addr');
  const born = date(attribute(at(who, 'birthTime'), 'value'));
  const home = at(role, 'addr');
  return h(
    'section',
    { class: 'cadre patient', 'aria-label': 'Patient' },
    h('h2', {}, 'Patient'),
    h(
      'p',
      { class: 'nom' },
      `${named('family', 'BR') ?? ''} ${named('given', 'BR') ?? named('given', undefined) ?? ''}`,
    ),
    h(
      'dl',
      {},
      term('Prénoms de naissance', named('given', undefined)),
      used.some(Boolean)
        ? term('Nom et prénom utilisés', used.map((part) => part ?? '').join(' '))
        : undefined,
      term('Né(e) le', born),
      term('Lieu de naissance', birthplace(place)),
      term('Sexe', attribute(at(who, 'administrativeGenderCode'), 'displayName') ?? ''),
      ins && term('Matricule INS', insText(ins), 'ins'),
      ids.filter((id) => !isIns(id)).map((id) => term('N° patient', attribute(id, 'extension') ?? '')),
      home && attribute(home, 'nullFlavor') === undefined ? term('Adresse', address(home)) : undefined,
      role && term('Contact', telecoms(role) || undefined),
    ),
  );
}

const insText = (ins: Node): string =>
  `${attribute(ins, 'extension') ?? ''} ${attribute(ins, 'root') === NIA ? '(NIA)' : '(NIR)'}`;

function birthplace(place: Node | undefined): string | undefined {
  return printedBirthPlace(text(at(place, 'city')), text(at(place, 'county')));
}

function request(document: Node): Markup {
  const act = at(document, 'documentationOf', 'serviceEvent');
  const participants = (type: string): Node[] =>
    childrenOf(document, 'participant').filter((one) => attribute(one, 'typeCode') === type);
  const who = (participant: Node): string =>
    person(at(participant, 'associatedEntity', 'associatedPerson', 'name'));
  return h(
    'section',
    { class: 'cadre', 'aria-label': 'Demande' },
    h('h2', {}, 'Demande'),
    h(
      'dl',
      {},
      participants('REF').map((one) => {
        const prescribed = attribute(at(one, 'time', 'high'), 'value');
        return term('Prescripteur', who(one) + (prescribed ? `, ordonnance du ${date(prescribed)}` : ''));
      }),
      term('Dossier', attribute(at(act, 'id'), 'extension')),
      term('Prescription', attribute(at(document, 'inFulfillmentOf', 'order', 'id'), 'extension')),
      moment('Prélevé le', at(document, 'componentOf', 'encompassingEncounter', 'effectiveTime', 'low')),
      participants('PRF').map((one) => term('Préleveur', who(one))),
      moment('Reçu le', at(act, 'effectiveTime', 'low')),
      term('Destinataires', recipients(document)),
      childrenOf(document, 'authenticator').map((one) => {
        const validated = date(attribute(at(one, 'time'), 'value'));
        return term(
          'Validé par',
          `${person(at(one, 'assignedEntity', 'assignedPerson', 'name'))} le ${validated}`,
        );
      }),
      childrenOf(document, 'legalAuthenticator').map((one) =>
        term('Signataire', person(at(one, 'assignedEntity', 'assignedPerson', 'name'))),
      ),
    ),
  );
}

function recipients(document: Node): string | undefined {
  const named = every(document, 'informationRecipient', 'intendedRecipient').map((one) => {
    const known = at(one, 'informationRecipient');
    const name = known ? person(at(known, 'name')) : text(at(one, 'receivedOrganization', 'name'));
    const addresses = telecoms(one);
    return addresses ? `${name} (${addresses})` : name;
  });
  return named.length > 0 ? named.join(', ') : undefined;
}

/** A term and its description; nothing where there is no description. */
function term(name: string, said: string | undefined, kind?: string): MarkupContent {
  return said === undefined ? undefined : [h('dt', {}, name), h('dd', { class: kind }, said)];
}

function moment(name: string, time: Node | undefined): MarkupContent {
  const value = attribute(time, 'value');
  return value ? term(name, date(value)) : undefined;
}

/** `Dr Claire DURAND`. */
function person(name: Node | undefined): string {
  const given = at(name, 'given');
  return [civility(name), given && text(given), text(at(name, 'family'))].filter(Boolean).join(' ');
}

function civility(name: Node | undefined): string | undefined {
  const suffixes = name ? childrenOf(name, 'suffix').map(text) : [];
  if (suffixes.includes('DR')) return 'Dr';
  if (suffixes.includes('PR')) return 'Pr';
  const prefix = at(name, 'prefix');
  if (!prefix) return undefined;
  return text(prefix) === 'MME' ? 'Mme' : text(prefix);
}

const address = (addr: Node | undefined): string => (addr?.children ?? []).map(text).join(', ');

/** Numbers, as France writes them, and addresses, without their scheme. */
function telecoms(holder: Node | undefined): string {
  return (holder ? childrenOf(holder, 'telecom') : [])
    .map((telecom) => attribute(telecom, 'value'))
    .filter((value) => value !== undefined)
    .map((value) => printedPhone(value.slice(value.indexOf(':') + 1)))
    .join(', ');
}

/** AAAAMMJJ[HHMM…] → JJ/MM/AAAA[ à HH:MM], as the stylesheet does. */
function date(value = ''): string {
  const [, year = '', month, day, hour, minute] =
    /^(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2}))?/.exec(value) ?? [];
  const calendar = [day, month, year].filter(Boolean).join('/');
  return hour === undefined ? calendar : `${calendar} à ${hour}:${minute}`;
}

const text = (node: Node | undefined): string => node?.text ?? '';
const attribute = (node: Node | undefined, name: string): string | undefined => node?.attributes[name];
