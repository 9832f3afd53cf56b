import { interpretationCoding } from '../value-sets/interpretations.ts';
import { specimenTypeCoding } from '../value-sets/specimen-types.ts';
import { isAllowedUnit } from '../value-sets/units.ts';
import {
  attachedDocuments,
  batteries,
  comments,
  documentTypes,
  isolates,
  labActs,
  previousResults,
  receptions,
  results,
  specimens,
} from './kinds.ts';
import type { CdaDocument, Node } from './read.ts';
import { at, childrenOf, every, hasAncestor } from './read.ts';
import type { Rule } from './rule.ts';

const VOLET = 'volet CR-BIO 2024.01';
const LOINC = '2.16.840.1.113883.6.1';
const NCBI = '2.16.840.1.113883.3.9471';

/** Codes of the reception of a specimen: "1.3.5" is IHE's own spelling. */
const RECEPTION_CODES = '1.3.5.1.4.1.19376.1.5.3.2';

/** Attributes of entries that have one right value. */
const FIXED: readonly (readonly [
  nodes: (document: CdaDocument) => readonly Node[],
  child: string,
  attribute: string,
  value: string,
])[] = [
  [comments, 'code', 'code', '48767-8'],
  [comments, 'code', 'codeSystem', LOINC],
  [comments, 'statusCode', 'code', 'completed'],
  [documentTypes, 'code', 'code', '69764-9'],
  [documentTypes, 'statusCode', 'code', 'completed'],
  [attachedDocuments, 'code', 'code', '55107-7'],
  [attachedDocuments, 'statusCode', 'code', 'completed'],
  [receptions, 'code', 'code', 'SPRECEIVE'],
];

/** Class of each kind of entry; the mood is always EVN. */
const CLASSES: readonly (readonly [nodes: (document: CdaDocument) => readonly Node[], classCode: string])[] =
  [
    [results, 'OBS'],
    [previousResults, 'OBS'],
    [labActs, 'ACT'],
    [comments, 'ACT'],
    [receptions, 'ACT'],
    [specimens, 'PROC'],
    [batteries, 'BATTERY'],
    [isolates, 'CLUSTER'],
    [attachedDocuments, 'CLUSTER'],
    [documentTypes, 'OBS'],
  ];

