import {
  attachedDocuments,
  batteries,
  comments,
  documentTypes,
  entryPerformers,
  isolates,
  labActs,
  previousResults,
  receptions,
  results,
  sectionsOf,
  specimens,
  subChapters,
  topSections,
} from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { childrenOf, every } from './read.ts';
import type { Rule } from './rule.ts';

/** `child` as the only number wanted, or `child ≥ 1` and so on. */
interface Cardinality {
  readonly path: string;
  readonly min: number;
  readonly max?: number;
}

const one = (path: string): Cardinality => ({ path, min: 1, max: 1 });
const some = (path: string): Cardinality => ({ path, min: 1 });
const atMost = (max: number, path: string): Cardinality => ({ path, min: 0, max });

interface Shape {
  readonly id: string;
  readonly what: string;
  readonly source: string;
  readonly nodes: (document: CdaDocument) => readonly Node[];
  readonly holds: readonly Cardinality[];
}

const PERFORMER: readonly Cardinality[] = [
  one('time'),
  one('assignedEntity/id'),
  some('assignedEntity/representedOrganization/id'),
  one('assignedEntity/representedOrganization/name'),
  some('assignedEntity/representedOrganization/telecom'),
  some('assignedEntity/representedOrganization/addr'),
  one('assignedEntity/representedOrganization/standardIndustryClassCode'),
];

