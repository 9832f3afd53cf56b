import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, DEMO } from './built.ts';

/**
 * A laboratory's mix: chemistry, blood counts, hormones with a previous value; the PDF is our own, without subcontractors'
 * pages. Each of them goes to three destinations: DMP, prescriber, patient.
 */
const MIX = ['01', '02', '03', '13'];
const FILES: Readonly<Record<string, string>> = {
  '01': '01-bilan-lipidique-glycemie.hl7',
  '02': '02-hemogramme.hl7',
  '03': '03-tsh-avec-anteriorite.hl7',
  '05': '05-examen-sous-traite.hl7',
  '13': '13-code-non-transcode.hl7',
};
export const DESTINATIONS = 3;

/** The bytes of a demo input, one character a byte: whatever its character set. */
export function demoInput(file: string): string {
  return readFileSync(join(DEMO, 'inputs', file), 'latin1');
}

/** The n-th report: a demo input under a dossier number and a message number of its own, same test patients. */
export function reportFile(n: number): { name: string; bytes: Buffer } {
  const kind = MIX[n % MIX.length] ?? '01';
  const number = String(n).padStart(6, '0');
  const bytes = demoInput(FILES[kind] ?? '')
    .replaceAll(/26-1100\d\d/g, `27-${number}`)
    .replace(/\|DEMO\d+\|/, `|B${number}|`);
  return { name: `r-${number}.hl7`, bytes: Buffer.from(bytes, 'latin1') };
}

const MESSAGE =
  'MSH|^~\\&|SGL|LBM-CANAL^750000001^FINEG|CRBIO|LBM-CANAL|20261116143000||ORU^R01^ORU_R01|BENCH1|T|2.5.1|||||FRA|UNICODE UTF-8';
const SIGNATORY = '10000000001^MARTIN^Anne^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS';
const RESULTS_PER_EXAM = 12;

/** A message of `count` different numeric results, of the codes that the sample catalogue has, in exams of twelve. */
export function messageOf(count: number): Buffer {
  const codes = readFileSync(CATALOGUE, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split(';'))
    .filter(([code, , , type, unit], index, rows) => {
      const isFirst = rows.findIndex(([other]) => other === code) === index;
      return isFirst && type === 'NM' && unit;
    })
    .slice(0, count);
  if (codes.length < count) throw new Error(`the sample catalogue has ${codes.length} numeric codes`);
  const patient = demoInput(FILES['03'] ?? '')
    .split(/[\r\n]+/)
    .find((line) => line.startsWith('PID'));
  const lines = [MESSAGE, patient ?? '', 'PV1|1|N'];
  codes.forEach(([code = '', label = '', , , unit = ''], index) => {
    if (index % RESULTS_PER_EXAM === 0) {
      const exam = index / RESULTS_PER_EXAM + 1;
      lines.push(
        `ORC|RE|ORD28-000001|28-000001-${exam}|28-000001`,
        `OBR|${exam}|ORD28-000001|28-000001-${exam}|EX${exam}^Bilan ${exam}^L|||202611161005|||||||202611161040||D042^DURAND^Claire^^^DR^^^^^^^EI||||||20261116143000||CH|F`,
      );
    }
    lines.push(
      `OBX|${(index % RESULTS_PER_EXAM) + 1}|NM|${code}^${label}^L||${(5 + index / 10).toFixed(1)}|${unit}|3.9 - 9.5|N|||F|||202611161005||${SIGNATORY}|||20261116143000`,
    );
  });
  return Buffer.from(`${lines.join('\r')}\r`, 'utf8');
}