export const RESULT_RULES: readonly Rule[] = [
  {
    id: 'RESULT-STATUS',
    source: `${VOLET} (statuts)`,
    *check(document) {
      for (const node of results(document)) {
        const status = at(node, 'statusCode')?.attributes.code;
        const value = at(node, 'value');
        if (status !== 'completed' && status !== 'aborted') {
          yield { node, cause: 'le statut d’un résultat doit être completed ou aborted' };
        }
        if (status === 'completed' && !value) yield { node, cause: 'un résultat rendu n’a pas de valeur' };
        if (status === 'aborted' && value) yield { node, cause: 'un résultat non réalisé a une valeur' };
      }
    },
  },
  {
    id: 'PARENT-STATUS',
    source: `${VOLET} (statuts)`,
    *check(document) {
      for (const node of [...labActs(document), ...batteries(document), ...isolates(document)]) {
        const status = at(node, 'statusCode');
        if (status && !/^(?:completed|active|aborted)$/.test(status.attributes.code ?? '')) {
          yield {
            node: status,
            cause: 'le statut d’un acte ou d’une batterie doit être completed, active ou aborted',
          };
        }
      }
    },
  },
  {
    id: 'PARTIAL-STATUS',
    source: `${VOLET} (statuts)`,
    *check(document) {
      const event = at(document.root, 'documentationOf', 'serviceEvent', 'statusCode');
      const active = labActs(document).some((act) => at(act, 'statusCode')?.attributes.code === 'active');
      if (event && event.attributes.code !== 'active' && active) {
        yield { node: event, cause: 'des résultats sont attendus mais le compte rendu se dit complet' };
      }
    },
  },
  {
    id: 'ENTRY-FIXED',
    source: 'modèles de contenus CDA, modèles ANS (valeurs fixes)',
    *check(document) {
      for (const [nodes, child, attribute, value] of FIXED) {
        for (const node of nodes(document).flatMap((one) => childrenOf(one, child))) {
          if (node.attributes[attribute] !== value)
            yield { node, cause: `${child}/@${attribute} doit valoir « ${value} »` };
        }
      }
      for (const node of receptions(document).flatMap((act) => childrenOf(act, 'effectiveTime'))) {
        if (!node.attributes.value) yield { node, cause: 'la réception d’un échantillon n’est pas datée' };
      }
    },
  },
  {
    id: 'PREVIOUS-FORM',
    source: `${VOLET} (antériorités)`,
    *check(document) {
      for (const node of previousResults(document)) {
        if (
          at(node, 'statusCode')?.attributes.code !== 'completed' ||
          !at(node, 'effectiveTime')?.attributes.value
        ) {
          yield { node, cause: 'une antériorité doit être datée et terminée' };
        }
      }
    },
  },
  {
    id: 'UNIT-UCUM',
    source: 'terminologies (UCUM)',
    *check(document) {
      for (const name of ['value', 'low', 'high', 'numerator', 'denominator']) {
        for (const node of document.named(name)) {
          const { unit } = node.attributes;
          if (unit !== undefined && !isAllowedUnit(unit)) {
            yield { node, cause: `l’unité « ${unit} » n’est pas dans la liste UCUM autorisée` };
          }
        }
      }
    },
  },
  {
    id: 'VALUE-NUMBER',
    source: 'CDA R2, types PQ et IVL_PQ',
    *check(document) {
      for (const node of document.named('value')) {
        const { type } = node.attributes;
        const numbers =
          type === 'PQ' || type === 'REAL' || type === 'INT'
            ? [node]
            : type === 'IVL_PQ' || type === 'RTO_PQ_PQ'
              ? node.children.filter(({ name }) => name !== 'translation')
              : [];
        if (type === 'IVL_PQ' && numbers.length === 0)
          yield { node, cause: 'un intervalle n’a pas de borne' };
        for (const number of numbers) {
          const { value, nullFlavor } = number.attributes;
          if (nullFlavor === undefined && !/^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value ?? '')) {
            yield { node: number, cause: 'une valeur numérique n’est pas un nombre décimal' };
          }
        }
      }
    },
  },
  {
    id: 'INTERPRETATION-CODE',
    source: 'JDV_HL7_ObservationInterpretation',
    *check(document) {
      for (const node of document.named('interpretationCode')) {
        const { code, codeSystem } = node.attributes;
        if (code === undefined || !interpretationCoding(code) || codeSystem !== '2.16.840.1.113883.5.83') {
          yield { node, cause: 'un code d’interprétation est hors du jeu de valeurs' };
        }
      }
    },
  },
  {
    id: 'LOINC-DIGIT',
    source: 'LOINC, chiffre de contrôle',
    *check(document) {
      for (const name of ['code', 'translation', 'value', 'methodCode']) {
        for (const node of document.named(name)) {
          const { code, codeSystem } = node.attributes;
          if (codeSystem === LOINC && !isLoinc(code ?? '')) {
            yield { node, cause: `« ${code ?? ''} » n’est pas un code LOINC (forme ou chiffre de contrôle)` };
          }
        }
      }
    },
  },
  {
    id: 'RESULT-CODE',
    source: `${VOLET} (code d’un résultat)`,
    *check(document) {
      for (const exam of [...results(document), ...batteries(document), ...previousResults(document)]) {
        for (const code of childrenOf(exam, 'code')) {
          const { code: value, codeSystem, displayName } = code.attributes;
          if (
            value === undefined
              ? codeSystem !== undefined || displayName !== undefined
              : codeSystem !== LOINC || !displayName
          ) {
            yield {
              node: code,
              cause: 'le code d’un examen est soit un code LOINC avec son libellé, soit absent',
            };
          }
          if (
            value === undefined &&
            childrenOf(code, 'translation').length === 0 &&
            !at(code, 'originalText')
          ) {
            yield { node: code, cause: 'un examen sans code LOINC n’a ni code local ni texte' };
          }
          for (const node of childrenOf(code, 'translation')) {
            const { attributes } = node;
            if (!attributes.code || !attributes.codeSystem || !attributes.displayName) {
              yield { node, cause: 'un code local doit avoir code, table et libellé' };
            }
          }
        }
      }
    },
  },
  {
    id: 'RESULT-MOOD',
    source: 'CDA R2',
    *check(document) {
      for (const [nodes, classCode] of CLASSES) {
        for (const node of nodes(document)) {
          if (node.attributes.classCode !== classCode || node.attributes.moodCode !== 'EVN') {
            yield { node, cause: `un élément ${node.name} doit être de classe ${classCode} et de mode EVN` };
          }
        }
      }
      for (const node of specimens(document).flatMap((one) => childrenOf(one, 'participant'))) {
        const role = at(node, 'participantRole');
        if (node.attributes.typeCode !== 'PRD' || role?.attributes.classCode !== 'SPEC') {
          yield { node, cause: 'un prélèvement a un participant PRD dont le rôle est SPEC' };
        }
      }
      for (const name of ['observation', 'organizer', 'procedure', 'act', 'observationMedia']) {
        for (const node of document.named(name)) {
          if (!node.attributes.classCode || !node.attributes.moodCode) {
            yield { node, cause: `un élément ${name} n’a pas sa classe et son mode` };
          }
        }
      }
    },
  },
  {
    id: 'SPECIMEN-NATURE',
    source: 'JDV_HL7_SpecimenType ; IHE PaLM (réception)',
    *check(document) {
      for (const procedure of specimens(document)) {
        for (const node of every(procedure, 'participant', 'participantRole', 'playingEntity', 'code')) {
          const { code, nullFlavor } = node.attributes;
          if (code === undefined ? nullFlavor === undefined : !specimenTypeCoding(code)) {
            yield { node, cause: 'la nature d’un prélèvement est hors du jeu de valeurs' };
          }
        }
        for (const node of every(procedure, 'entryRelationship', 'act', 'code')) {
          if (node.attributes.code === 'SPRECEIVE' && node.attributes.codeSystem !== RECEPTION_CODES) {
            yield { node, cause: 'la réception d’un échantillon n’est pas codée dans la table d’IHE' };
          }
        }
      }
    },
  },
  {
    id: 'ORGANISM-CODE',
    source: 'IHE PaLM, modèles de contenus CDA (FR-Isolat-microbiologique)',
    *check(document) {
      for (const isolate of isolates(document)) {
        for (const code of every(isolate, 'specimen', 'specimenRole', 'specimenPlayingEntity', 'code')) {
          const foreign = childrenOf(code, 'translation').some(
            ({ attributes }) => attributes.codeSystem !== NCBI,
          );
          const local =
            code.attributes.code !== undefined && code.attributes.codeSystem !== '2.16.840.1.113883.6.96';
          if (foreign || local)
            yield {
              node: code,
              cause: 'un germe se code en SNOMED CT et dans la taxonomie NCBI, jamais par un code local',
            };
        }
      }
    },
  },
  {
    id: 'RANGE-FORM',
    source: `${VOLET} (valeurs de référence)`,
    *check(document) {
      for (const node of document.named('observationRange')) {
        if (!hasAncestor(node, ({ name }) => name === 'observation')) continue;
        if (!at(node, 'value') && !at(node, 'text'))
          yield { node, cause: 'une valeur de référence n’a ni bornes ni texte' };
      }
    },
  },
];

/** Form and check digit (Luhn over the number, as LOINC defines it). */
export function isLoinc(code: string): boolean {
  const match = /^(\d{1,7})-(\d)$/.exec(code);
  const digits = match?.[1];
  if (digits === undefined) return false;
  let sum = 0;
  [...digits].reverse().forEach((digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return (10 - (sum % 10)) % 10 === Number(match?.[2]);
}
