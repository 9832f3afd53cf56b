import ts from 'typescript';
import { RULES as CDA_RULES } from '../../src/cda/conformance/check.ts';
import { RULES as DISPATCH_RULES } from '../../src/policy/rules.ts';
import { ALERTS } from '../../src/report/alert.ts';
import { expansions } from './expansions.ts';
import { literal, nameOf, scan } from './sources.ts';

/** Every code that a user can meet, found in the sources; docs/errors.md must list these and no others. */

const UPPER_SNAKE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Written like our codes, but words of a standard, of a file or of the system: never shown as the code of a fault. */
export const NOT_CODES: readonly string[] = [
  // Value sets of the CI-SIS.
  ...['JDV_J01', 'JDV_J02', 'JDV_J04', 'JDV_J11', 'JDV_J47', 'JDV_J100', 'JDV_J142'],
  // CDA and HL7 v3
  ...['IVL_INT', 'IVL_PQ', 'IVL_TS', 'POCD_HD000040', 'PRPA_IN201307UV02', 'PRPA_IN201308UV02', 'RTO_PQ_PQ'],
  // XDS, XDM, VIHF
  ...['IHE_XDM', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX', 'LPS_ID', 'LPS_ID_HOMOLOGATION_DMP'],
  ...['G15_10', 'G15_21', 'MASQUE_PS', 'TEST_EXST'],
  // MetaDMPMSS rows of the source
  ...[
    'ACK_LECTURE',
    'ACK_LECTURE_MSS',
    'ACK_RECEPTION',
    'CISIS_CDA_HL7_V1',
    'CISIS_CDA_HL7_V2',
    'COMP_LOT',
    'CONNEXION_SECRETE',
  ],
  ...[
    'CORPSMAIL_PATIENT',
    'CORPSMAIL_PS',
    'INVISIBLE_REP_LEGAUX',
    'MODIF_CONFIDENTIALITYCODE',
    'MODIF_CONF_CODE',
  ],
  // table AckMetierZAM of the acknowledgements that we write
  ...['ACK_RECEPTION_DMP', 'ACK_RECEPTION_MSS', 'DESTINATAIRE_MSS', 'LECTEUR_MSS'],
  // columns of the LOINC tables
  ...[
    'EXAMPLE_UCUM_UNITS',
    'LOINC_NUM',
    'LONG_COMMON_NAME',
    'MAP_TO',
    'METHOD_TYP',
    'ORDER_OBS',
    'SCALE_TYP',
  ],
  ...['TIME_ASPCT', 'X_LABEL_FR'],
  // the locale given to outside programs, cipher suites, and the cause that becomes MSSANTE_TOO_LARGE
  ...[
    'LC_ALL',
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TOO_LARGE',
  ],
];

/** Every upper-case word with an underscore that the sources write, as a value or as a key. */
export const upperSnakeWords = (): string[] =>
  scan((node) => {
    const text = literal(node) ?? (ts.isPropertyAssignment(node) ? nameOf(node) : undefined);
    return text !== undefined && UPPER_SNAKE.test(text) ? [text] : [];
  });

/** Codes of one word: those of an object that also has a cause, so a fault, an outcome or a reason. */
export const oneWordCodes = (): string[] =>
  scan((node) => {
    if (!ts.isObjectLiteralExpression(node)) return [];
    const code = node.properties.find((property) => nameOf(property) === 'code');
    const text = code && ts.isPropertyAssignment(code) ? literal(code.initializer) : undefined;
    const hasCause = node.properties.some((property) => nameOf(property) === 'cause');
    return hasCause && text !== undefined && /^[A-Z]+$/.test(text) ? [text] : [];
  });

/** Codes that end with a number told by the other side: `DMP_HTTP_` is listed as `DMP_HTTP_nnn`. */
export const numberedCodes = (): string[] =>
  scan((node) =>
    ts.isTemplateExpression(node) && /^[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*$/.test(node.head.text)
      ? [`${node.head.text}nnn`]
      : [],
  );

/** The DMP's own codes that error-classes.ts knows, each alternative of its patterns written out. */
export const dmpCodes = (): string[] => [
  ...scan(
    (node) =>
      ts.isPropertyAssignment(node) &&
      nameOf(node) === 'code' &&
      ts.isRegularExpressionLiteral(node.initializer)
        ? expansions(node.initializer.text).filter((code) => code !== '')
        : [],
    'src/dmp/error-classes.ts',
  ),
  // A TD0.2 that fails without a code of its own.
  ...scan((node) => (literal(node) === 'TD0.2' ? ['TD0.2'] : []), 'src/dmp/'),
];

/** Rules of the conformance check, and of reading before it. */
export const documentRules = (): string[] => [
  ...CDA_RULES.map(({ id }) => id),
  ...scan((node) => {
    const rule = ts.isPropertyAssignment(node) && nameOf(node) === 'rule' && literal(node.initializer);
    return rule && /^[A-Z]+(?:-[A-Z]+)+$/.test(rule) ? [rule] : [];
  }, 'src/cda/'),
  // The agreement's rules are named in the calls that compare.
  ...scan((node) => {
    const text = ts.isCallExpression(node) ? literal(node.arguments[0]) : undefined;
    return text?.startsWith('AGREE-') ? [text] : [];
  }, 'src/cda/'),
];

export const xdmRules = (): string[] =>
  scan((node) => {
    const text = ts.isCallExpression(node) ? literal(node.arguments[0]) : undefined;
    return text?.startsWith('xdm-') ? [text] : [];
  }, 'src/mssante/');

const LEVELS = ['error', 'warning', 'info'];

/** Rules of the catalogue's quality control: the argument that follows a level. */
export const catalogueRules = (): string[] =>
  scan((node) => {
    if (!ts.isCallExpression(node)) return [];
    const { arguments: given, expression } = node;
    if (ts.isIdentifier(expression) && expression.text === 'unreadable')
      return [literal(given[1])].filter((rule) => rule !== undefined);
    const level = given.findIndex(
      (argument) =>
        LEVELS.includes(literal(argument) ?? '') || (ts.isIdentifier(argument) && argument.text === 'level'),
    );
    const rule = level < 0 ? undefined : literal(given[level + 1]);
    return rule === undefined ? [] : [rule];
  }, 'src/terminology/');

/** What persons are told by themselves. */
export const alertKinds = (): string[] => Object.keys(ALERTS);

/** Rules of the dispatch plan; `envoi` when none of them stops a destination. */
export const dispatchRules = (): string[] => [...DISPATCH_RULES.map(({ name }) => name), 'envoi'];