/** What each kind of element must hold. */
const SHAPES: readonly Shape[] = [
  {
    id: 'HEADER-SHAPE',
    what: 'l’en-tête',
    source: 'structuration minimale, volet CR-BIO (en-tête)',
    nodes: ({ root }) => [root],
    holds: [
      ...[
        'realmCode',
        'typeId',
        'id',
        'code',
        'title',
        'effectiveTime',
        'confidentialityCode',
        'languageCode',
      ].map(one),
      ...['setId', 'versionNumber', 'recordTarget', 'custodian', 'legalAuthenticator', 'componentOf'].map(
        one,
      ),
      some('author'),
      some('documentationOf'),
      atMost(1, 'relatedDocument'),
    ],
  },
  {
    id: 'PATIENT-SHAPE',
    what: 'le patient',
    source: 'structuration minimale (recordTarget)',
    nodes: ({ root }) => childrenOf(root, 'recordTarget'),
    holds: [
      one('patientRole'),
      some('patientRole/id'),
      some('patientRole/addr'),
      some('patientRole/telecom'),
      one('patientRole/patient/name'),
      some('patientRole/patient/name/family'),
      one('patientRole/patient/administrativeGenderCode'),
      one('patientRole/patient/birthTime'),
    ],
  },
  {
    id: 'AUTHOR-SHAPE',
    what: 'l’auteur',
    source: 'structuration minimale (author)',
    nodes: ({ root }) => childrenOf(root, 'author'),
    holds: [one('time'), some('assignedAuthor/id')],
  },
  {
    id: 'CUSTODIAN-SHAPE',
    what: 'l’organisation conservatrice',
    source: 'structuration minimale (custodian)',
    nodes: ({ root }) => childrenOf(root, 'custodian'),
    holds: [one('assignedCustodian/representedCustodianOrganization/id')],
  },
  {
    id: 'LEGAL-AUTHENTICATOR-SHAPE',
    what: 'le signataire',
    source: 'structuration minimale (legalAuthenticator)',
    nodes: ({ root }) => childrenOf(root, 'legalAuthenticator'),
    holds: [
      one('time'),
      one('signatureCode'),
      one('assignedEntity/id'),
      one('assignedEntity/assignedPerson/name/family'),
    ],
  },
  {
    id: 'AUTHENTICATOR-SHAPE',
    what: 'un validateur',
    source: 'structuration minimale, volet CR-BIO (authenticator)',
    nodes: ({ root }) => childrenOf(root, 'authenticator'),
    holds: [
      one('time'),
      one('signatureCode'),
      one('assignedEntity/id'),
      some('assignedEntity/addr'),
      some('assignedEntity/telecom'),
    ],
  },
  {
    id: 'AUTHENTICATOR-LABORATORY-SHAPE',
    what: 'le laboratoire d’un validateur',
    source: 'volet CR-BIO (authenticator)',
    nodes: ({ root }) => every(root, 'authenticator', 'assignedEntity', 'representedOrganization'),
    holds: [some('id'), one('name'), some('telecom'), some('addr')],
  },
  {
    id: 'PARTICIPANT-SHAPE',
    what: 'un participant',
    source: 'structuration minimale (participant)',
    nodes: ({ root }) => childrenOf(root, 'participant'),
    holds: [one('time'), one('associatedEntity'), atMost(1, 'associatedEntity/id')],
  },
  {
    id: 'SERVICE-EVENT-SHAPE',
    what: 'un acte documenté',
    source: 'volet CR-BIO (documentationOf)',
    nodes: ({ root }) => every(root, 'documentationOf', 'serviceEvent'),
    holds: [one('code')],
  },
  {
    id: 'MAIN-ACT-SHAPE',
    what: 'l’acte principal',
    source: 'structuration minimale, volet CR-BIO (documentationOf)',
    nodes: ({ root }) => every(root, 'documentationOf', 'serviceEvent').slice(0, 1),
    holds: [
      one('statusCode'),
      one('effectiveTime'),
      one('effectiveTime/low'),
      one('performer'),
      some('performer/assignedEntity/addr'),
      some('performer/assignedEntity/telecom'),
      one('performer/assignedEntity/assignedPerson/name'),
    ],
  },
  {
    id: 'PERFORMER-SHAPE',
    what: 'le laboratoire exécutant',
    source: 'modèles de contenus CDA, volet CR-BIO (FR-Laboratoire-executant)',
    nodes: (document) => [
      ...every(document.root, 'documentationOf', 'serviceEvent', 'performer'),
      ...entryPerformers(document),
    ],
    holds: PERFORMER,
  },
  {
    id: 'REPLACED-SHAPE',
    what: 'le document remplacé',
    source: 'structuration minimale (relatedDocument)',
    nodes: ({ root }) => childrenOf(root, 'relatedDocument'),
    holds: [one('parentDocument/id')],
  },
  {
    id: 'ENCOUNTER-SHAPE',
    what: 'la prise en charge',
    source: 'structuration minimale, volet CR-BIO (componentOf)',
    nodes: ({ root }) => childrenOf(root, 'componentOf'),
    holds: [
      one('encompassingEncounter/effectiveTime'),
      one('encompassingEncounter/responsibleParty/assignedEntity/id'),
      one('encompassingEncounter/responsibleParty/assignedEntity/code'),
      one('encompassingEncounter/responsibleParty/assignedEntity/assignedPerson/name/family'),
      one('encompassingEncounter/location/healthCareFacility/code'),
    ],
  },
  {
    id: 'SECTION-SHAPE',
    what: 'une section',
    source: 'volet CR-BIO (corps)',
    nodes: topSections,
    holds: [one('code'), one('title')],
  },
  {
    id: 'SUBCHAPTER-SHAPE',
    what: 'un sous-chapitre',
    source: 'volet CR-BIO (corps)',
    nodes: subChapters,
    holds: [one('code'), one('title')],
  },
  {
    id: 'TEXT-SECTION-SHAPE',
    what: 'une section de texte ou de document',
    source: 'volet CR-BIO, modèles ANS',
    nodes: (document) => [
      ...sectionsOf(document, 'comment'),
      ...sectionsOf(document, 'second-intention'),
      ...sectionsOf(document, 'pdf-copy'),
    ],
    holds: [one('text')],
  },
  {
    id: 'DOCUMENT-SECTION-SHAPE',
    what: 'une section de document',
    source: 'modèles ANS (FR-Document-attache)',
    nodes: (document) => [...sectionsOf(document, 'second-intention'), ...sectionsOf(document, 'pdf-copy')],
    holds: [some('entry/organizer')],
  },
  {
    id: 'ACT-SHAPE',
    what: 'l’acte d’un chapitre',
    source: 'volet CR-BIO (FR-Resultats-examens-de-biologie-medicale)',
    nodes: labActs,
    holds: [one('code'), one('statusCode'), some('entryRelationship')],
  },
  {
    id: 'RESULT-SHAPE',
    what: 'un résultat',
    source: 'modèles de contenus CDA, volet CR-BIO (FR-Resultat)',
    nodes: results,
    holds: [
      one('code'),
      one('statusCode'),
      one('effectiveTime'),
      atMost(1, 'value'),
      atMost(1, 'referenceRange'),
    ],
  },
  {
    id: 'PREVIOUS-SHAPE',
    what: 'une antériorité',
    source: 'volet CR-BIO (FR-Resultat, REFR)',
    nodes: previousResults,
    holds: [one('code'), one('statusCode'), one('effectiveTime'), one('value')],
  },
  {
    id: 'BATTERY-SHAPE',
    what: 'une batterie',
    source: 'modèles de contenus CDA (FR-Batterie)',
    nodes: batteries,
    holds: [one('statusCode'), atMost(1, 'id'), atMost(1, 'code')],
  },
  {
    id: 'ISOLATE-SHAPE',
    what: 'un isolat',
    source: 'modèles de contenus CDA (FR-Isolat-microbiologique)',
    nodes: isolates,
    holds: [
      one('statusCode'),
      one('specimen'),
      one('specimen/specimenRole/id'),
      one('specimen/specimenRole/specimenPlayingEntity/code'),
    ],
  },
  {
    id: 'SPECIMEN-SHAPE',
    what: 'un prélèvement',
    source: 'IHE PaLM, modèles de contenus CDA (FR-Prelevement)',
    nodes: specimens,
    holds: [
      one('code'),
      one('effectiveTime'),
      one('participant'),
      one('participant/participantRole/id'),
      one('participant/participantRole/playingEntity/code'),
      atMost(1, 'entryRelationship/act'),
    ],
  },
  {
    id: 'RECEPTION-SHAPE',
    what: 'une réception d’échantillon',
    source: 'volet CR-BIO (FR-Prelevement, réception)',
    nodes: receptions,
    holds: [one('code'), one('effectiveTime')],
  },
  {
    id: 'COMMENT-SHAPE',
    what: 'un commentaire',
    source: 'modèles de contenus CDA (FR-Commentaire-ER)',
    nodes: comments,
    holds: [one('code'), one('text'), one('statusCode')],
  },
  {
    id: 'ATTACHED-SHAPE',
    what: 'un document attaché',
    source: 'modèles ANS (FR-Document-attache)',
    nodes: attachedDocuments,
    holds: [
      one('id'),
      one('code'),
      one('statusCode'),
      some('component/observation'),
      some('component/observationMedia'),
      some('component/observationMedia/value'),
    ],
  },
  {
    id: 'DOCUMENT-TYPE-SHAPE',
    what: 'le type d’un document attaché',
    source: 'modèles ANS (FR-Simple-Observation)',
    nodes: documentTypes,
    holds: [one('id'), one('code'), one('text'), one('statusCode'), one('effectiveTime'), one('value')],
  },
];

export const STRUCTURE_RULES: readonly Rule[] = SHAPES.map(({ id, what, source, nodes, holds }) => ({
  id,
  source,
  *check(document) {
    for (const node of nodes(document)) {
      for (const { path, min, max } of holds) {
        const count = every(node, ...path.split('/')).length;
        if (count < min) yield { node, cause: `il manque à ${what} l’élément ${path}` };
        else if (max !== undefined && count > max)
          yield { node, cause: `${what} a ${count} éléments ${path} au lieu de ${max}` };
      }
    }
  },
}));
