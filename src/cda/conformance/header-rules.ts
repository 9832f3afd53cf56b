import { INS_OIDS, parseIns } from '../../report/ins.ts';
import { DOCUMENT_CODE, DOCUMENT_TITLE } from '../header.ts';
import { isOid } from '../oid.ts';
import { TEMPLATES } from '../templates.ts';
import type { CdaDocument, Node } from './read.ts';
import { at, childrenOf, every } from './read.ts';
import type { Rule } from './rule.ts';

const STRUCT = 'structuration minimale des documents de santé';
const VOLET = 'volet CR-BIO 2024.01';

/** Attributes that have one right value: path in the header, attribute, value. */
const FIXED: readonly (readonly [path: string, attribute: string, value: string])[] = [
  ['realmCode', 'code', 'FR'],
  ['typeId', 'root', '2.16.840.1.113883.1.3'],
  ['typeId', 'extension', 'POCD_HD000040'],
  ['code', 'code', DOCUMENT_CODE.code],
  ['code', 'codeSystem', DOCUMENT_CODE.system],
  ['code', 'displayName', DOCUMENT_CODE.display],
  ['confidentialityCode', 'codeSystem', '2.16.840.1.113883.5.25'],
  ['recordTarget/patientRole/patient/administrativeGenderCode', 'codeSystem', '2.16.840.1.113883.5.1'],
  ['legalAuthenticator/signatureCode', 'code', 'S'],
  ['authenticator/signatureCode', 'code', 'S'],
];

const VERSIONS: readonly (string | undefined)[] = ['2024.01', '2023.01', undefined];
const INS_ROOTS: readonly string[] = Object.values(INS_OIDS);

/** What an INS identifier obliges the patient element to hold (annexe INS). */
const TRAITS: readonly (readonly [what: string, present: (role: Node) => boolean])[] = [
  [
    'le nom de naissance',
    (role) => names(role, 'family').some(({ attributes }) => attributes.qualifier === 'BR'),
  ],
  [
    'le premier prénom de naissance',
    (role) => names(role, 'given').some(({ attributes }) => attributes.qualifier === 'BR'),
  ],
  [
    'la liste des prénoms de naissance',
    (role) => names(role, 'given').some(({ attributes }) => attributes.qualifier === undefined),
  ],
  ['la date de naissance', (role) => /^\d{8}/.test(at(role, 'patient', 'birthTime')?.attributes.value ?? '')],
  ['le sexe', (role) => at(role, 'patient', 'administrativeGenderCode')?.attributes.code !== undefined],
  [
    'le code du lieu de naissance',
    (role) => (at(role, 'patient', 'birthplace', 'place', 'addr', 'county')?.text.trim() ?? '') !== '',
  ],
];

const names = (role: Node, part: string): Node[] =>
  every(role, 'patient', 'name', part).filter((node) => node.text.trim() !== '');

const roles = ({ root }: CdaDocument): Node[] => every(root, 'recordTarget', 'patientRole');

/** Elements whose absence of value no nullFlavor excuses. */
const VALUED = [
  'effectiveTime',
  'recordTarget/patientRole/patient/birthTime',
  'author/time',
  'legalAuthenticator/time',
  'versionNumber',
];

/** Identifiers that no nullFlavor excuses either. */
const IDENTIFIED = [
  'recordTarget/patientRole/id',
  'custodian/assignedCustodian/representedCustodianOrganization/id',
  'author/assignedAuthor/id',
];

