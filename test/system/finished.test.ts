import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carriedMessage } from '../fixtures/carried-cda.ts';
import { MllpPeer } from '../fixtures/mllp-peer.ts';
import { finishedDocument, PID } from './finished-document.ts';
import { type Laboratory, openLaboratory, SYSTEM_TIMEOUT_MS } from './laboratory.ts';

/**
 * CR-Bio that come written: our own renderer's, given to the daemon as another system would send them. Their sender asks
 * to be told, and is a real MLLP server.
 */

const DOCTOR = 'claire.durand@sandbox-mssante.invalid';

let laboratory: Laboratory;
const peer = new MllpPeer();
let n3: Buffer;

/** The document of one report, with the identifiers of another: each test has a set of its own. */
const documentOf = (set: string, version = 1, replaces?: string): Buffer => {
  const text = n3.toString('utf8');
  const [, setOid = ''] = /<setId root="([^"]+)"/.exec(text) ?? [];
  const parent = replaces
    ? `<relatedDocument typeCode="RPLC"><parentDocument><id root="${replaces}"/><setId root="${setOid}"/><versionNumber value="${version - 1}"/></parentDocument></relatedDocument>`
    : '';
  return Buffer.from(
    text
      .replace(/<componentOf>/, `${parent}<componentOf>`)
      .replace('<versionNumber value="1"/>', `<versionNumber value="${version}"/>`)
      .replaceAll(`${setOid}.1"`, `${setOid}.${set}.${version}"`)
      .replaceAll(`"${setOid}"`, `"${setOid}.${set}"`),
  );
};
const idOf = (document: Buffer) => /<id root="([^"]+)"\/>/.exec(document.toString('utf8'))?.[1] ?? '';
const setOf = (document: Buffer) => /<setId root="([^"]+)"/.exec(document.toString('utf8'))?.[1] ?? '';
const acks = { ACK_RECEPTION: 'Y' } as const;

beforeAll(async () => {
  await peer.start();
  laboratory = await openLaboratory({
    changes: (config) => {
      const [source] = config.sources;
      if (!source) throw new Error('no source');
      source.acknowledgements = { host: '127.0.0.1', port: peer.port };
      (config.peers as string[]).push(`127.0.0.1:${peer.port}`);
    },
  });
  n3 = await finishedDocument(laboratory);
  await laboratory.start();
}, SYSTEM_TIMEOUT_MS);
afterAll(async () => {
  await laboratory?.close();
  await peer.stop();
});

const fates = async (set: string, version: number) =>
  (await laboratory.report(set)).deliveries
    .filter((row) => row.version === version)
    .map(({ channel, state, rule }) => `${channel} ${state} ${rule}`)
    .sort();
const told = (controlId: string) => peer.received.filter((message) => message.includes(`|${controlId}|`));

describe('a document that comes written', () => {
  it(
    'is deposited and mailed as it is, replaced, then deleted; its sender is told each time',
    async () => {
      const first = documentOf('71');
      const set = setOf(first);
      laboratory.drop(
        'f1.hl7',
        carriedMessage({ n3: first, pid: PID, to: [DOCTOR], orders: acks, controlId: 'F1' }),
      );
      await laboratory.settled();
      expect(await fates(set, 1)).toEqual([
        'dmp delivered envoi',
        'mssante-patient delivered envoi',
        'mssante-pro delivered envoi',
      ]);
      await laboratory.until('the sender is told', () => told('F1').length === 3);

      const second = documentOf('71', 2, idOf(first));
      laboratory.drop(
        'f2.hl7',
        carriedMessage({
          n3: second,
          pid: PID,
          to: [DOCTOR],
          orders: acks,
          controlId: 'F2',
          request: 'replace',
          at: '20260302111500',
        }),
      );
      await laboratory.settled();
      const replaced = (await laboratory.state()).documents;
      expect(replaced.find(({ uniqueId }) => uniqueId === idOf(first))?.status).toMatch(/Deprecated$/);
      expect(replaced.find(({ uniqueId }) => uniqueId === idOf(second))?.status).toMatch(/Approved$/);

      laboratory.drop(
        'f3.hl7',
        carriedMessage({
          n3: second,
          pid: PID,
          to: [DOCTOR],
          orders: acks,
          controlId: 'F3',
          request: 'delete',
          at: '20260302121500',
        }),
      );
      await laboratory.settled();
      expect(await fates(set, 3)).toEqual([
        'dmp delivered retrait',
        'mssante-patient delivered retrait',
        'mssante-pro delivered retrait',
      ]);
      const { documents } = await laboratory.state();
      expect(documents.find(({ uniqueId }) => uniqueId === idOf(second))?.status).toMatch(/Deleted$/);
      await laboratory.until('the sender is told', () => told('F3').length === 3);
      expect(new Set(peer.controlIds).size).toBe(peer.received.length);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'of another patient than its message goes nowhere, and its sender learns why',
    async () => {
      const stranger = documentOf('72');
      const pid = PID.replace('BERTHIER^LUC^LUC ANTOINE', 'BERNARD^PAUL^PAUL');
      laboratory.drop(
        'f4.hl7',
        carriedMessage({
          n3: stranger,
          pid: pid.replace(/\|\|LC\d+|\|LC\d+/, (one) => `${one}9`),
          orders: acks,
          controlId: 'F4',
        }),
      );
      await laboratory.until('it is set aside', async () => {
        const reports = await laboratory.store().reports({});
        return (
          reports.some(({ dossier, state }) => dossier === setOf(stranger) && state === 'blocked') ||
          (await laboratory.store().quarantine({})).length > 0
        );
      });
      expect((await laboratory.state()).documents.map(({ uniqueId }) => uniqueId)).not.toContain(
        idOf(stranger),
      );
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'masked to the patient is not mailed to them, and the DMP hides it',
    async () => {
      const masked = documentOf('73');
      laboratory.drop(
        'f5.hl7',
        carriedMessage({
          n3: masked,
          pid: PID,
          to: [DOCTOR],
          controlId: 'F5',
          orders: { INVISIBLE_PATIENT: 'Y', DESTMSSANTEPAT: 'N' },
        }),
      );
      await laboratory.settled();
      expect(await fates(setOf(masked), 1)).toEqual([
        'dmp delivered envoi',
        'mssante-patient held annonce',
        'mssante-pro delivered envoi',
      ]);
      expect(told('F5')).toEqual([]);
    },
    SYSTEM_TIMEOUT_MS,
  );

  it(
    'tells its sender each outcome under one number, across a kill',
    async () => {
      await laboratory.stop();
      const order = join(laboratory.folder, 'stop-order');
      writeFileSync(order, 'acknowledge:after-answer');
      await laboratory.start({ CRBIO_STOP_ORDER: order });
      const document = documentOf('74');
      laboratory.drop(
        'f6.hl7',
        carriedMessage({ n3: document, pid: PID, to: [DOCTOR], orders: acks, controlId: 'F6' }),
      );
      await laboratory.death();
      await laboratory.start();
      await laboratory.settled();
      await laboratory.until('the sender is told', () => new Set(told('F6')).size === 3);
      expect(
        await laboratory.crbio('report', 'show', (await laboratory.report(setOf(document))).reportId),
      ).toMatchObject({
        code: 0,
        out: expect.stringMatching(/ZAM\^Z01 Y : transmis/),
      });
    },
    SYSTEM_TIMEOUT_MS,
  );
});
