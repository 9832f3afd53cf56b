import { describe, expect, it } from 'vitest';
import type { SourceProfile } from '../../src/intake/profile.ts';
import { confirmRows } from '../../src/report/confirmations.ts';
import { itemsOf } from '../../src/stages/items.ts';
import type { Store } from '../../src/store/model.ts';
import { aContribution } from '../fixtures/contributions.ts';
import { bytes, msh, obr, obx, pid, profile } from '../fixtures/hl7/messages.ts';
import { at } from '../fixtures/people.ts';
import { aBench, aDossier, anExam, aRow, tell } from './store-fixtures.ts';

/** OBX-11 U, final without being sent again: messages of one dossier, read and taken as the daemon does. */

const WITHOUT_NAME = { 16: '' };

/** Tells of the rows `[code, value, status]` at that hour. */
const says = async (
  store: Store,
  hour: number,
  rows: readonly (readonly [code: string, value: string, status: string])[],
  given: Partial<SourceProfile> = {},
) => {
  const input = bytes(
    msh({ at: `202611161${hour}3000` }),
    pid(),
    'ORC|RE|P1|D1-1|D1',
    obr('BIO^Biochimie^L'),
    ...rows.map(([code, value, status]) =>
      obx('NM', code, value, { 6: 'mmol/L', 11: status, ...(status === 'P' ? WITHOUT_NAME : {}) }),
    ),
  );
  const context = { correspondents: [], root: '1.2.250.1.999.1' };
  const outcomes = await tell(store, ...itemsOf(input, profile(given), context));
  return outcomes.map(({ kind }) => kind);
};

const shown = async (store: Store) => {
  const [task] = await store.unrendered(1);
  const rows = task?.dossier.exams.flatMap(({ results }) => results) ?? [];
  return [
    task?.dossier.completeness,
    ...rows.map(({ local, status, value, validator }) =>
      [
        local.code,
        status,
        value?.kind === 'quantity' ? value.lexical : value?.kind,
        validator?.family ?? 'nobody',
      ].join(' '),
    ),
  ];
};
const refusals = async (store: Store) =>
  (await store.quarantine()).map(({ fault }) => `${fault.code} ${fault.cause.split(' : ').at(-1)}`);

describe('a row that is final without being sent again', () => {
  it('takes the value of the preliminary one, which nobody has seen until then', async () => {
    const { store } = aBench();
    await says(store, 0, [
      ['A', '5.1', 'P'],
      ['B', '7', 'F'],
    ]);
    expect(await shown(store)).toEqual(['partial', 'B final 7 MARTIN']);
    expect(JSON.stringify(await store.unrendered(1))).not.toContain('5.1');
    expect(await says(store, 1, [['A', '', 'U']])).toEqual(['version']);
    expect(await shown(store)).toEqual(['complete', 'B final 7 MARTIN', 'A final 5.1 MARTIN']);
    expect(JSON.stringify(await store.unrendered(1))).not.toContain('withheld');
  });

  it('takes that of one which a biologist had released as preliminary', async () => {
    const { store } = aBench();
    const released = { preliminaryIsValidated: true };
    await says(store, 0, [['A', '5.1', 'P']], released);
    expect(await shown(store)).toEqual(['partial', 'A preliminary 5.1 nobody']);
    await says(store, 1, [['A', '', 'U']], released);
    expect(await shown(store)).toEqual(['complete', 'A final 5.1 MARTIN']);
  });

  it('says nothing new of one that is final', async () => {
    const { store } = aBench();
    await says(store, 0, [['A', '5.1', 'F']]);
    expect(await says(store, 1, [['A', '', 'U']])).toEqual(['unchanged']);
  });

  it('is a correction where the preliminary value followed a final one', async () => {
    const { store } = aBench();
    await says(store, 0, [['A', '5.1', 'F']]);
    await says(store, 1, [['A', '6.2', 'P']]);
    await says(store, 2, [['A', '', 'U']]);
    expect(await shown(store)).toEqual(['complete', 'A corrected 6.2 MARTIN']);
  });

  it('with its value needs no earlier one', async () => {
    const { store } = aBench();
    expect(await says(store, 1, [['A', '5.1', 'U']])).toEqual(['version']);
    expect(await shown(store)).toEqual(['complete', 'A final 5.1 MARTIN']);
  });

  it.each([
    ['nothing was said of it', []],
    ['nothing but that it is awaited', [['A', '', 'I']]],
    [
      'its value was taken back since',
      [
        ['A', '5.1', 'P'],
        ['A', '', 'D'],
      ],
    ],
    [
      'another value, not verified, followed',
      [
        ['A', '5.1', 'P'],
        ['A', '6', 'R'],
      ],
    ],
  ] as const)('is set aside where %s, and nothing of its message is taken', async (_, before) => {
    const { store } = aBench();
    for (const [hour, row] of before.entries()) await says(store, hour, [row]);
    const told = [
      ['A', '', 'U'],
      ['C', '3', 'F'],
    ] as const;
    expect(await says(store, 5, told)).toEqual(['quarantined']);
    expect(await refusals(store)).toEqual(['OBX_CONFIRMS_NOTHING A']);
    expect((await shown(store)).join()).not.toMatch(/final/);
  });

  it('does not take what its sender says later, nor loses what it took', async () => {
    const { store } = aBench();
    await says(store, 3, [['A', '5.1', 'P']]);
    expect(await says(store, 2, [['A', '', 'U']])).toEqual(['quarantined']);
    await says(store, 4, [['A', '', 'U']]);
    await says(store, 5, [['B', '7', 'F']]);
    expect(await shown(store)).toEqual(['complete', 'A final 5.1 MARTIN', 'B final 7 MARTIN']);
  });
});

it('a count of an organism is not confirmed without its organism', () => {
  const isolate = { id: '1', organism: { code: 'ECO', label: 'E. coli' }, antibiogram: [], comments: [] };
  const culture = anExam('ECBU', [], { isolates: [{ ...isolate, count: aRow('N', '100000') }] });
  const confirming = { exams: [anExam('ECBU', [aRow('N', undefined, { confirms: true })])] };
  expect(confirmRows(confirming, () => [{ exams: [culture] }])).toMatchObject({ unknown: [{ code: 'N' }] });
});

it('of another laboratory confirms what it said before', async () => {
  const { store } = aBench();
  await tell(store, aDossier());
  const said = (row: ReturnType<typeof aRow>, hour: string) => ({
    kind: 'contribution' as const,
    waitMs: 0,
    contribution: aContribution({ exams: [anExam('ZN', [row])], messageAt: at(`20260303${hour}0000`) }),
  });
  const confirming = aRow('ZN', undefined, { confirms: true });
  expect(await tell(store, said(confirming, '10'))).toMatchObject([{ kind: 'quarantined' }]);
  await tell(store, said(aRow('ZN', '12', { status: 'preliminary' }), '11'));
  expect(await tell(store, said(confirming, '12'))).toMatchObject([{ kind: 'version' }]);
  expect(await shown(store)).toEqual(['complete', 'GLY final 5.10 nobody', 'specialise:ZN final 12 nobody']);
});
