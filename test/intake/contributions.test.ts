import { expect, it } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import { interpret } from '../../src/intake/interpret.ts';
import { profile } from '../fixtures/hl7/messages.ts';
import { H, hprim, OBR, obx, P } from '../fixtures/hprim.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { SUBCONTRACTOR } from '../fixtures/people.ts';
import { REPORTS } from '../fixtures/reports.ts';

/** What a source that is another laboratory sends, read as parts of our reports. */

const SOURCE = profile({
  name: 'lilas',
  dossierNumber: ['OBR-2'],
  ownFacilities: ['LILAS'],
  subcontractor: {
    laboratory: SUBCONTRACTOR,
    names: ['LILAS'],
    clients: [],
    codePrefix: 'lilas:',
    fileName: /^CR_(?<order>\d+)\.pdf$/iu,
  },
});

it('HPRIM of liaison L gives our number in OBR.2, and states no identity', () => {
  const liaison = H.replace('H2.5~C', 'H2.5~L');
  const bytes = hprim(liaison, P, OBR, obx('NM', 'ZN~Zinc~L', '12', { 6: 'µmol/L' }), 'L|1');
  expect(interpret(bytes, SOURCE)).toMatchObject([
    {
      kind: 'contribution',
      contribution: { orders: ['PRESC1'], patient: { kind: 'stated', sex: 'F', birthDate: '19790328' } },
    },
  ]);
});

it('a CDA in an ED row belongs to the order of its message and to its own', () => {
  const cda = Buffer.from(buildCda({ report: REPORTS.lipidAndGlucose(), pdf: samplePdf('x') }));
  const segments = [
    'MSH|^~\\&|SIL|LILAS|||20261118143000||ORU^R01|1|P|2.5',
    'PID|1||X1||PAT-TROIS^DOMINIQUE||19790328|F',
    'OBR|1|E2|L7|CR^Compte rendu^L|||202611161005',
    `OBX|1|ED|CR^Compte rendu^L||^TEXT^XML^Base64^${cda.toString('base64')}||||||F`,
  ];
  const [part] = interpret(Buffer.from(segments.map((one) => `${one}\r`).join('')), SOURCE);
  expect(part).toMatchObject({
    kind: 'contribution',
    contribution: { orders: ['E2', 'ORD-7781'], processing: 'P' },
  });
});

it('a PDF alone is one under a name that gives our number only', () => {
  const named = (origin: string) => interpret(samplePdf('x'), SOURCE, undefined, { origin, printed: 'x' })[0];
  expect(named('CR_77.pdf')).toMatchObject({ contribution: { orders: ['77'], patient: { text: 'x' } } });
  expect(named('autre.pdf')).toMatchObject({ kind: 'rejected', fault: { code: 'INPUT_FOREIGN' } });
});
