import { describe, expect, it } from 'vitest';
import { INS_OIDS, parseIns } from '../../src/report/ins.ts';
import { planOf } from '../../src/stages/plan.ts';
import type { PlanTask } from '../../src/store/records.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';
import { statedPatient } from '../fixtures/people.ts';

const SETTINGS = dispatchSettings({ channels: ['dmp', 'mssante-patient'], mailDomains: [] });

/** A version rendered for the qualified test patient. */
const task = (more: Partial<PlanTask> = {}): PlanTask => ({
  reportId: 'sgl-1',
  version: 1,
  revision: 1,
  source: 'sgl',
  completeness: 'complete',
  facts: {
    processing: 'T',
    identity: { kind: 'qualified', matricule: '279035121518989' },
    validatorNamed: true,
    completeness: 'complete',
    withdrawal: false,
    nonHuman: false,
    professionals: [],
  },
  identity: statedPatient(),
  borne: statedPatient().traits,
  reachedAs: [],
  flags: {},
  maskUntil: null,
  visibleByRight: false,
  held: undefined,
  lifted: [],
  opposition: {},
  consent: undefined,
  alreadyHave: [],
  toldOfWithdrawal: [],
  sameDocument: [],
  ...more,
});

const rules = (more: Partial<PlanTask> = {}) =>
  planOf(task(more), '20260302', SETTINGS).map(({ rule }) => rule);
const other = parseIns('184076938301241', INS_OIDS.test);

describe('planning a stored version', () => {
  it('sends while the identity is the one that the document bears', () => {
    expect(rules()).toEqual(['envoi', 'envoi']);
  });

  it.each([
    ['de-qualified since', statedPatient({ statuses: ['PROV'] })],
    ['doubtful since', statedPatient({ statuses: ['VALI', 'DOUT'] })],
    ['of another INS', statedPatient('fault' in other ? {} : { ins: other })],
  ])('freezes a document whose patient is %s', (_what, identity) => {
    expect(rules({ identity })).toEqual(['identite-changee', 'identite-changee']);
  });

  it('freezes a document whose strict traits are no longer the patient’s, not one whose traits are told with less care', () => {
    const { traits } = statedPatient();
    const said = (more: Partial<typeof traits>) => statedPatient({ traits: { ...traits, ...more } });
    const frozen = ['identite-changee', 'identite-changee'];
    expect(rules({ identity: said({ birthName: 'PAT-TREIZE' }) })).toEqual(frozen);
    expect(rules({ identity: said({ birthPlaceCode: '75056' }) })).toEqual(frozen);
    expect(rules({ identity: said({ birthName: 'Pat Trois' }) })).toEqual(['envoi', 'envoi']);
  });

  it('freezes a version of another INS than the one that received an earlier version', () => {
    expect(rules({ reachedAs: ['184076938301241'] })).toEqual(['identite-changee', 'identite-changee']);
    expect(rules({ reachedAs: ['279035121518989'] })).toEqual(['envoi', 'envoi']);
  });

  it('obeys the consent of the latest ADT, a hold, and a mask', () => {
    expect(rules({ consent: { alimentation: 'IO' } })).toEqual(['opposition-adt', 'envoi']);
    expect(rules({ held: { by: 'Dr Martin', reason: 'à relire' } })).toEqual(['retenu', 'retenu']);
    expect(rules({ flags: { invisiblePatient: true } })).toEqual(['envoi', 'annonce']);
  });
});
