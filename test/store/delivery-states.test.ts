import { describe, expect, test } from 'vitest';
import {
  DELIVERY_EVENTS,
  DELIVERY_STATES,
  type DeliveryEvent,
  nextDeliveryState,
  OPEN_STATES,
  UNSENT_STATES,
} from '../../src/store/delivery-states.ts';
import type { DeliveryState } from '../../src/store/records.ts';

/** The whole table once more, as a person would draw it: one line a state, `-` for a refusal. */
const EXPECTED = `
           lease  wire    withdraw deliver   retry   doubt   fail   bounce withhold unlease plan-send plan-hold plan-never supersede  cancel    resume
waiting    leased -       -        delivered -       -       -      -      -        -       waiting   held      never      superseded cancelled waiting
held       -      -       -        delivered -       -       -      -      -        -       waiting   held      never      superseded cancelled -
never      -      -       -        delivered -       -       -      -      -        -       waiting   held      never      superseded -         -
leased     -      on-wire waiting  delivered waiting unknown failed -      held     waiting -         -         -          -          -         -
on-wire    -      -       -        delivered waiting unknown failed -      -        waiting -         -         -          -          -         -
unknown    leased -       -        delivered -       -       failed failed -        -       -         -         -          -          cancelled unknown
delivered  -      -       -        delivered -       -       -      failed -        -       -         -         -          -          -         -
failed     -      -       -        delivered -       -       -      -      -        -       -         -         -          -          cancelled waiting
cancelled  -      -       -        delivered -       -       -      -      -        -       -         -         -          -          -         waiting
superseded -      -       -        delivered -       -       -      -      -        -       waiting   held      never      -          -         -
`;

const [header, ...lines] = EXPECTED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

describe('delivery states', () => {
  test('the drawing names every state and every event', () => {
    expect(header).toEqual(DELIVERY_EVENTS);
    expect(lines.map(([state]) => state)).toEqual(DELIVERY_STATES);
  });

  for (const [state, ...cells] of lines) {
    for (const [index, cell] of cells.entries()) {
      test(`${state} × ${header?.[index]} → ${cell}`, () => {
        const next = nextDeliveryState(state as DeliveryState, header?.[index] as DeliveryEvent);
        expect(next ?? '-').toBe(cell);
      });
    }
  }

  test('what may be on its way is never superseded, held or cancelled unless its doubt is accepted', () => {
    for (const state of OPEN_STATES) {
      for (const event of ['supersede', 'plan-hold', 'plan-never'] as const)
        expect(nextDeliveryState(state, event)).toBeUndefined();
    }
    for (const state of UNSENT_STATES) expect(nextDeliveryState(state, 'supersede')).toBe('superseded');
  });
});
