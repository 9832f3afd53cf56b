import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkDocument } from '../../src/cda/conformance/check.ts';
import { selfPresenting } from '../../src/cda/self-presenting.ts';
import type { Stylesheet } from '../../src/cda/stylesheet.ts';
import { loadStylesheet } from '../../src/cda/stylesheet.ts';
import { qualify } from '../../src/report/identity.ts';
import { statedPatient } from '../fixtures/people.ts';
import {
  aReport,
  correction,
  partial,
  REPORTS,
  severalChapters,
  subcontractedPdf,
  unqualifiedIdentity,
} from '../fixtures/reports.ts';
import { cdaOf } from './xml-probe.ts';

const FOLDER = join(import.meta.dirname, '../../stylesheets');

function ours(): Stylesheet {
  const stylesheet = loadStylesheet(readFileSync(join(FOLDER, 'report.xsl'), 'utf8'), FOLDER);
  if ('cause' in stylesheet) throw new Error(stylesheet.cause);
  return stylesheet;
}

const scratch = mkdtempSync(join(tmpdir(), 'crbio-xslt-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The page that the file makes of itself. */
function page(report: ReturnType<typeof aReport>): string {
  const file = join(scratch, 'document.xml');
  writeFileSync(file, selfPresenting(cdaOf(report), ours()));
  return execFileSync('xsltproc', ['--nonet', file, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const visible = (html: string): string =>
  html
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/\s+/g, ' ');

/** What a browser shows with XSLT, and what stands there for one that runs none. */
function bothViews(report: ReturnType<typeof aReport>): string[] {
  const file = Buffer.from(selfPresenting(cdaOf(report), ours())).toString('utf8');
  const without = file.slice(file.indexOf('</data:Contenu>'), file.indexOf('<xsl:output'));
  return [visible(page(report)), visible(without)];
}

describe('the file that shows itself', () => {
  test('holds the document unchanged and is checked like it', () => {
    const cda = Buffer.from(cdaOf(severalChapters()));
    const whole = Buffer.from(selfPresenting(cda, ours()));
    expect(whole.indexOf(cda.subarray(cda.indexOf('<ClinicalDocument')))).toBeGreaterThan(0);
    expect(checkDocument(whole)).toEqual([]);
    expect(whole.toString('utf8')).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<\?xml-stylesheet type="text\/xsl" href="#"\?>\n<xsl:stylesheet /,
    );
  });

  test.each([
    ['+33100000001', '01 00 00 00 01'],
    ['01.00.00.00.01', '01 00 00 00 01'],
    ['+262 262 00 00 01', '02 62 00 00 01'],
    ['+3222000001', '+3222000001'],
  ])('writes the telephone %s as France does, with XSLT and without', (phone, printed) => {
    const base = aReport();
    const report = aReport({ laboratory: { ...base.laboratory, phone } });
    for (const view of bothViews(report)) expect(view).toContain(` ${printed} `);
  });

  test.each([
    ['DOMPREMY', '51215', 'DOMPREMY (51215)'],
    [undefined, '59350', 'code INSEE 59350'],
    ['BRUXELLES', undefined, 'BRUXELLES'],
  ])('writes the place of birth %s, %s as %s, with XSLT and without', (name, code, printed) => {
    const { birthPlaceName: _name, birthPlaceCode: _code, ...traits } = statedPatient().traits;
    const place = {
      ...(name === undefined ? {} : { birthPlaceName: name }),
      ...(code === undefined ? {} : { birthPlaceCode: code }),
    };
    const patient = qualify(statedPatient({ traits: { ...traits, ...place } }));
    for (const view of bothViews(aReport({ patient })))
      expect(view).toContain(` 28/03/1979 Lieu de naissance ${printed} Sexe `);
  });

  test('shows the whole header', () => {
    const text = visible(page(correction()));
    for (const said of [
      'PAT-TROIS',
      'DOMINIQUE MARIE-LOUISE',
      '28/03/1979',
      '51215',
      'Féminin',
      '279035121518989',
      'Dr Claire DURAND',
      '27/02/2026',
      'Dr Hugo PETIT',
      'Laboratoire de démonstration du Canal',
      '12 quai de Démonstration',
      'Dr Anne MARTIN',
      '03/03/2026 à 09:45',
      'version 2',
      'Annule et remplace la version 1',
      correction().version.replaces?.documentOid ?? '-',
      '02/03/2026 à 08:15',
      '26030200016',
    ]) {
      expect(text, said).toContain(said);
    }
  });

  test.each(Object.keys(REPORTS) as (keyof typeof REPORTS)[])('shows every narrative block of %s', (name) => {
    const report = REPORTS[name]();
    const text = visible(page(report)).replace(/\s/g, '');
    const cda = Buffer.from(cdaOf(report)).toString('utf8');
    for (const [, block = ''] of cda.matchAll(
      /<(?:td|th|caption|paragraph|item)[^>]*>([\s\S]*?)<\/(?:td|th|caption|paragraph|item)>/g,
    )) {
      const said = visible(block.replace(/<br\/>/g, ' ')).replace(/\s/g, '');
      expect(text).toContain(said);
    }
  });

  test('says that results are partial', () => {
    expect(visible(page(partial()))).toContain('Résultats partiels');
  });

  test('shows no INS where there is none', () => {
    expect(visible(page(unqualifiedIdentity()))).not.toContain('Matricule INS');
  });

  test('hands over the PDFs that it holds', () => {
    expect(page(subcontractedPdf()).match(/href="data:application\/pdf;base64,JVBERi/g)).toHaveLength(2);
  });

  test('never runs what the document says', () => {
    const html = page(aReport({ comments: ['<script>alert(1)</script>', '" onload="x'] }));
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });
});
