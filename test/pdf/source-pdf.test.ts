import { describe, expect, it, vi } from 'vitest';
import { appendPdfs } from '../../src/pdf/append.ts';
import { checkPdf } from '../../src/pdf/pdf-check.ts';
import { makeReportPdf } from '../../src/pdf/report-pdf.ts';
import { acceptSourcePdf } from '../../src/pdf/source-pdf.ts';
import type { Attachment } from '../../src/report/dossier.ts';
import { qualify } from '../../src/report/identity.ts';
import type { Report } from '../../src/report/report.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { at, statedPatient } from '../fixtures/people.ts';
import { aReport, correction, subcontractedPdf, unqualifiedIdentity } from '../fixtures/reports.ts';
import { hasPreflight, loadAssets, pageCount, pdfinfo, preflight, qpdf, renderPdf, textOf } from './tools.ts';

vi.setConfig({ testTimeout: 60_000 });

const assets = loadAssets();

const sourcePdf = (bytes: Uint8Array): Attachment => ({
  id: 'SGL',
  title: 'Compte rendu du SGL',
  mediaType: 'application/pdf',
  base64: Buffer.from(bytes).toString('base64'),
});

/** What is said of a PDF that holds this line: `accepted`, or the fault's code. */
async function verdict(line: string, report: Report = aReport()): Promise<string> {
  const result = await acceptSourcePdf(report, sourcePdf(samplePdf(line)));
  return 'code' in result ? result.code : 'accepted';
}

const patient = (traits: Partial<ReturnType<typeof statedPatient>['traits']>) =>
  qualify(statedPatient({ traits: { ...statedPatient().traits, ...traits } }));

describe('the SGL’s own PDF', () => {
  const line = 'PAT-TROIS Dominique, 28/03/1979, dossier 26030200001, 4,89 mmol/L';

  it('is taken instead of our pages, as PDF/A-1b', async () => {
    const report = aReport({ sourcePdf: sourcePdf(samplePdf(line)) });
    const made = await makeReportPdf(report, assets);
    if ('code' in made) throw new Error(made.cause);
    expect(textOf(made.pdf)).toContain(line);
    expect(pdfinfo(made.pdf)).toMatch(
      /Title: +Compte rendu d’examens de biologie médicale, dossier 26030200001/,
    );
    const again = await makeReportPdf(report, assets);
    expect('pdf' in again && Buffer.compare(again.pdf, made.pdf)).toBe(0);
    expect(pageCount(made.pdf)).toBe(1);
    expect(checkPdf(made.pdf).problems).toEqual([]);
    if (hasPreflight) expect(preflight({ 'source.pdf': made.pdf })).toEqual({ 'source.pdf': 'valid' });
  });

  it('is not touched when it is PDF/A-1 already', async () => {
    const bytes = renderPdf(aReport(), assets);
    const made = await makeReportPdf(aReport({ sourcePdf: sourcePdf(bytes) }), assets);
    expect('pdf' in made && Buffer.compare(made.pdf, bytes)).toBe(0);
  });

  it('is followed by subcontractors’ pages', async () => {
    const report = subcontractedPdf();
    const bytes = renderPdf({ ...report, attachments: [] }, assets);
    const made = await makeReportPdf({ ...report, sourcePdf: sourcePdf(bytes) }, assets);
    if ('code' in made) throw new Error(made.cause);
    expect(textOf(made.pdf, 1)).toBe(textOf(bytes, 1));
    expect(textOf(made.pdf, 2)).toContain('vitamine B6');
  });

  it('does not stand for a withdrawal, of which it says nothing', async () => {
    const base = correction();
    const report = { ...base, version: { ...base.version, cause: 'withdrawal' as const } };
    const made = await makeReportPdf({ ...report, sourcePdf: sourcePdf(samplePdf(line)) }, assets);
    if ('code' in made) throw new Error(made.cause);
    expect(textOf(made.pdf)).toContain('COMPTE RENDU ANNULÉ');
    expect(textOf(made.pdf)).not.toContain('4,89');
  });
});

describe('the patient and the request that it must name', () => {
  it.each([
    ['the name in two words', 'PAT TROIS 28/03/1979 26030200001'],
    ['an ISO date', 'PAT-TROIS 1979-03-28 26030200001'],
    ['dots, a number in groups', 'PAT-TROIS 28.03.1979 26 0302 00001'],
    ['the month in words', 'PAT-TROIS, nee le 28 mars 1979, 26030200001'],
  ])('in any usual form: %s', async (_form, line) => {
    expect(await verdict(line)).toBe('accepted');
  });

  it('an accented name, the first of a month', async () => {
    const report = aReport({
      patient: patient({ birthName: 'D’HÉRŒUVILLE', birthDate: at('19790301') }),
    });
    expect(await verdict("D'HEROEUVILLE 1er mars 1979 26030200001", report)).toBe('accepted');
  });

  it.each([
    ['another name', 'PAT-QUATRE 28/03/1979 26030200001'],
    ['another date', 'PAT-TROIS 29/03/1979 26030200001'],
    ['another number', 'PAT-TROIS 28/03/1979 26030200002'],
    ['a longer number', 'PAT-TROIS 28/03/1979 260302000012'],
    ['no text at all', ''],
  ])('and is refused otherwise: %s', async (_what, line) => {
    expect(await verdict(line)).toBe('PDF_SOURCE_OTHER');
  });

  it('as whole words: a short name is not found inside another', async () => {
    const report = aReport({ patient: patient({ birthName: 'LE' }) });
    expect(await verdict('LEUCOCYTES 28/03/1979 26030200001', report)).toBe('PDF_SOURCE_OTHER');
    expect(await verdict('Mme LE 28/03/1979 26030200001', report)).toBe('accepted');
  });

  it('on each page', async () => {
    const own = renderPdf(aReport(), assets);
    const bytes = renderPdf(
      aReport({ dossier: '26030299999', patient: patient({ birthName: 'AUTRE', usedName: 'AUTRE' }) }),
      assets,
    );
    const joined = await appendPdfs(own, [{ attachmentId: 'other', pages: 1, bytes }]);
    if ('code' in joined) throw new Error(joined.cause);
    expect(await acceptSourcePdf(aReport(), sourcePdf(joined))).toMatchObject({
      code: 'PDF_SOURCE_PAGE_OTHER',
      position: 'page 2',
    });
  });

  it('without a matricule INS when the identity is not qualified', async () => {
    const line = 'PAT-TROIS 28/03/1979 26030200018';
    expect(await verdict(line, unqualifiedIdentity())).toBe('accepted');
    expect(await verdict(`${line} INS 2 79 03 51 215 189 89`, unqualifiedIdentity())).toBe('PDF_SOURCE_INS');
    expect(await verdict(`${line} 279035121518990`, unqualifiedIdentity())).toBe('accepted');
    expect(await verdict('PAT-TROIS 28/03/1979 26030200001 279035121518989')).toBe('accepted');
  });
});

it('an SGL’s PDF that is protected or cut waits for a person, as a subcontractor’s does', async () => {
  const whole = samplePdf('PAT-TROIS 28/03/1979 26030200001');
  const locked = qpdf(whole, '--encrypt', '', 'owner', '256', '--');
  expect(await acceptSourcePdf(aReport(), sourcePdf(locked))).toMatchObject({
    code: 'PDF_ATTACHMENT_ENCRYPTED',
  });
  const cut = whole.slice(0, whole.length - 250);
  expect(await acceptSourcePdf(aReport(), sourcePdf(cut))).toMatchObject({ code: 'PDF_ATTACHMENT_DAMAGED' });
});
