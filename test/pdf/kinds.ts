import type { ResultImage } from '../../src/report/dossier.ts';
import type { Laboratory } from '../../src/report/laboratory.ts';
import type { Report } from '../../src/report/report.ts';
import { aBattery, aChapter, aResult, coded, content, quantity, range } from '../fixtures/build.ts';
import { at, BIOLOGIST, DIRECTOR, LABORATORY } from '../fixtures/people.ts';
import { aReport, correction } from '../fixtures/reports.ts';
import { electrophoresisCurve, gif, greyJpeg } from './pictures.ts';

/** Kinds of report that show what only the page has to lay out. */

export const ACCREDITED_LABORATORY: Laboratory = {
  ...LABORATORY,
  accreditation: {
    body: 'COFRAC',
    number: '8-0000',
    scope: 'Portée disponible sur www.cofrac.fr',
    activity: 'Examens médicaux',
  },
  automaticValidationNotice: 'Examen validé par un système expert sous la responsabilité du laboratoire.',
};

const image = (
  id: string,
  title: string,
  mediaType: ResultImage['mediaType'],
  bytes: Uint8Array,
): ResultImage => ({
  id,
  title,
  mediaType,
  base64: Buffer.from(bytes).toString('base64'),
});

const fraction = (
  code: string,
  label: string,
  percent: string,
  grams: string,
  low: string,
  high: string,
  flag = 'N',
) =>
  aResult(code, label, quantity(percent), {
    unit: '%',
    coding: {
      ...coded('2862-1', 'Albumine [Masse/Volume] Sérum/Plasma ; Numérique ; Électrophorèse', '%', '%'),
      second: { ucum: 'g/L', printedUnit: 'g/L', value: quantity(grams) },
    },
    ranges: [range(`${low.replace('.', ',')} à ${high.replace('.', ',')}`, low, high)],
    interpretations: [flag],
  });

/** Five fractions, their curve under them, a conclusion; two more pictures of the other kinds. */
export function electrophoresis(overrides: Partial<Report> = {}): Report {
  return aReport({
    dossier: '26030200030',
    clinicalInformation: 'Asthénie, bilan de protéines élevées.',
    chapters: [
      aChapter(
        '18719-5',
        'Biochimie',
        content([
          aBattery(
            'EPS',
            'Électrophorèse des protéines sériques',
            [
              fraction('ALB', 'Albumine', '57.8', '42.2', '55.8', '66.1'),
              fraction('A1', 'Alpha-1 globulines', '4.2', '3.1', '2.9', '4.9'),
              fraction('A2', 'Alpha-2 globulines', '9.4', '6.9', '7.1', '11.8'),
              fraction('B', 'Bêta-globulines', '9.6', '7.0', '8.4', '13.1'),
              fraction('G', 'Gamma-globulines', '19.0', '13.9', '11.1', '18.8', 'H'),
              aResult('EPC', 'Conclusion', {
                kind: 'text',
                text: 'Hypergammaglobulinémie modérée d’aspect polyclonal, sans pic d’allure monoclonale. À confronter à la clinique et au bilan inflammatoire ; un contrôle est proposé dans trois mois, avec dosage pondéral des immunoglobulines si l’anomalie persiste. Une immunofixation serait à réaliser en cas d’apparition d’une bande étroite.',
              }),
            ],
            {
              images: [
                image('1', 'Tracé densitométrique (capillaire)', 'image/png', electrophoresisCurve()),
                image('2', 'Champ microscopique', 'image/jpeg', greyJpeg()),
                image('3', 'Vignette', 'image/gif', gif(4, [1, 2, 3, 0, 1, 2, 3, 0])),
              ],
              comments: ['Technique : électrophorèse capillaire.'],
            },
          ),
        ]),
      ),
    ],
    ...overrides,
  });
}

const GLUCOSE = coded(
  '40193-5',
  'Glucose à jeun [Moles/Volume] Sérum/Plasma ; Numérique',
  'mmol/L',
  'mmol/L',
);
const CRP = coded('1988-5', 'C Réactive protéine [Masse/Volume] Sérum/Plasma ; Numérique', 'mg/L', 'mg/L');

/** One examination of three is accredited; two were validated automatically. */
export function accredited(overrides: Partial<Report> = {}): Report {
  return aReport({
    dossier: '26030200031',
    laboratory: ACCREDITED_LABORATORY,
    chapters: [
      aChapter(
        '18719-5',
        'Biochimie',
        content([
          aBattery('BIO', 'Biochimie courante', [
            aResult('GLYJ', 'Glycémie à jeun', quantity('4.89'), {
              coding: { ...GLUCOSE, accredited: true },
              ranges: [range('3,89 à 6,00', '3.89', '6.00')],
              automaticValidation: true,
            }),
            aResult('CRP', 'Protéine C réactive', quantity('1.0', '<'), {
              coding: CRP,
              automaticValidation: true,
            }),
            aResult('ZINC', 'Zinc', quantity('12.4'), { unit: 'µmol/L' }),
          ]),
        ]),
      ),
    ],
    ...overrides,
  });
}

const previous = (...values: readonly (readonly [string, string])[]) =>
  values.map(([lexical, day]) => ({ value: quantity(lexical), observedAt: at(day) }));

