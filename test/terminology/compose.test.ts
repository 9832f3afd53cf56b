import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dossier, Exam } from '../../src/report/dossier.ts';
import { documentOid, identifyReport } from '../../src/report/identifiers.ts';
import type { Battery, Content, Report } from '../../src/report/report.ts';
import { composeReport } from '../../src/terminology/compose.ts';
import { allResults } from '../../src/terminology/validators.ts';
import { aSpecimen, quantity, range, text } from '../fixtures/build.ts';
import { at, BIOLOGIST, DIRECTOR, LABORATORY, QUALIFIED_PATIENT, SUBCONTRACTOR } from '../fixtures/people.ts';
import { aDossier, anExam, anIsolate, sent } from '../fixtures/terminology/dossier.ts';
import { shippedCatalogue } from '../fixtures/terminology/loinc.ts';

const catalogue = shippedCatalogue();
const { reportId, setOid } = identifyReport('demo', '26030200001', LABORATORY.oids.documents);

function compose(dossier: Dossier) {
  return composeReport(dossier, {
    catalogue,
    laboratory: LABORATORY,
    patient: QUALIFIED_PATIENT,
    flags: { destDmp: true },
    version: {
      reportId,
      number: 1,
      setOid,
      documentOid: documentOid(setOid, 1),
      completeness: dossier.completeness,
      cause: 'first',
      effectiveTime: dossier.issuedAt,
    },
  });
}
const reportOf = (...exams: Exam[]) => compose(aDossier(exams)).report;

const contentsOf = (report: Report): Content[] =>
  report.chapters.flatMap(({ body }) =>
    body.kind === 'leaf' ? [body.content] : body.subChapters.map((subChapter) => subChapter.content),
  );
const batteriesOf = (report: Report): Battery[] => contentsOf(report).flatMap((content) => content.batteries);

/** `18719-5[IONO: NA K]`: chapters, sub-chapters in parentheses, batteries and results, in order. */
function outline(report: Report): string[] {
  const inside = (content: Content) =>
    content.batteries
      .map(
        ({ local, results }) => `[${[`${local.code}:`, ...results.map((one) => one.local.code)].join(' ')}]`,
      )
      .join('');
  return report.chapters.map(({ code, body }) =>
    body.kind === 'leaf'
      ? `${code.code}${inside(body.content)}`
      : `${code.code}${body.subChapters.map((sub) => `(${sub.code.code}${inside(sub.content)})`).join('')}`,
  );
}

describe('the place of results', () => {
  it('tells rows of one analysis apart by the time of their sampling', () => {
    const [early, late] = ['20260302100500', '20260302130500'].map((time) =>
      anExam('NA', [sent('NA', quantity('140'), 'mmol/L', { observedAt: at(time), comments: ['Contrôlé'] })]),
    );
    const rows = batteriesOf(reportOf(...[early, late].flatMap((exam) => exam ?? []))).flatMap(
      ({ results }) => results.map(({ comments }) => comments),
    );
    expect(rows).toEqual([
      ['Prélevé le 02/03/2026 à 10:05', 'Contrôlé'],
      ['Prélevé le 02/03/2026 à 13:05', 'Contrôlé'],
    ]);
  });

  it('is the chapter and battery of the catalogue, across exams, in the order of the source', () => {
    const report = reportOf(
      anExam('NA', [sent('NA', quantity('140'), 'mmol/L')]),
      anExam('TSH', [sent('TSH', quantity('2.1'), 'mUI/L')]),
      anExam('K', [sent('K', quantity('4.0'), 'mmol/L')]),
      anExam('CRP', [sent('CRP', quantity('3'), 'mg/L')]),
    );
    expect(outline(report)).toEqual(['18719-5[IONO: NA K][CRP: CRP]', '92895-2[THYR: TSH]']);
  });

  it('orders chapters by the table, whatever the order of the source', () => {
    const report = reportOf(
      anExam('UR', [sent('PROTU', quantity('0.1'), 'g/L')]),
      anExam('BIO', [sent('CRP', quantity('3'), 'mg/L')]),
      anExam('HEM', [sent('VS1', quantity('10'), 'mm')]),
    );
    expect(report.chapters.map((chapter) => chapter.title)).toEqual([
      'Hématologie',
      'Biochimie',
      'Examens urinaires - cristallurie',
    ]);
  });

  it('is a leaf when the sub-chapter repeats the chapter, a parent as soon as there is another', () => {
    expect(outline(reportOf(anExam('C', [sent('CRP', quantity('3'), 'mg/L')])))).toEqual(['18719-5[C: CRP]']);
    const both = reportOf(
      anExam('EPP', [sent('ALBE', quantity('42'), 'g/L')]),
      anExam('C', [sent('CRP', quantity('3'), 'mg/L')]),
    );
    expect(outline(both)).toEqual(['18719-5(18719-5[C: CRP])(14340-4[EPP: ALBE])']);
    expect(outline(reportOf(anExam('NFS', [sent('GB', quantity('6.1'), 'G/L')])))).toEqual([
      '18723-7(18768-2[NFS: GB])',
    ]);
  });

  it('keeps an unknown result with the one before it in its exam', () => {
    const report = reportOf(
      anExam('NFS', [
        sent('GB', quantity('6.1'), 'G/L'),
        sent('XX', quantity('1')),
        sent('HB', quantity('13'), 'g/dL'),
      ]),
    );
    expect(outline(report)).toEqual(['18723-7(18768-2[NFS: GB XX HB])']);
  });

  it('takes the section of OBR-24 for an unknown exam, else Biologie polyvalente', () => {
    expect(outline(reportOf(anExam('X', [sent('XX', quantity('1'))], { section: 'HM' })))).toEqual([
      '18723-7[X: XX]',
    ]);
    expect(outline(reportOf(anExam('X', [sent('XX', quantity('1'))], { section: 'ZZZ' })))).toEqual([
      '26436-6[X: XX]',
    ]);
  });

  it('names a battery by the catalogue and codes its panel when all its results agree', () => {
    const lipids = ['CT', 'HDL', 'TG'].map((code) => anExam(code, [sent(code, quantity('1.5'), 'mmol/L')]));
    expect(batteriesOf(reportOf(...lipids))[0]).toMatchObject({
      local: { code: 'LIPID', label: 'Bilan lipidique' },
      loinc: { code: '24331-1', display: expect.stringContaining('panel') },
    });
    expect(batteriesOf(reportOf(...lipids.slice(0, 1)))[0]?.loinc).toBeUndefined();
    const mixed = reportOf(anExam('IONO', [sent('NA', quantity('140')), sent('CO2T', quantity('25'))]));
    expect(batteriesOf(mixed)[0]?.loinc).toBeUndefined();
  });
});