export const HEADER_RULES: readonly Rule[] = [
  {
    id: 'HEADER-FIXED',
    source: `${STRUCT}, ${VOLET}`,
    *check({ root }) {
      for (const [path, attribute, value] of FIXED) {
        for (const node of every(root, ...path.split('/'))) {
          if (node.attributes[attribute] !== value)
            yield { node, cause: `${path}/@${attribute} doit valoir « ${value} »` };
        }
      }
    },
  },
  {
    id: 'HEADER-TITLE',
    source: VOLET,
    *check({ root }) {
      const title = at(root, 'title');
      if (title && title.text !== DOCUMENT_TITLE)
        yield { node: title, cause: `le titre doit être « ${DOCUMENT_TITLE} »` };
    },
  },
  {
    id: 'HEADER-VERSION',
    source: VOLET,
    *check({ root }) {
      const own = childrenOf(root, 'templateId').filter(
        ({ attributes }) => attributes.root === TEMPLATES.crBio,
      );
      for (const node of own) {
        if (!VERSIONS.includes(node.attributes.extension))
          yield { node, cause: 'version du volet CR-BIO inconnue' };
      }
      const number = at(root, 'versionNumber');
      if (number && !/^[1-9]\d*$/.test(number.attributes.value ?? '')) {
        yield { node: number, cause: 'le numéro de version doit être un entier supérieur à zéro' };
      }
    },
  },
  {
    id: 'HEADER-CODES',
    source: STRUCT,
    *check({ root }) {
      const language = at(root, 'languageCode');
      if (language && !/^[a-z]{2}-[A-Z]{2}$/.test(language.attributes.code ?? '')) {
        yield { node: language, cause: 'la langue doit être de la forme fr-FR' };
      }
      const confidentiality = at(root, 'confidentialityCode');
      if (confidentiality && !/^[NRVLMU]$/.test(confidentiality.attributes.code ?? '')) {
        yield {
          node: confidentiality,
          cause: 'confidentialité hors du jeu de valeurs (le masquage n’a pas sa place ici)',
        };
      }
      for (const role of roles({ root } as CdaDocument)) {
        const gender = at(role, 'patient', 'administrativeGenderCode');
        if (gender && !/^(?:M|F|UN)$/.test(gender.attributes.code ?? '')) {
          yield { node: gender, cause: 'le sexe doit être M, F ou UN' };
        }
      }
    },
  },
  {
    id: 'HEADER-VALUED',
    source: STRUCT,
    *check({ root }) {
      for (const path of VALUED) {
        for (const node of every(root, ...path.split('/'))) {
          if (!node.attributes.value) yield { node, cause: `${path} n’a pas de valeur` };
        }
      }
      const main = every(root, 'documentationOf', 'serviceEvent')[0];
      for (const node of main ? every(main, 'effectiveTime', 'low') : []) {
        if (!node.attributes.value) yield { node, cause: 'le début de l’acte principal n’a pas de valeur' };
      }
      for (const path of IDENTIFIED) {
        for (const node of every(root, ...path.split('/'))) {
          const { root: oid, extension } = node.attributes;
          if (!oid || !extension) yield { node, cause: `${path} n’a pas sa racine et son numéro` };
        }
      }
    },
  },
  {
    id: 'PATIENT-NAME',
    source: `${STRUCT} (nom du patient)`,
    *check(document) {
      for (const role of roles(document)) {
        for (const family of every(role, 'patient', 'name', 'family')) {
          if (!['BR', 'CL'].includes(family.attributes.qualifier ?? '')) {
            yield { node: family, cause: 'un nom de famille du patient doit être qualifié BR ou CL' };
          }
          if (family.text.trim() === '') yield { node: family, cause: 'le nom du patient est vide' };
        }
      }
    },
  },
  {
    id: 'INS-TRAITS',
    source: 'CI-SIS, annexe INS ; référentiel national d’identitovigilance',
    *check(document) {
      for (const role of roles(document)) {
        const ins = childrenOf(role, 'id').find(({ attributes }) =>
          INS_ROOTS.includes(attributes.root ?? ''),
        );
        if (!ins) continue;
        if (!ins.attributes.extension) yield { node: ins, cause: 'l’identifiant INS n’a pas de matricule' };
        for (const [what, present] of TRAITS) {
          if (!present(role)) yield { node: role, cause: `l’INS est présente mais il manque ${what}` };
        }
      }
    },
  },
  {
    id: 'PATIENT-NUMBER',
    source: 'CSP D.6211-2 (le numéro de patient du laboratoire, jamais le NIR)',
    *check(document) {
      for (const node of roles(document).flatMap((role) => childrenOf(role, 'id'))) {
        const { root = '', extension = '' } = node.attributes;
        if (!INS_ROOTS.includes(root) && !('fault' in parseIns(extension, INS_OIDS.nir))) {
          yield { node, cause: 'un numéro de sécurité sociale tient lieu de numéro de patient' };
        }
      }
    },
  },
  {
    id: 'OID-FORM',
    source: `${STRUCT} (identifiants) ; XDS, 64 caractères au plus`,
    *check(document) {
      for (const name of ['id', 'setId', 'templateId', 'typeId']) {
        for (const node of document.named(name)) {
          const { root, nullFlavor } = node.attributes;
          if (root === undefined ? nullFlavor === undefined : !isOid(root) && !UUID.test(root)) {
            yield {
              node,
              cause: 'un identifiant n’a pour racine ni un OID d’au plus 64 caractères ni un UUID',
            };
          }
        }
      }
    },
  },
  {
    id: 'ID-DISTINCT',
    source: `${STRUCT} (RIM-001, RIM-002)`,
    *check(document) {
      for (const name of ['id', 'templateId']) {
        for (const node of document.named(name)) {
          const { root, extension } = node.attributes;
          const twin = node.parent?.children.find(
            (other) =>
              other !== node &&
              other.name === name &&
              other.attributes.root === root &&
              other.attributes.extension === extension,
          );
          if (root !== undefined && twin)
            yield { node, cause: `deux éléments ${name} voisins sont identiques` };
        }
      }
      for (const name of ['telecom', 'addr']) {
        for (const node of document.named(name)) {
          const twin = node.parent?.children.find(
            (other) => other !== node && other.name === name && contentOf(other) === contentOf(node),
          );
          if (twin) yield { node, cause: 'deux adresses ou coordonnées voisines sont identiques' };
        }
      }
    },
  },
  {
    id: 'PROFESSIONAL-ID',
    source: STRUCT,
    *check({ root }) {
      const paths = [
        'legalAuthenticator',
        'authenticator',
        'componentOf/encompassingEncounter/responsibleParty',
      ];
      for (const node of paths.flatMap((path) => every(root, ...path.split('/'), 'assignedEntity', 'id'))) {
        if (node.attributes.root !== '1.2.250.1.71.4.2.1' || !node.attributes.extension) {
          yield {
            node,
            cause: 'un signataire, un validateur ou le responsable n’a pas d’identifiant national (RPPS)',
          };
        }
      }
    },
  },
  {
    id: 'TIME-FORM',
    source: 'CDA R2, type TS',
    *check(document) {
      for (const name of ['effectiveTime', 'time', 'low', 'high', 'birthTime']) {
        for (const node of document.named(name)) {
          const { value, unit, inclusive } = node.attributes;
          const isBound = name === 'low' || name === 'high';
          if (value === undefined || unit !== undefined || inclusive !== undefined) continue;
          if (isBound && !/Time$|^time$/.test(node.parent?.name ?? '')) continue;
          if (!TIME.test(value)) yield { node, cause: 'une date n’a pas la forme AAAAMMJJHHMMSS+ZZZZ' };
        }
      }
    },
  },
  {
    id: 'REPLACED-DOCUMENT',
    source: `${STRUCT} (relatedDocument)`,
    *check({ root }) {
      const own = at(root, 'id')?.attributes;
      for (const node of every(root, 'relatedDocument', 'parentDocument', 'id')) {
        if (node.attributes.root === own?.root && node.attributes.extension === own?.extension) {
          yield { node, cause: 'le document dit se remplacer lui-même' };
        }
      }
    },
  },
];

/** An address or telecom as one text. */
const contentOf = ({ attributes: { nullFlavor, value, use }, children, text }: Node): string =>
  [nullFlavor, value, use, text.trim(), ...children.map((part) => `${part.name}=${part.text}`)].join('|');

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}(?:\d{2}){0,2}$|^\d{10,14}(?:\.\d+)?(?:[+-]\d{4})?$/;