/** Previous values enough for charts: rising, falling, of one bound, with comparators. */
export function followUp(overrides: Partial<Report> = {}): Report {
  const line = (
    code: string,
    label: string,
    value: string,
    unit: string,
    more: Parameters<typeof aResult>[3],
  ) => aResult(code, label, quantity(value), { unit, coding: { printedUnit: unit }, ...more });
  return aReport({
    dossier: '26030200032',
    laboratory: ACCREDITED_LABORATORY,
    chapters: [
      aChapter(
        '18719-5',
        'Biochimie',
        content([
          aBattery('DIAB', 'Suivi du diabète', [
            line('HBA1C', 'HbA1c', '7.4', '%', {
              coding: { printedUnit: '%', accredited: true },
              ranges: [range('4,0 à 6,0', '4.0', '6.0')],
              interpretations: ['H'],
              method: 'CLHP',
              previous: previous(
                ['7.9', '20251202'],
                ['8.6', '20250901'],
                ['9.3', '20250603'],
                ['6.8', '20241210'],
              ),
              comments: ['Objectif à adapter au patient.'],
            }),
            line('GLYJ', 'Glycémie à jeun', '7.15', 'mmol/L', {
              ranges: [range('3,89 à 6,00', '3.89', '6.00')],
              interpretations: ['H'],
              previous: previous(['7.82', '20251202'], ['8.40', '20250901']),
            }),
            line('K', 'Potassium', '4.1', 'mmol/L', {
              ranges: [range('3,5 à 5,1', '3.5', '5.1')],
              interpretations: ['N'],
              previous: previous(['4.3', '20251202']),
            }),
          ]),
          aBattery('REIN', 'Fonction rénale', [
            line('CREA', 'Créatinine', '112', 'µmol/L', {
              ranges: [range('45 à 84', '45', '84'), range('Plus de 60 ans : 50 à 98', '50', '98')],
              interpretations: ['H'],
              method: 'Enzymatique',
              previous: previous(['104', '20251202'], ['97', '20250901'], ['88', '20240604']),
            }),
            line('DFG', 'DFG estimé (CKD-EPI)', '48', 'mL/min/1,73 m²', {
              ranges: [range('supérieur à 60', '60')],
              interpretations: ['L'],
              previous: previous(['53', '20251202'], ['58', '20250901'], ['65', '20240604']),
            }),
          ]),
        ]),
      ),
      aChapter(
        '92895-2',
        'Endocrinologie',
        content([
          aBattery('TSH', 'TSH', [
            line('TSH', 'TSH', '2.450', 'mUI/L', {
              ranges: [
                range('0,270 à 4,200', '0.270', '4.200'),
                range('Grossesse, 1er trimestre : 0,330 à 4,590', '0.330', '4.590'),
              ],
              interpretations: ['N'],
              method: 'Électrochimiluminescence',
              previous: [
                { value: quantity('6.120'), observedAt: at('20251202083000') },
                { value: quantity('8.900'), observedAt: at('20250911081000') },
                { value: quantity('0.005', '<'), observedAt: at('20240604') },
              ],
            }),
          ]),
        ]),
      ),
    ],
    ...overrides,
  });
}

/** A correction whose author is known, a cancellation with its reason in the value's place, one without a reason. */
export function correctedAndCancelled(overrides: Partial<Report> = {}): Report {
  const base = correction({ dossier: '26030200033' });
  return {
    ...base,
    version: {
      ...base.version,
      replaces: { documentOid: '1.2.3.1', number: 1, effectiveTime: at('20260302161200') },
    },
    chapters: [
      aChapter(
        '18719-5',
        'Biochimie',
        content([
          aBattery('IONO', 'Ionogramme', [
            aResult('K', 'Potassium', quantity('4.2'), {
              status: 'corrected',
              unit: 'mmol/L',
              ranges: [range('3,5 à 5,1', '3.5', '5.1')],
              corrects: { value: quantity('6.2'), at: at('20260302161000'), by: BIOLOGIST },
              validator: DIRECTOR,
            }),
            aResult('NA', 'Sodium', quantity('140'), { status: 'corrected', unit: 'mmol/L' }),
            aResult('CL', 'Chlorures', { kind: 'text', text: 'Tube hémolysé' }, { status: 'cancelled' }),
            aResult('CA', 'Calcium', undefined, { status: 'cancelled' }),
            aResult('MG', 'Magnésium', undefined, {
              status: 'cancelled',
              unit: 'mmol/L',
              corrects: { value: quantity('0.85'), at: at('20260302161000') },
              comments: ['Hémolyse'],
            }),
          ]),
        ]),
      ),
    ],
    ...overrides,
  };
}

/** Columns that matter: tabs, wide lines, lines that no type of legible size could hold. */
export function preformattedTexts(overrides: Partial<Report> = {}): Report {
  const table = [
    'Panel\tD  C  E  c  e  K',
    'I  \t+  +  -  -  +  -',
    'II \t+  -  +  +  -  +',
    '',
    `Hauteur${' '.repeat(60)}Largeur${' '.repeat(60)}Fin`,
    '012345678 '.repeat(22),
  ].join('\r\n');
  return aReport({
    dossier: '26030200034',
    chapters: [
      aChapter(
        '18717-9',
        'Immunohématologie',
        content([
          aBattery('RAI', 'Recherche d’agglutinines irrégulières', [
            aResult('RAIT', 'Tableau des hématies tests', { kind: 'text', text: table, preformatted: true }),
          ]),
        ]),
      ),
    ],
    ...overrides,
  });
}

export const KINDS = {
  pictures: electrophoresis,
  marks: accredited,
  followUp,
  correctedAndCancelled,
  preformattedTexts,
  withdrawn: () => {
    const base = correction();
    return aReport({
      ...base,
      version: { ...base.version, cause: 'withdrawal' },
      clinicalInformation: 'Renseignement à taire',
    });
  },
} as const;
