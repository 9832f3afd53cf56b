import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DispatchFlags } from '../../src/report/dossier.ts';
import { layMasks, masksOf, sameFlags } from '../../src/store/masks.ts';

const flags = fc.record<DispatchFlags, never>(
  { masquePs: fc.boolean(), invisiblePatient: fc.boolean(), destDmp: fc.boolean() } as never,
  { requiredKeys: [] } as never,
);

describe('masks laid over the flags of the source', () => {
  test('a destination that the biologist opened closes again on a new order of the source only', () => {
    const opened = { destDmp: true };
    expect(layMasks({ destDmp: false }, opened, { destDmp: false }).flags).toEqual({ destDmp: true });
    expect(layMasks({ destDmp: false }, opened, {})).toEqual({ flags: { destDmp: false }, masks: {} });
  });

  test('a restriction set by a person always stands', () => {
    fc.assert(
      fc.property(flags, flags, (source, seen) => {
        expect(layMasks(source, { masquePs: true, destDmp: false }, seen).flags).toMatchObject({
          masquePs: true,
          destDmp: false,
        });
      }),
    );
  });

  test('laying twice is laying once', () => {
    fc.assert(
      fc.property(flags, flags, flags, (source, masks, seen) => {
        const once = layMasks(source, masks, seen);
        expect(layMasks(source, once.masks, source)).toEqual(once);
      }),
    );
  });

  test('silence and its value say the same', () => {
    expect(sameFlags({}, { masquePs: false, destDmp: true })).toBe(true);
    expect(sameFlags({}, { destDmp: false })).toBe(false);
  });

  test('a change’s masks are those it sets', () => {
    expect(masksOf({ masquePs: true, invisiblePatient: false, destDmp: false })).toEqual(['masquePs']);
  });
});
