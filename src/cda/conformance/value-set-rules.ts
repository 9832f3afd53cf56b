import {
  CIVILITIES,
  ENCOUNTERS,
  FACILITY_TYPES,
  FUNCTIONS,
  LEGAL_STATUSES,
  PARTICIPANT_CLASSES,
  PARTICIPANT_TYPES,
  PRACTICE_SETTINGS,
  PROFESSIONS,
  RELATIONS,
  SYSTEMS,
  TITLES,
} from '../value-sets/header-codes.ts';
import type { CdaDocument, Node } from './read.ts';
import { childrenOf, every } from './read.ts';
import type { Rule } from './rule.ts';

/** Where a code stands, by its parent and its name, and the set it must belong to. */
const CODED: readonly (readonly [
  parent: string,
  name: string,
  set: ReadonlySet<string>,
  what: string,
  source: string,
])[] = [
  ['assignedAuthor', 'code', PROFESSIONS, 'la profession', 'JDV_J01'],
  ['assignedEntity', 'code', PROFESSIONS, 'la profession', 'JDV_J01'],
  ['associatedEntity', 'code', PROFESSIONS, 'la profession', 'JDV_J01'],
  ['healthCareFacility', 'code', FACILITY_TYPES, 'le type d’établissement', 'JDV_J02'],
  ['relatedEntity', 'code', RELATIONS, 'la relation au patient', 'JDV_J11'],
  ['encompassingEncounter', 'code', ENCOUNTERS, 'le type de prise en charge', 'JDV_J142'],
  ['asOrganizationPartOf', 'code', LEGAL_STATUSES, 'la forme juridique', 'JDV_J100'],
];

/** The same, for elements that mean one thing wherever they stand. */
const NAMED: readonly (readonly [name: string, set: ReadonlySet<string>, what: string, source: string])[] = [
  ['standardIndustryClassCode', PRACTICE_SETTINGS, 'le cadre d’exercice', 'JDV_J04'],
  ['functionCode', FUNCTIONS, 'la fonction', 'JDV_J47'],
];

/** A null code is allowed where nothing is known. */
const outside = ({ attributes: { code, nullFlavor } }: Node, set: ReadonlySet<string>): boolean =>
  code === undefined ? nullFlavor === undefined : !set.has(code);

const foreign = ({ attributes: { code, codeSystem } }: Node, set: ReadonlySet<string>): boolean =>
  code !== undefined && codeSystem !== undefined && SYSTEMS.get(set)?.has(codeSystem) === false;

const incomplete = ({ attributes: { code, codeSystem, displayName } }: Node): boolean =>
  code !== undefined && (!codeSystem || !displayName);

function* coded(document: CdaDocument): Generator<{ node: Node; cause: string }> {
  const wanted: [Node, ReadonlySet<string>, string, string][] = [
    ...CODED.flatMap(([parent, name, set, what, source]) =>
      document
        .named(parent)
        .flatMap((node) => childrenOf(node, name))
        .map((node): [Node, ReadonlySet<string>, string, string] => [node, set, what, source]),
    ),
    ...NAMED.flatMap(([name, set, what, source]) =>
      document
        .named(name)
        .map((node): [Node, ReadonlySet<string>, string, string] => [node, set, what, source]),
    ),
  ];
  for (const [node, set, what, source] of wanted) {
    if (outside(node, set)) yield { node, cause: `${what} est hors du jeu de valeurs ${source}` };
    else if (foreign(node, set)) yield { node, cause: `${what} n’est pas codée dans une table de ${source}` };
    else if (incomplete(node)) yield { node, cause: `${what} doit avoir code, table et libellé` };
  }
}

