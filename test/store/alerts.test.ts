import { describe, expect, test } from 'vitest';
import { ACT, aBench, REPORT } from './store-fixtures.ts';

const HOUR = 3_600_000;

describe('alerts', () => {
  test('are raised once for a cause, told once when due', async () => {
    const { store, clock } = aBench();
    const alert = {
      kind: 'annonce-14-jours',
      subject: REPORT,
      since: clock.now,
      due: clock.now + HOUR,
    } as const;
    expect([await store.raiseAlert(alert), await store.raiseAlert(alert)]).toEqual([true, false]);
    expect(await store.alertsDue(10)).toEqual([]);
    expect(await store.alerts()).toEqual([]);
    expect(await store.alerts({ all: true })).toMatchObject([alert]);

    clock.now += HOUR;
    const [due] = await store.alertsDue(10);
    expect(due).toMatchObject(alert);
    await store.alertTold(due?.alertId ?? 0);
    expect(await store.alertsDue(10)).toEqual([]);
    expect(await store.alerts({ subject: REPORT })).toMatchObject([{ toldAt: clock.now }]);
    expect((await store.journal({ reportId: REPORT })).map(({ action }) => action)).toEqual(['alert-told']);
  });

  test('closed by a person, stay closed for the same cause and not for another', async () => {
    const { store, clock } = aBench();
    const alert = { kind: 'identite-gelee', subject: REPORT, since: clock.now } as const;
    await store.raiseAlert(alert);
    const [{ alertId } = { alertId: 0 }] = await store.alerts();
    expect(await store.closeAlert(alertId, ACT)).toEqual({ done: true });
    expect(await store.alerts()).toEqual([]);
    expect(await store.raiseAlert(alert)).toBe(false);
    expect(await store.raiseAlert({ ...alert, since: clock.now - 1 })).toBe(true);
    expect(await store.closeAlert(alertId, ACT)).toMatchObject({ fault: { code: 'ALERT_CLOSED' } });
    expect(await store.closeAlert(99, ACT)).toMatchObject({ fault: { code: 'ALERT_UNKNOWN' } });
    expect(await store.journal({ reportId: REPORT })).toMatchObject([
      { action: 'alert-closed', actor: ACT.by, details: { kind: 'identite-gelee', reason: ACT.reason } },
    ]);
  });

  test('close with their cause, and open again with it', async () => {
    const { store, clock } = aBench();
    const alert = { kind: 'identite-gelee', subject: REPORT, since: clock.now } as const;
    await store.raiseAlert(alert);
    expect(await store.settleAlert('identite-gelee', REPORT)).toBe(true);
    expect(await store.settleAlert('identite-gelee', REPORT)).toBe(false);
    expect(await store.raiseAlert(alert)).toBe(true);
    expect(await store.alerts()).toHaveLength(1);
  });
});
