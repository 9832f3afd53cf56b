import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Output } from '../../src/commands/output.ts';
import { render } from '../../src/commands/render.ts';
import { hprim, OBR, obx, P } from '../fixtures/hprim.ts';
import { samplePdf } from '../fixtures/pdf.ts';

/** Rendering a report takes some seconds on a busy machine. */
const PATIENCE_MS = 120_000;

let folder: string;
let out: string[];
let err: string[];
let output: Output;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'render-'));
  mkdirSync(join(folder, 'in'));
  [out, err] = [[], []];
  output = { out: (line) => out.push(line), err: (line) => err.push(line) };
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, 'in', name), bytes);
const H = 'H|~^\\&|ESSAI.HPR||LBM~LBM DU CANAL||ORU|||CLINIQUE||T|H2.5~C|202611161430';
const citing = (name: string) =>
  hprim(
    H,
    P,
    OBR,
    obx('NM', 'GLU~Glycémie~L', '5.3'),
    obx('FIC', 'SOUS~Sous-traité~L', `SGL~${name}~PDF`),
    'L|1',
  );
const run = (...inputs: string[]) => render(output, { out: join(folder, 'out') }, inputs);

describe('crbio render', { timeout: PATIENCE_MS }, () => {
  it('takes the catalogue named by an absolute path, and refuses one that is not there', async () => {
    put('m.hpr', hprim(H, P, OBR, obx('NM', 'GLU~Glycémie~L', '5.3'), 'L|1'));
    const by = (catalogue: string) =>
      render(output, { out: join(folder, 'out'), catalogue }, [join(folder, 'in')]);
    expect(await by(resolve('loinc/catalogue.csv'))).toBe(0);
    expect(err).toEqual([]);
    expect(await by(join(folder, 'absent.csv'))).toBe(2);
  });

  it('adds nothing to the dossier, or under the number, of another patient', async () => {
    const other = P.replace('PAT-TROIS', 'AUTRE')
      .replace('19790328', '19500101')
      .replace(/\d{15}~INS/, '~');
    expect(other.split('|')[2]).toBe(P.split('|')[2]);
    put('1.hpr', hprim(H, P, OBR, obx('NM', 'GLU~Glycémie~L', '5.3'), 'L|1'));
    put('2.hpr', hprim(H, other, OBR, obx('NM', 'NA~Sodium~L', '139'), 'L|1'));
    expect(await run(join(folder, 'in'))).toBe(1);
    expect(out).toHaveLength(1);
    expect(err.join('\n')).toContain('DOSSIER_OTHER_PATIENT');
  });

  it('takes a document from beside the message that names it, and does not read it as a message', async () => {
    put('a.pdf', samplePdf('Resultat du sous-traitant'));
    put('m.hpr', citing('A.pdf'));
    expect(await run(join(folder, 'in'))).toBe(0);
    expect(err).toEqual([]);
    expect(out).toHaveLength(1);
    const [pdf = ''] = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.pdf'));
    const text = execFileSync('pdftotext', [join(folder, 'out', pdf), '-'], { encoding: 'utf8' });
    expect(text).toContain('Resultat du sous-traitant');
    const plan = readdirSync(join(folder, 'out')).find((name) => name.endsWith('.plan.json')) ?? '';
    expect(JSON.parse(readFileSync(join(folder, 'out', plan), 'utf8'))).toMatchObject({
      identity: 'qualified',
    });
  });

  it('refuses what is missing, elsewhere, or behind a link, and a document that nobody names', async () => {
    writeFileSync(join(folder, 'secret.pdf'), samplePdf('secret'));
    symlinkSync(join(folder, 'secret.pdf'), join(folder, 'in', 'lien.pdf'));
    put('m1.hpr', citing('absent.pdf'));
    put('m2.hpr', citing('../secret.pdf'));
    put('m3.hpr', citing('lien.pdf'));
    put('seul.pdf', samplePdf('seul'));
    expect(await run(join(folder, 'in'))).toBe(1);
    expect(out).toEqual([]);
    const codes = err.join('\n').match(/\[[A-Z_]+\]/g);
    expect(codes).toEqual([
      '[SIDE_FILE_MISSING]',
      '[SIDE_FILE_PATH]',
      '[SIDE_FILE_MISSING]',
      '[INPUT_FOREIGN]',
    ]);
  });
});