describe('comments and specimens', () => {
  it('keeps the comments of an exam on its first battery, of an empty exam on the report', () => {
    const report = compose(
      aDossier(
        [
          anExam('BIL', [sent('CRP', quantity('3')), sent('GB', quantity('6'))], {
            comments: ['Sérum ictérique'],
          }),
          anExam('COAG', [], {
            comments: ['Non réalisé'],
            specimens: [aSpecimen({ nonConformity: 'tube non rempli' })],
          }),
        ],
        { comments: ['Merci de votre confiance'] },
      ),
    ).report;
    expect(batteriesOf(report).map((battery) => battery.comments)).toEqual([[], ['Sérum ictérique']]);
    expect(report.comments).toEqual([
      'Merci de votre confiance',
      'Examen COAG : Non réalisé',
      'Examen COAG : prélèvement non conforme, tube non rempli',
    ]);
  });

  it('names specimens in French, once in each place, and dates the report by the first', () => {
    const { typeText: _, ...tube } = aSpecimen({ type: 'SER' });
    const later = aSpecimen({
      id: 'T2',
      collectedAt: at('20260302100000'),
      receivedAt: at('20260302110000'),
    });
    const report = reportOf(
      anExam('CRP', [sent('CRP', quantity('3'))], { specimens: [later, tube] }),
      anExam('PROT', [sent('PROT', quantity('70'))], { specimens: [tube] }),
    );
    expect(contentsOf(report)[0]?.specimens).toEqual([later, { ...tube, typeText: 'Sérum' }]);
    expect(report.collectedAt).toEqual(at('20260302081500'));
    expect(report.receivedAt).toEqual(at('20260302093000'));
  });
});

