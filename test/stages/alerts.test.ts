import { expect, test } from 'vitest';
import type { Log, LogFields } from '../../src/ops/log.ts';
import { createAlertTeller } from '../../src/stages/alerts.ts';
import { aBench, REPORT } from '../store/store-fixtures.ts';

test('each alert is logged once, under the field of its subject, without a patient', async () => {
  const { store } = aBench();
  const lines: [string, LogFields | undefined][] = [];
  const log: Log = { info: () => {}, error: () => {}, warn: (event, fields) => lines.push([event, fields]) };
  for (const subject of [REPORT, 'delivery:D1', 'inbox:7', 'patient:3'])
    await store.raiseAlert({ kind: 'identite-gelee', subject });

  const { turn } = createAlertTeller({ store, log });
  expect([await turn(), await turn()]).toEqual([4, 0]);
  const common = { code: 'identite-gelee' };
  expect(lines).toEqual([
    ['alert', { ...common, alert: 1, report: REPORT }],
    ['alert', { ...common, alert: 2, delivery: 'D1' }],
    ['alert', { ...common, alert: 3, inbox: 7 }],
    ['alert', { ...common, alert: 4 }],
  ]);
});
