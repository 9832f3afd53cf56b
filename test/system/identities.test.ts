import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { input, type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * A hospital's identities (ADT, source `gam`) and its laboratory's results (source `sgl`) meet under one authority of
 * patient numbers, and reports follow what ADT says: qualified late, merged, opposed, de-qualified. The daemon is killed
 * on the way.
 */

let laboratory: Laboratory;
let order: string;

beforeAll(async () => {
  laboratory = await openLaboratory({
    changes: (config) => {
      const [sgl = {}] = config.sources;
      const authority = { patientAuthority: 'CENTRE-CANAL' };
      config.sources = [
        { ...sgl, ...authority },
        {
          ...sgl,
          ...authority,
          name: 'gam',
          folder: 'adt',
          archive: 'adt-archive',
          quarantine: 'adt-quarantine',
        },
      ];
    },
  });
  order = join(laboratory.folder, 'stop-order');
  await laboratory.start({ CRBIO_STOP_ORDER: order });
}, SYSTEM_TIMEOUT_MS);
afterAll(() => laboratory.close());

interface Person {
  readonly ins: string;
  readonly family: string;
  readonly given: string;
  readonly born: string;
  readonly sex: string;
  readonly place: string;
}

/** Identities that the sandbox knows. */
const JULIEN: Person = {
  ins: '185067511204257',
  family: 'TILLEUL',
  given: 'JULIEN',
  born: '19850612',
  sex: 'M',
  place: '75112',
};
const BERNARD: Person = {
  ins: '154023306309586',
  family: 'CHARME',
  given: 'BERNARD',
  born: '19540217',
  sex: 'M',
  place: '33063',
};
const DOMINIQUE: Person = {
  ins: '279035121518989',
  family: 'PAT-TROIS',
  given: 'DOMINIQUE MARIE-LOUISE',
  born: '19790328',
  sex: 'F',
  place: '51215',
};

const number = (value: string) => `${value}^^^CENTRE-CANAL^PI`;
const inss = ({ ins }: Person) => `~${ins}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS`;
const names = ({ family, given }: Person) => `${family}^${given.split(' ')[0]}^${given}^^^^L`;

/** Drops results of a patient whose identity is not qualified yet: no INS, PID-32 = PROV. */
async function results(dossier: string, patient: string, person: Person): Promise<void> {
  const file = input('11-ins-non-qualifiee.hl7', {
    '26-110011': dossier,
    DEMO0011: `R-${dossier}`,
    'LC000005^^^LBM-CANAL&1.2.250.1.999.1.1.2&ISO^PI': number(patient),
    '~290019933105814^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS': '',
    'OUEDRAOGO^AMINATA^AMINATA^^^^L': names(person),
    '19900117|F': `${person.born}|${person.sex}`,
    '^BDL^^99331': `^BDL^^${person.place}`,
  });
  laboratory.drop(`${dossier}.hl7`, file);
  await laboratory.settled();
}

let control = 0;

interface Adt {
  readonly event?: string;
  /** Time of the message, on 2026-11-18. */
  readonly at: string;
  readonly status?: string;
  readonly withIns?: boolean;
  readonly more?: readonly string[];
}

function adt(
  patient: string,
  person: Person,
  { event = 'A31', at, status = 'VALI', withIns = true, more = [] }: Adt,
) {
  control += 1;
  const ids = `${number(patient)}${withIns ? inss(person) : ''}`;
  const lines = [
    `MSH|^~\\&|GAM|CENTRE-CANAL|CRBIO|LBM-CANAL|20261118${at}||ADT^${event}|ADT${control}|T|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`,
    `EVN||20261118${at}`,
    `PID|1||${ids}||${names(person)}||${person.born}|${person.sex}|||^^^^^^BDL^^${person.place}|${'|'.repeat(20)}${status}`,
    ...more,
  ];
  return lines.map((line) => `${line}\r`).join('');
}

async function told(message: string): Promise<void> {
  laboratory.drop(`adt-${control}.hl7`, message, 'gam');
  await laboratory.settled();
}

/** The daemon dies at a named point while it takes the message, and is started again. */
async function toldThrough(point: string, message: string): Promise<void> {
  writeFileSync(order, point);
  laboratory.drop(`adt-${control}.hl7`, message, 'gam');
  await laboratory.death();
  expect(existsSync(order), `${point} was reached`).toBe(false);
  await laboratory.start({ CRBIO_STOP_ORDER: order });
  await laboratory.settled();
}

const fates = async (dossier: string, version: number) =>
  (await laboratory.report(dossier)).deliveries
    .filter((row) => row.version === version && row.channel !== 'mssante-pro')
    .map(({ channel, state, rule }) => `${channel} ${state} ${rule}`);

/** What the DMP has of a dossier: the patient under whom each version stands; and how many mails its patient got. */
async function published(dossier: string) {
  const { versions } = await laboratory.report(dossier);
  const { documents, mails } = await laboratory.state();
  const oids = versions.map(({ documentOid }) => documentOid ?? '?');
  return {
    documents: documents.filter(({ uniqueId }) => oids.includes(uniqueId)).map(({ patientId }) => patientId),
    mails: mails.filter(
      ({ documents: carried, to }) => to.some(isPatients) && carried.some((oid) => oids.includes(oid)),
    ).length,
  };
}
const isPatients = (mailbox: string) => mailbox.includes('@patient.');
const once = ({ ins }: Person) => ({ documents: [expect.stringContaining(ins)], mails: 1 });
const SENT = ['dmp delivered envoi', 'mssante-patient delivered envoi'];

async function json(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await laboratory.crbio(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('an identity that is qualified after the report', () => {
  it(
    'frees it: made again with the INS, sent once, though the daemon died in between',
    async () => {
      await results('26-310001', 'H1', JULIEN);
      expect(await fates('26-310001', 1)).toEqual([
        'dmp held ins-non-qualifiee',
        'mssante-patient held ins-non-qualifiee',
      ]);
      expect(await published('26-310001')).toEqual({ documents: [], mails: 0 });

      await toldThrough('interpret:after-commit', adt('H1', JULIEN, { at: '100000' }));
      expect(await fates('26-310001', 2)).toEqual(SENT);
      expect(await published('26-310001')).toEqual(once(JULIEN));

      await told(adt('H1', JULIEN, { event: 'A01', at: '101000' }));
      expect((await laboratory.report('26-310001')).version).toBe(2);
      expect(await published('26-310001')).toEqual(once(JULIEN));
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'is shown with what each message said',
    async () => {
      const { out } = await laboratory.crbio('patient', 'show', 'H1');
      expect(out).toMatch(/ORU : statut PROV \(inbox:1\)/);
      expect(out).toMatch(/ADT A31 : INS ajoutée ; statut VALI ; identité qualifiée \(inbox:2\)/);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('a merge (A40)', () => {
  it(
    'gives the waiting report to the patient who stays, once, though the daemon died in between',
    async () => {
      await results('26-310002', 'H2', BERNARD);
      await told(adt('H3', BERNARD, { event: 'A28', at: '110000' }));
      expect(await published('26-310002')).toEqual({ documents: [], mails: 0 });

      const merge = adt('H3', BERNARD, { event: 'A40', at: '111000', more: [`MRG|${number('H2')}`] });
      await toldThrough('interpret:before-commit', merge);
      expect(await fates('26-310002', 2)).toEqual(SENT);
      expect(await published('26-310002')).toEqual(once(BERNARD));
      const journal = await json(
        'journal',
        'list',
        '--report',
        (await laboratory.report('26-310002')).reportId,
      );
      expect(journal.map(({ action }) => action)).toContain('patient-merged');
      expect((await laboratory.crbio('patient', 'show', 'H2')).out).toMatch(/fusionné dans \S*H3/);
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('an opposition told after publication', () => {
  it(
    'leaves what was sent, and keeps the next report from the DMP alone',
    async () => {
      const zfa = 'ZFA|ACTIF|20220105|||||||IO|20261118120000|INC|20261118120000';
      await told(adt('H1', JULIEN, { event: 'A08', at: '120000', more: [zfa] }));
      expect(await published('26-310001')).toEqual(once(JULIEN));
      await results('26-310003', 'H1', JULIEN);
      await told(adt('H1', JULIEN, { at: '121000' }));
      const { version } = await laboratory.report('26-310003');
      expect(await fates('26-310003', version)).toEqual([
        'dmp never opposition',
        'mssante-patient delivered envoi',
      ]);
      expect(await published('26-310003')).toEqual({ documents: [], mails: 1 });
    },
    SYSTEM_TIMEOUT_MS,
  );
});

describe('an identity that is no longer qualified', () => {
  it(
    'freezes what waits and alerts; qualified again, what waited leaves and the alert closes',
    async () => {
      await told(adt('H4', DOMINIQUE, { event: 'A28', at: '130000' }));
      await results('26-310004', 'H4', DOMINIQUE);
      await told(adt('H4', DOMINIQUE, { at: '131000' }));
      expect(await published('26-310004')).toEqual(once(DOMINIQUE));
      const { reportId } = await laboratory.report('26-310004');
      expect(await json('alerts', 'list')).toEqual([]);

      await told(adt('H4', DOMINIQUE, { at: '132000', withIns: false }));
      expect(await json('alerts', 'list')).toMatchObject([{ kind: 'identite-gelee', subject: reportId }]);
      await laboratory.until('the alert is logged', () => laboratory.log().includes('"event":"alert"'));
      expect((await laboratory.crbio('report', 'show', reportId)).out).toContain('[identite-gelee]');
      await results('26-310005', 'H4', DOMINIQUE);
      expect(await published('26-310005')).toEqual({ documents: [], mails: 0 });

      await told(adt('H4', DOMINIQUE, { at: '133000' }));
      expect(await json('alerts', 'list')).toEqual([]);
      expect(await published('26-310004')).toEqual(once(DOMINIQUE));
      expect(await published('26-310005')).toEqual(once(DOMINIQUE));
    },
    SYSTEM_TIMEOUT_MS,
  );
});

it('kept every message, and none of them in quarantine', () => {
  expect(laboratory.files('quarantine')).toEqual([]);
  expect(laboratory.files('adt-quarantine')).toEqual([]);
  expect(laboratory.files('adt-archive')).toHaveLength(control);
});
