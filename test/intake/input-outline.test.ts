import { expect, it } from 'vitest';
import { outlineOfInput } from '../../src/intake/input-outline.ts';
import { obx, oru } from '../fixtures/hl7/messages.ts';
import { samplePdf } from '../fixtures/pdf.ts';

const outline = (bytes: Uint8Array | string) =>
  outlineOfInput(Buffer.from(bytes as string, 'latin1').toString('latin1'));

it('tells a message by its header and its segments, and nothing of the patient', () => {
  const told = outline(Buffer.from(oru(obx('NM', 'GLU', '5.3'))));
  expect(told.format).toBe('message HL7 v2');
  expect(JSON.stringify(told)).toContain('ORU^R01');
  expect(JSON.stringify(told)).toContain('1 PID');
  expect(JSON.stringify(told)).not.toMatch(/PAT-TROIS|279035121518989|Breteuil|5\.3/);
});

it.each([
  ['H|~^\\&|F||LBM~LBM||ORU|||X||T|H2.4~C|20261116\rP|1|LC1\rL|1\r', 'message HPRIM Santé'],
  ['<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3">', 'document CDA (XML)'],
  ['PK\x03\x04x', 'archive ZIP'],
  ['MZ\x90\0', 'programme Windows'],
  ['\xff\xfeM\0S\0H\0', 'texte UTF-16'],
  ['\0\x01\x02\x03', 'contenu binaire de format inconnu'],
  ['bonjour', 'texte de format inconnu'],
  ['', 'texte de format inconnu'],
])('%j is %s', (text, format) => expect(outline(text).format).toBe(format));

it('remarks what a PDF would do if it were opened', () => {
  expect(outline(samplePdf('x')).facts.map(({ label }) => label)).toEqual(['version', 'fin']);
  expect(outline('%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(x)>>>>').facts).toContainEqual({
    label: 'remarques',
    value: 'contient du JavaScript',
  });
});
