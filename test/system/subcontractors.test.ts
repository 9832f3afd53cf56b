import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCda } from '../../src/cda/document.ts';
import { oidsUnder } from '../../src/report/laboratory.ts';
import { samplePdf } from '../fixtures/pdf.ts';
import { SUBCONTRACTOR } from '../fixtures/people.ts';
import { aReport, REPORTS } from '../fixtures/reports.ts';
import { type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/** Laboratories that work for ours, through the built daemon: their CDA, ORU and PDF become part of our reports. */

const PATIENCE_DAYS = 0.00002;
const CURRENT = { idNat: '1750000029', name: 'LBM de passage' };

let laboratory: Laboratory;
beforeAll(async () => {
  const source = (name: string) => ({
    name,
    folder: `export-${name}`,
    archive: `archive-${name}`,
    quarantine: `quarantine-${name}`,
    completion: { stableMs: 50 },
    rescanMs: 1_000,
  });
  laboratory = await openLaboratory({
    changes: ({ sources }) => {
      sources.push({
        ...source('lilas'),
        subcontractor: {
          laboratory: SUBCONTRACTOR,
          names: ['LILAS'],
          worksFor: ['sgl'],
          fileName: '^CR_(?<order>[0-9A-Z-]+)\\.pdf$',
        },
      });
      sources.push({
        ...source('passage'),
        subcontractedDays: PATIENCE_DAYS,
        subcontractor: {
          laboratory: { ...CURRENT, address: { lines: ['1 rue du Passage'], city: 'PARIS' } },
        },
      });
    },
  });
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

const PATIENT =
  'PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||19790328|F|||28 avenue de Breteuil^^PARIS^^75007^FRA^H~^^^^^^BDL^^51215';
const INS = '279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS';
const BIOLOGIST = '10000000001^MARTIN^Anne^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS';

const message = (...segments: string[]) =>
  Buffer.from(segments.map((segment) => `${segment}\r`).join(''), 'utf8');

/** Our glucose, and an examination awaited of the laboratory of the Lilas: all of one dossier. */
const ours = (dossier: string) =>
  message(
    `MSH|^~\\&|SGL-DEMO|LBM-CANAL|CRBIO|LBM-CANAL|20261116143000||ORU^R01^ORU_R01|O${dossier}|T|2.5.1|||||FRA|UNICODE UTF-8`,
    `PID|1||P${dossier}^^^LBM-CANAL&1.2.250.1.999.1.1.2&ISO^PI~${INS}||${PATIENT}|||||||||||||||||||||VALI`,
    'PV1|1|N',
    `ORC|RE||${dossier}-1|${dossier}`,
    `OBR|1||${dossier}-1|GLYC^Glycémie^L|||202611161005|||||||202611161040||D042^DURAND^Claire^^^DR^^^^^^^EI||||||20261116143000||CH|F`,
    `OBX|1|NM|GLYJ^Glycémie à jeun^L||5.3|mmol/L|3.9 - 5.5|N|||F|||202611161005||${BIOLOGIST}|||20261116143000`,
    `ORC|RE||${dossier}-2|${dossier}`,
    `OBR|2||${dossier}-2|ENVOI^Examen confié^L|||202611161005|||||||202611161040||||||||20261116143000||CH|I`,
    'OBX|1|NM|ENVOI^Examen confié^L||||||||I|||202611161005|||||||||LILAS',
  );

/** Their message, of the order that we gave (OBR-2). */
const theirs = (order: string, value: string, pid = PATIENT) =>
  message(
    `MSH|^~\\&|SIL|LILAS|CRBIO|LBM-CANAL|20261118143000||ORU^R01^ORU_R01|T${order}-${value}|T|2.5.1|||||FRA|UNICODE UTF-8`,
    `PID|1||X99^^^LILAS||${pid}`,
    'PV1|1|U',
    `ORC|RE|${order}|L77`,
    `OBR|1|${order}|L77|ZN^Zinc^L|||202611161005|||||||202611170900||||||||20261118143000||CH|F`,
    `OBX|1|NM|ZN^Zinc^L^5763-8^Zinc^LN||${value}|umol/L|10 - 18|N|||F|||202611161005||10000000077^BERNARD^Sofia^^^DR^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS|||20261118143000`,
  );

/** Their CR-Bio N3 of the fixtures' patient, for an order of ours. */
const cda = (order: string) => {
  const { chapters } = REPORTS.lipidAndGlucose();
  const report = aReport({ chapters, prescriptionNumber: order });
  const { director } = report.laboratory;
  const oids = oidsUnder('1.2.250.1.998');
  const own = { ...report.laboratory, ...SUBCONTRACTOR, director, oids };
  return buildCda({ report: { ...report, laboratory: own }, pdf: samplePdf('copie') });
};

const documents = async (dossier: string) => {
  const { reportId, version } = await laboratory.report(dossier);
  const made = await laboratory.store().documents({ reportId, version });
  const file = join(laboratory.folder, `${dossier}.pdf`);
  writeFileSync(file, made?.pdf ?? new Uint8Array());
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  return { cda: Buffer.from(made?.cda ?? []).toString('utf8'), pdf: text.replace(/\u00a0/g, ' ') };
};
const situation = async (dossier: string) => {
  const { version, completeness, state } = await laboratory.report(dossier);
  return `v${version} ${completeness} ${state}`;
};
const refusals = async () =>
  (await laboratory.store().quarantine({})).map(({ origin, fault }) => `${origin} ${fault.code}`);

describe('a subcontracted examination', { timeout: SYSTEM_TIMEOUT_MS }, () => {
  it('is awaited of a laboratory that the partial report names, and completed by its CDA', async () => {
    laboratory.drop('ours.hl7', ours('26-1'));
    await laboratory.settled();
    expect(await situation('26-1')).toBe('v1 partial planned');
    const before = await documents('26-1');
    expect(before.cda).toContain('Laboratoire spécialisé des Lilas, 19 allée des Lilas');
    expect(before.pdf).toContain('Laboratoire spécialisé des Lilas');

    laboratory.drop('theirs.xml', cda('26-1-2'), 'lilas');
    await laboratory.settled();
    expect(await situation('26-1')).toBe('v2 complete planned');
    const after = await documents('26-1');
    expect(after.cda).toMatch(/réalisé par[^.]{0,60}Laboratoire spécialisé des Lilas, 19 allée des Lilas/i);
    expect(after.cda).toMatch(/typeCode="AUTHEN"[\s\S]{0,900}LEROY/);
    expect(after.pdf).toMatch(/Cholest[ée]rol/);
    expect(after.pdf).toContain('Paul LEROY');
    // Who signs is ours.
    expect(after.cda).not.toMatch(/<legalAuthenticator>[\s\S]*LEROY[\s\S]*<\/legalAuthenticator>/);
    expect(after.cda).toMatch(/<serviceEvent>[\s\S]*completed/);
    expect(laboratory.files('archive-lilas')).toHaveLength(1);
  });

  it('is completed by their message, a second version of which replaces the first', async () => {
    laboratory.drop('ours-2.hl7', ours('26-2'));
    await laboratory.settled();
    laboratory.drop('theirs-2.hl7', theirs('26-2', '12.1'), 'lilas');
    await laboratory.settled();
    expect(await situation('26-2')).toBe('v2 complete planned');
    expect((await documents('26-2')).cda).toContain('code="5763-8"');
    laboratory.drop('theirs-2b.hl7', theirs('26-2', '11.2'), 'lilas');
    await laboratory.settled();
    expect(await situation('26-2')).toBe('v3 complete planned');
    expect((await documents('26-2')).pdf).toMatch(/12[.,]1/);
    laboratory.drop('theirs-2c.hl7', theirs('26-2', '11.2'), 'lilas');
    await laboratory.settled();
    expect(await situation('26-2')).toBe('v3 complete planned');
    expect(await refusals()).toEqual([]);
  });

  it('whose PDF comes before our message, and a kill, waits for it: its pages follow ours', async () => {
    laboratory.drop('CR_26-3.pdf', samplePdf('PAT-TROIS Dominique 28/03/1979 Zinc 12'), 'lilas');
    await laboratory.settled();
    await laboratory.stop();
    const order = join(laboratory.folder, 'stop-order');
    writeFileSync(order, 'interpret:before-commit');
    await laboratory.start({ CRBIO_STOP_ORDER: order });
    laboratory.drop('ours-3.hl7', ours('26-3'));
    await laboratory.death();
    await laboratory.start();
    await laboratory.settled();
    expect(await situation('26-3')).toBe('v1 complete planned');
    const { cda: made, pdf } = await documents('26-3');
    expect(made).toContain('101792-0');
    expect(pdf).toContain('Voir le document joint');
    expect(pdf).toContain('Zinc 12');
  });

  it('of another patient is set aside, whatever its form, and nothing of it is shown', async () => {
    laboratory.drop('ours-4.hl7', ours('26-4'));
    await laboratory.settled();
    laboratory.drop('wrong.hl7', theirs('26-4', '7', PATIENT.replace('19790328', '19790329')), 'lilas');
    laboratory.drop('CR_26-4.pdf', samplePdf('DUPONT Jean 01/01/1950'), 'lilas');
    await laboratory.settled();
    expect((await refusals()).sort()).toEqual([
      'CR_26-4.pdf SUBCONTRACTED_OTHER_PATIENT',
      'wrong.hl7 SUBCONTRACTED_OTHER_PATIENT',
    ]);
    expect(await situation('26-4')).toBe('v1 partial planned');
    expect(laboratory.files('quarantine-lilas').filter((name) => name.includes('reason'))).toHaveLength(2);
  });

  it('of which there is but a scan is joined once a biologist has looked at it, by name', async () => {
    laboratory.drop('ours-6.hl7', ours('26-6'));
    await laboratory.settled();
    laboratory.drop('CR_26-6.pdf', samplePdf(''), 'lilas');
    await laboratory.settled();
    const [row] = (await laboratory.store().quarantine({})).filter(({ origin }) => origin === 'CR_26-6.pdf');
    const { reportId } = await laboratory.report('26-6');
    expect(row).toMatchObject({ fault: { code: 'SUBCONTRACTED_SCAN' }, reportId });
    expect(await situation('26-6')).toBe('v1 partial planned');

    const accept = (report: string) => {
      const act = ['--report', report, '--by', 'Dr Martin', '--reason', 'identité lue sur le document'];
      return laboratory.crbio('quarantine', 'accept', String(row?.quarantineId), ...act);
    };
    expect(await accept('sgl-0123456789abcdef')).toMatchObject({
      code: 1,
      err: expect.stringContaining('ACCEPT_OTHER_REPORT'),
    });
    expect(await accept(reportId)).toMatchObject({ code: 0, out: expect.stringContaining(reportId) });
    await laboratory.until('the scan is joined', async () => (await situation('26-6')).startsWith('v2'));
    await laboratory.settled();
    expect(await situation('26-6')).toBe('v2 complete planned');
    const { cda: made, pdf } = await documents('26-6');
    expect(made).toContain('101792-0');
    expect(pdf).toContain('Voir le document joint');
    const entries = await laboratory.store().journal({ reportId });
    expect(entries.find(({ action }) => action === 'scan-accepted')).toMatchObject({ actor: 'Dr Martin' });
  });

  it('with an INS of theirs leaves ours as it is', async () => {
    const unknown = message(
      ...ours('26-5')
        .toString('utf8')
        .split('\r')
        .filter(Boolean)
        .map((segment) => segment.replace(`~${INS}`, '')),
    );
    laboratory.drop('ours-5.hl7', unknown);
    await laboratory.settled();
    const foreign = theirs('26-5', '13').toString('utf8').replace('X99^^^LILAS', `X99^^^LILAS~${INS}`);
    laboratory.drop('theirs-5.hl7', foreign, 'lilas');
    await laboratory.settled();
    expect(await situation('26-5')).toBe('v2 complete planned');
    const made = await documents('26-5');
    expect(made.cda).not.toContain('279035121518989');
    expect(made.pdf.replace(/ /g, '')).not.toContain('279035121518989');
  });

  it('whose order never comes is told of', async () => {
    laboratory.drop('lost.hl7', theirs('26-NEVER', '1'), 'passage');
    await laboratory.until('a person is told', () =>
      laboratory.log().includes('sous-traitance-sans-dossier'),
    );
    expect(laboratory.log()).toContain('"event":"waiting-for-report"');
  });
});