describe('who did and validated', () => {
  it('puts the other laboratory at the highest level that is wholly its own', () => {
    const away = { performer: SUBCONTRACTOR };
    const whole = reportOf(
      anExam('CRP', [sent('CRP', quantity('3'))], away),
      anExam('P', [sent('PROT', quantity('70'))], away),
    );
    expect(contentsOf(whole)[0]?.performer).toEqual(SUBCONTRACTOR);
    expect(JSON.stringify(batteriesOf(whole))).not.toContain(SUBCONTRACTOR.name);

    const oneBattery = reportOf(
      anExam('CRP', [sent('CRP', quantity('3'))]),
      anExam('P', [sent('PROT', quantity('70'))], away),
    );
    expect(contentsOf(oneBattery)[0]?.performer).toBeUndefined();
    expect(batteriesOf(oneBattery).map((battery) => battery.performer?.name)).toEqual([
      undefined,
      SUBCONTRACTOR.name,
    ]);

    const oneResult = reportOf(
      anExam('I', [sent('NA', quantity('140')), sent('K', quantity('4'), 'mmol/L', away)]),
    );
    expect(batteriesOf(oneResult)[0]?.performer).toBeUndefined();
    expect(batteriesOf(oneResult)[0]?.results.map((result) => result.performer?.name)).toEqual([
      undefined,
      SUBCONTRACTOR.name,
    ]);
  });

  it('does not call itself another laboratory', () => {
    const report = reportOf(
      anExam('CRP', [sent('CRP', quantity('3'))], { performer: { idNat: LABORATORY.idNat, name: 'Nous' } }),
    );
    expect(JSON.stringify(report.chapters)).not.toContain('Nous');
  });

  it('lists validators once, completed from the configuration, dated by their last analysis', () => {
    const source = { idNat: DIRECTOR.idNat ?? '', family: 'MARTIN' };
    const report = reportOf(
      anExam('A', [
        sent('NA', quantity('140'), undefined, { validator: source, analysedAt: at('20260302100000') }),
        sent('K', quantity('4'), undefined, { validator: BIOLOGIST }),
        sent('CL', quantity('101'), undefined, { validator: source, analysedAt: at('20260302140000') }),
      ]),
    );
    expect(report.validators).toEqual([
      { professional: DIRECTOR, at: at('20260302140000') },
      { professional: BIOLOGIST, at: at('20260302101500') },
    ]);
    expect(batteriesOf(report)[0]?.results[0]?.validator).toEqual(DIRECTOR);
  });

  it('dates a validator by the report when no analysis is dated, and invents none', () => {
    const { analysedAt: _, ...undated } = sent('NA', quantity('140'));
    expect(reportOf(anExam('A', [undated])).validators).toEqual([
      { professional: BIOLOGIST, at: at('20260302161200') },
    ]);
    const { validator: __, ...unsigned } = sent('NA', quantity('140'));
    expect(reportOf(anExam('A', [unsigned])).validators).toEqual([]);
  });
});

describe('a culture', () => {
  const culture = (isolate = anIsolate('ESCCOL', 'E. coli')) =>
    anExam('ECBU', [sent('ECBUL', quantity('90000'), '/mL'), sent('ECBUI', text('Escherichia coli'))], {
      isolates: [
        {
          ...isolate,
          count: sent('ECBUB', quantity('1000000', '>='), '/mL', { key: 'count' }),
          antibiogram: [
            sent('ATB_AMX', quantity('32', '>'), 'mg/L', { key: 'amx', interpretations: ['R'] }),
            sent('ATB_CTX', undefined, undefined, { key: 'ctx', interpretations: ['S'] }),
            sent('ATB_NEW', undefined, undefined, { key: 'new', interpretations: ['S'] }),
          ],
        },
      ],
    });

  it('codes germ, count and antibiotics, in the battery of the culture', () => {
    const { report, warnings } = compose(aDossier([culture()]));
    expect(outline(report)).toEqual(['18725-2[ECBU_MIC: ECBUL][ISOLAT: ECBUI]']);
    const [isolate] = batteriesOf(report)[1]?.isolates ?? [];
    expect(isolate).toMatchObject({
      snomed: '112283007',
      ncbi: '562',
      countCoding: { loinc: { code: '51480-2' } },
    });
    expect(isolate?.antibiogram.map((row) => row.coding.loinc?.code)).toEqual(['28-1', '18886-2', undefined]);
    expect(warnings.map((warning) => warning.code)).toEqual(['CODE_UNMAPPED']);
  });

  it('stands beside the microscopy, not in it, when the catalogue does not know its count', () => {
    const exam = anExam('ECBU', [sent('ECBUL', quantity('90000'), '/mL')], {
      isolates: [anIsolate('ESCCOL', 'E. coli')],
    });
    const batteries = batteriesOf(reportOf(exam));
    expect(batteries.map(({ local, isolates }) => [local.code, isolates.length])).toEqual([
      ['ECBU_MIC', 0],
      ['ECBU', 1],
    ]);
  });

  it('knows a germ by its scientific name, and leaves the others as text', () => {
    const germOf = (code: string, label: string) => {
      const { report, warnings } = compose(aDossier([culture(anIsolate(code, label))]));
      return [batteriesOf(report)[1]?.isolates[0]?.snomed, warnings.map((warning) => warning.code)];
    };
    expect(germOf('G12', ' Klebsiella  pneumoniae')[0]).toBe('56415008');
    expect(germOf('G99', 'Klebsiella')).toEqual([undefined, ['ORGANISM_UNMAPPED', 'CODE_UNMAPPED']]);
  });

  it('does not give the NCBI code of one germ to the SNOMED CT code of another', () => {
    const { report } = compose(aDossier([culture(anIsolate('ESCCOL', 'E. coli', { snomed: '3092008' }))]));
    expect(batteriesOf(report)[1]?.isolates[0]).not.toHaveProperty('ncbi');
  });

  it('goes to Microbiologie when the exam has nothing but isolates', () => {
    const exam = anExam('ATB', [], { isolates: [anIsolate('STAAUR', 'S. aureus')] });
    const report = reportOf(exam);
    expect(report.chapters[0]?.code.code).toBe('18725-2');
    expect(batteriesOf(report)[0]).toMatchObject({ local: exam.local, isolates: [{ snomed: '3092008' }] });
  });
});