export const VALUE_SET_RULES: readonly Rule[] = [
  { id: 'HEADER-VALUE-SET', source: 'structuration minimale (jeux de valeurs)', check: coded },
  {
    id: 'PARTICIPANT-VALUE-SET',
    source: 'structuration minimale (JDV_J141, JDV_J144)',
    *check({ root }) {
      for (const node of childrenOf(root, 'participant')) {
        if (!PARTICIPANT_TYPES.has(node.attributes.typeCode ?? '')) {
          yield { node, cause: 'le type d’un participant est hors du jeu de valeurs' };
        }
        for (const entity of childrenOf(node, 'associatedEntity')) {
          if (!PARTICIPANT_CLASSES.has(entity.attributes.classCode ?? '')) {
            yield { node: entity, cause: 'la classe d’un participant doit être PROV ou AGNT' };
          }
          for (const id of childrenOf(entity, 'id')) {
            if (!id.attributes.root || !id.attributes.extension) {
              yield { node: id, cause: 'l’identifiant d’un participant est incomplet' };
            }
          }
        }
      }
    },
  },
  {
    id: 'PERSON-NAME',
    source: 'structuration minimale (JDV_J245, JDV_J246)',
    *check(document) {
      for (const node of document.named('prefix')) {
        if (!CIVILITIES.has(node.text)) yield { node, cause: 'la civilité doit être M ou MME' };
      }
      for (const node of document.named('suffix')) {
        if (!TITLES.has(node.text))
          yield { node, cause: 'le titre est hors du jeu de valeurs (DR, PR, MC, MG, PC, PG)' };
      }
      const people = ['assignedPerson', 'associatedPerson', 'informationRecipient', 'relatedPerson'];
      for (const person of people.flatMap(document.named)) {
        const names = childrenOf(person, 'name');
        const isPerson =
          person.name !== 'informationRecipient' || person.parent?.name === 'intendedRecipient';
        if (isPerson && names.length !== 1)
          yield { node: person, cause: 'une personne a un élément name, et un seul' };
        for (const name of names) {
          if (childrenOf(name, 'family').length !== 1)
            yield { node: name, cause: 'une personne a un nom, et un seul' };
          for (const part of ['given', 'prefix', 'suffix']) {
            if (childrenOf(name, part).length > 1)
              yield { node: name, cause: `une personne a deux éléments ${part}` };
          }
        }
      }
    },
  },
  {
    id: 'TELECOM-FORM',
    source: 'structuration minimale (telecom)',
    *check(document) {
      for (const node of document.named('telecom')) {
        const { value, nullFlavor, use } = node.attributes;
        const known = value !== undefined && nullFlavor === undefined;
        if (
          known
            ? !/^(?:tel|fax|mailto|http|ftp|mllp):./.test(value)
            : nullFlavor === undefined || value !== undefined
        ) {
          yield {
            node,
            cause:
              'une coordonnée doit avoir une valeur avec son préfixe (tel:, mailto:…) ou être dite inconnue',
          };
        }
        if (nullFlavor !== undefined && !UNKNOWN.has(nullFlavor)) {
          yield { node, cause: 'une coordonnée inconnue doit être UNK, NASK, ASKU, NAV ou MSK' };
        }
        if (use !== undefined && !USES.has(use))
          yield { node, cause: 'l’usage d’une coordonnée est hors du jeu de valeurs' };
      }
    },
  },
  {
    id: 'PATIENT-UNKNOWN',
    source: 'volet CR-BIO 2024.01 (en-tête)',
    *check({ root }) {
      for (const role of every(root, 'recordTarget', 'patientRole')) {
        for (const name of ['addr', 'telecom']) {
          const parts = childrenOf(role, name);
          for (const node of parts) {
            const { nullFlavor } = node.attributes;
            if (nullFlavor !== undefined && nullFlavor !== 'UNK') {
              yield { node, cause: 'une adresse ou coordonnée inconnue du patient doit être UNK' };
            }
            if (nullFlavor !== undefined && name === 'addr' && parts.length > 1) {
              yield { node, cause: 'une adresse ne peut être à la fois connue et inconnue' };
            }
          }
        }
      }
    },
  },
];

const UNKNOWN: ReadonlySet<string> = new Set(['UNK', 'NASK', 'ASKU', 'NAV', 'MSK']);
const USES: ReadonlySet<string> = new Set(['H', 'HP', 'HV', 'WP', 'DIR', 'PUB', 'EC', 'MC', 'PG']);
