import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listMails, showMail } from '../../src/commands/mail.ts';
import { showReport } from '../../src/commands/report.ts';
import { openStore } from '../../src/store/store.ts';
import { letter } from '../fixtures/mssante/returned.ts';
import { aDossier, leaseOne, plan, REPORT, render, tell, toDoctor } from '../store/store-fixtures.ts';

const INS = '279035121518989';
const SENT = '<1.2.3.pat@labo.invalid>';
const sample = readFileSync('config/demo/crbio.yaml', 'utf8');
const DOMAIN = 'patient.labo.invalid';
const MSSANTE = `
peers: ["smtp.invalid:587"]
mssante:
  host: smtp.invalid
  authorities: ca.pem
  client: { certificate: c.pem, key: c.key }
  from: labo@labo.invalid
  label: Laboratoire
  replyTo: { professionals: contact@labo.invalid, patients: contact@labo.invalid }
  contact: le laboratoire
  nil: X
  patientDomain: Patient.Labo.Invalid
  domains: [medecin.invalid]
`;

/** A laboratory that three mails came back to: of a patient's mailbox, a platform about a patient's mail, a doctor. */
async function aLaboratory() {
  const folder = mkdtempSync(join(tmpdir(), 'crbio-mail-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, 'crbio.yaml');
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(
    config,
    sample.replace(/^data: .*$/m, `data: ${data}`).replaceAll(': ../../', `: ${resolve('.')}/`) + MSSANTE,
  );
  const store = openStore({ file: join(data, 'crbio.db'), now: Date.now });
  await tell(store, aDossier());
  await render(store);
  await plan(store, toDoctor({ channel: 'mssante-patient', recipient: `${INS}@${DOMAIN}` }));
  const { deliveryId } = await leaseOne(store, 'mssante-patient');
  await store.onWire(deliveryId, SENT);
  await store.delivered(deliveryId, SENT);
  const mails = [
    { sender: `${INS}@${DOMAIN}`, about: [] },
    { sender: `${INS}@ancien-domaine.invalid`, about: [SENT] },
    { sender: 'claire.durand@medecin.invalid', about: [] },
  ];
  for (const [index, read] of mails.entries()) {
    const bytes = letter({ from: read.sender, text: String(index) });
    await store.mailTaken(
      { mailbox: 'labo/INBOX', uidValidity: '1', uid: index + 1 },
      { bytes, size: bytes.length, seen: false, read: { ...read, content: { kind: 'letter' } } },
    );
  }
  await store.close();
  const lines: string[] = [];
  const output = { out: (line: string) => lines.push(line), err: (line: string) => lines.push(line) };
  return { config, lines, output };
}

describe('what came back', () => {
  it.each([false, true])(
    'is listed without the address of a patient, which holds an INS (json: %s)',
    async (json) => {
      const { config, lines, output } = await aLaboratory();
      expect(await listMails(output, { config, json })).toBe(0);
      expect(await showReport(output, { config, json: true }, REPORT)).toBe(0);
      const shown = lines.join('\n');
      expect(shown).toContain('claire.durand@medecin.invalid');
      expect(lines.filter((line) => /\bpatient\b/.test(line) && !line.includes('"deliveries"'))).toHaveLength(
        2,
      );
      expect(lines.filter((line) => line.includes(INS) && !line.includes('"deliveries"'))).toEqual([]);
      expect(shown).not.toContain('ancien-domaine');
    },
  );

  it('is shown with it, one at a time, which the journal keeps', async () => {
    const { config, lines, output } = await aLaboratory();
    expect(await showMail(output, { config }, '1')).toBe(0);
    expect(lines.join('\n')).toContain(INS);
    const store = openStore({ file: join(config, '..', 'data', 'crbio.db'), now: Date.now });
    onTestFinished(() => store.close());
    expect((await store.journal({})).at(-1)).toMatchObject({ action: 'mail-viewed', subject: 'mail:1' });
  });
});