describe('the report', () => {
  it('carries what the dossier says beside results', () => {
    const dossier = aDossier([anExam('CRP', [sent('CRP', quantity('3'))])], {
      patientClass: 'O',
      clinicalInformation: 'Fièvre',
      nonHuman: true,
      attachments: [{ id: '1', title: 'Annexe', mediaType: 'application/pdf', base64: 'JVBERi0=' }],
    });
    const { prescriber, recipients, attachments, clinicalInformation } = dossier;
    const { report } = compose(dossier);
    expect(report).toMatchObject({
      prescriber,
      recipients,
      attachments,
      clinicalInformation,
      nonHuman: true,
    });
    expect(report).toMatchObject({
      dossier: '26030200001',
      patient: QUALIFIED_PATIENT,
      flags: { destDmp: true },
    });
    expect(report).not.toHaveProperty('visitNumber');
  });

  it('prints a flag that is outside the value set, and tells it', () => {
    const { report, warnings } = compose(
      aDossier([anExam('CRP', [sent('CRP', quantity('3'), 'mg/L', { interpretations: ['H', 'VS'] })])]),
    );
    expect(batteriesOf(report)[0]?.results[0]).toMatchObject({
      interpretations: ['H'],
      comments: ['Interprétation : VS'],
    });
    expect(warnings).toEqual([{ code: 'INTERPRETATION_UNKNOWN', text: expect.stringContaining('CRP') }]);
  });

  it('tells each warning once', () => {
    const { warnings } = compose(
      aDossier([
        anExam('X', [sent('XX', quantity('1')), sent('XX', quantity('2'), undefined, { key: 'XX2' })]),
      ]),
    );
    expect(warnings).toHaveLength(1);
  });

  it('is the same each time', () => {
    const dossier = aDossier([
      anExam('NFS', [sent('GB', quantity('6.1'), 'G/L', { ranges: [range('4 - 10', '4', '10')] })]),
    ]);
    expect(compose(dossier)).toEqual(compose(structuredClone(dossier)));
  });

  it('never loses a result, and never prints one twice', () => {
    const codes = [
      'NA',
      'K',
      'GB',
      'HB',
      'TSH',
      'ALBE',
      'ECBUL',
      'ATB_AMX',
      'AGHBS',
      'VIH',
      'UNKNOWN',
      'GLYC',
      '',
    ];
    const value = fc.constantFrom(quantity('5'), text('Positif'), undefined);
    const unit = fc.constantFrom('mmol/L', 'G/L', undefined, 'furlong');
    const result = fc
      .tuple(fc.constantFrom(...codes), value, unit)
      .map(([code, held, in_]) => sent(code, held, in_));
    const exam = fc.record({
      results: fc.array(result, { maxLength: 6 }),
      isolates: fc.array(fc.record({ counted: fc.boolean(), rows: fc.array(result, { maxLength: 3 }) }), {
        maxLength: 2,
      }),
      section: fc.constantFrom('CH', 'HM', 'ZZ', undefined),
      performer: fc.constantFrom(SUBCONTRACTOR, undefined),
    });
    fc.assert(
      fc.property(fc.array(exam, { maxLength: 5 }), (exams) => {
        let serial = 0;
        const key = () => `r${serial++}`;
        const dossier = aDossier(
          exams.map(({ results, isolates, section, performer }, rank) => ({
            ...anExam(`E${rank}`, []),
            ...(section ? { section } : {}),
            ...(performer ? { performer } : {}),
            results: results.map((one) => ({ ...one, key: key() })),
            isolates: isolates.map(({ counted, rows }) => ({
              ...anIsolate('ESCCOL', 'E. coli'),
              ...(counted ? { count: sent('ECBUB', quantity('1'), '/mL', { key: key() }) } : {}),
              antibiogram: rows.map((row) => ({ ...row, key: key() })),
            })),
          })),
        );
        const batteries = batteriesOf(compose(dossier).report);
        const printed = batteries.flatMap((battery) => [
          ...battery.results,
          ...battery.isolates.flatMap((isolate) => [
            ...(isolate.count ? [isolate.count] : []),
            ...isolate.antibiogram,
          ]),
        ]);
        const sentKeys = dossier.exams.flatMap(allResults).map((one) => one.key);
        expect(printed.map((one) => one.key).sort()).toEqual(sentKeys.sort());
      }),
    );
  });
});
