import { describe, expect, it } from 'vitest';
import { decide } from '../../src/policy/decide.ts';
import type { DispatchCircumstances, DispatchFacts, DispatchSettings } from '../../src/policy/facts.ts';
import { RELEASE_RULES, RULES } from '../../src/policy/rules.ts';
import { TRAITS_RULE } from '../../src/report/delivery.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';

const MATRICULE = '279035121518989';
const PATIENT_BOX = `${MATRICULE}@patient.mssante.invalid`;
const DOCTOR_BOX = 'claire.durand@medecin.mssante.invalid';

const facts = (overrides: Partial<DispatchFacts> = {}): DispatchFacts => ({
  processing: 'T',
  identity: { kind: 'qualified', matricule: MATRICULE },
  birthDate: '19790328',
  validatorNamed: true,
  completeness: 'complete',
  withdrawal: false,
  nonHuman: false,
  professionals: [{ key: '899700012034', mailbox: DOCTOR_BOX, prescriber: true }],
  ...overrides,
});

const circumstances = (overrides: Partial<DispatchCircumstances> = {}): DispatchCircumstances => ({
  flags: {},
  maskUntil: null,
  lifted: [],
  opposition: {},
  alreadyHave: [],
  today: '20260302',
  ...overrides,
});

const settings = (changes: Partial<DispatchSettings> = {}) =>
  dispatchSettings({ hospitalClasses: ['I', 'E'], ...changes });

/** `dmp send, mssante-pro hold/partiel, …`: a plan in one line. */
const plan = (
  f: Partial<DispatchFacts> = {},
  c: Partial<DispatchCircumstances> = {},
  s: Partial<DispatchSettings> = {},
) =>
  decide(facts(f), circumstances(c), settings(s)).map(
    (d) => `${d.channel} ${d.decision === 'send' ? 'send' : `${d.decision}/${d.rule}`}`,
  );

const allThree = (fate: string) => [`dmp ${fate}`, `mssante-pro ${fate}`, `mssante-patient ${fate}`];

describe('the dispatch plan', () => {
  it('sends a complete, validated report of a qualified patient everywhere', () => {
    expect(plan()).toEqual(allThree('send'));
    const [dmp, doctor, patient] = decide(facts(), circumstances(), settings());
    expect(dmp).toMatchObject({ recipient: 'DMP', confidentiality: [], until: null });
    expect(dmp?.reason).toContain('opposition non recueillie');
    expect(doctor?.recipient).toBe(DOCTOR_BOX);
    expect(patient?.recipient).toBe(PATIENT_BOX);
  });

  it('says nothing of the opposition once the patient was informed', () => {
    expect(decide(facts(), circumstances({ alimentation: 'INO' }), settings())[0]?.reason).toBe(
      'compte rendu validé',
    );
  });

  it('lets nothing of a training message leave production', () => {
    expect(plan({ processing: 'T' }, {}, { environment: 'production' })).toEqual(
      allThree('never/message-de-test'),
    );
    expect(plan({ processing: 'D' }, {}, { environment: 'production' })).toEqual(
      allThree('never/message-de-test'),
    );
    expect(plan({ processing: 'P' }, {}, { environment: 'production' })).toEqual(allThree('send'));
  });

  it('lets nothing leave for an INS of another space', () => {
    expect(plan({ identity: { kind: 'unqualified', cause: 'foreign-space' } })).toEqual(
      allThree('never/ins-autre-espace'),
    );
  });

  it('holds a report without a named biologist', () => {
    expect(plan({ validatorNamed: false })).toEqual(allThree('hold/biologiste-absent'));
  });

  it('holds a blocked identity everywhere, a merely unqualified one only where the INS is needed', () => {
    expect(plan({ identity: { kind: 'unqualified', cause: 'status-blocked' } })).toEqual(
      allThree('hold/identite-bloquee'),
    );
    expect(plan({ identity: { kind: 'unqualified', cause: 'status-not-validated' } })).toEqual([
      'dmp hold/ins-non-qualifiee',
      'mssante-pro send',
      'mssante-patient hold/ins-non-qualifiee',
    ]);
  });

  it('freezes what has not left when the identity is no longer the one the document bears', () => {
    expect(plan({}, { identityChanged: true })).toEqual(allThree('hold/identite-changee'));
  });

  it('names no INS when there is none to name', () => {
    const patient = decide(
      facts({ identity: { kind: 'unqualified', cause: 'no-ins' } }),
      circumstances(),
      settings(),
    )[2];
    expect(patient?.recipient).toBe('patient');
  });

  it('honours an opposition on its channel only', () => {
    const opposed = { by: 'Dr Martin', reason: 'motif légitime' };
    expect(plan({}, { opposition: { dmp: opposed } })).toEqual([
      'dmp never/opposition',
      'mssante-pro send',
      'mssante-patient send',
    ]);
    expect(plan({}, { alimentation: 'IO' })).toEqual([
      'dmp never/opposition-adt',
      'mssante-pro send',
      'mssante-patient send',
    ]);
    expect(plan({}, { opposition: { 'mssante-patient': opposed } })[2]).toBe(
      'mssante-patient never/opposition',
    );
  });

  it('masks for an announcement: hidden in the DMP, held for the patient until the date given', () => {
    const decisions = decide(
      facts(),
      circumstances({ flags: { invisiblePatient: true }, maskUntil: '2026-03-20' }),
      settings(),
    );
    expect(decisions[0]).toMatchObject({ decision: 'send', confidentiality: ['INVISIBLE_PATIENT'] });
    expect(decisions[1]).toMatchObject({ decision: 'send' });
    expect(decisions[2]).toMatchObject({ decision: 'hold', rule: 'annonce', until: '2026-03-20' });
  });

  it('masks from professionals: in the DMP, and no mail unless the laboratory allows it', () => {
    const flags = { masquePs: true };
    expect(plan({}, { flags })).toEqual(['dmp send', 'mssante-pro hold/masque-ps', 'mssante-patient send']);
    expect(plan({}, { flags }, { masquePsBlocksMail: false })).toEqual(allThree('send'));
    expect(decide(facts(), circumstances({ flags }), settings())[0]?.confidentiality).toEqual(['MASQUE_PS']);
  });

  it('releases what is masked to professionals to the prescriber, and to no copy', () => {
    const professionals = [
      { key: '899700012034', mailbox: DOCTOR_BOX, prescriber: true as const },
      { key: '899700012042', mailbox: 'hugo.petit@medecin.mssante.invalid' },
    ];
    const flags = { masquePs: true };
    expect(plan({ professionals }, { flags, lifted: ['masque-ps'] }).slice(1, 3)).toEqual([
      'mssante-pro send',
      'mssante-pro hold/masque-ps-copie',
    ]);
  });

  it('keeps from legal representatives what the child’s mailbox would show them', () => {
    const decisions = decide(facts(), circumstances({ flags: { invisibleRepLegaux: true } }), settings());
    expect(decisions[0]?.confidentiality).toEqual(['INVISIBLE_REPRESENTANTS_LEGAUX']);
    expect(decisions[2]).toMatchObject({ decision: 'hold', rule: 'representants-legaux' });
  });

  it('refuses both masks at once for the DMP', () => {
    expect(plan({}, { flags: { masquePs: true, invisiblePatient: true } })[0]).toBe(
      'dmp hold/cumul-masquage',
    );
  });

  it('leaves a minor’s secret care to a person, who sends it in secret connection', () => {
    const secret = { flags: { connexionSecrete: true, invisibleRepLegaux: true } };
    expect(plan({ birthDate: '20100303' }, secret)[0]).toBe('dmp hold/soin-secret');
    const lifted = decide(
      facts({ birthDate: '20100303' }),
      circumstances({ ...secret, lifted: ['soin-secret'] }),
      settings(),
    )[0];
    expect(lifted).toMatchObject({
      decision: 'send',
      secretConnection: true,
      confidentiality: ['INVISIBLE_REPRESENTANTS_LEGAUX'],
    });
    expect(plan({ birthDate: '20080302' }, secret)[0]).toBe('dmp send'); // eighteen today
    expect(plan({}, { flags: { connexionSecrete: true } })[0]).toBe('dmp hold/connexion-secrete');
  });

  it('holds partial results until a person acts, the DMP by setting', () => {
    const partial = { completeness: 'partial' as const };
    expect(plan(partial)).toEqual([
      'dmp hold/partiel-dmp',
      'mssante-pro hold/partiel',
      'mssante-patient hold/partiel',
    ]);
    expect(plan(partial, {}, { partialToDmp: true })[0]).toBe('dmp send');
    expect(plan(partial, { lifted: ['partiel'] })).toEqual([
      'dmp hold/partiel-dmp',
      'mssante-pro send',
      'mssante-patient send',
    ]);
  });

  it('lifts a rule for one channel only, when the person names it', () => {
    const lifted = ['partiel@mssante-pro'];
    expect(plan({ completeness: 'partial' }, { lifted })).toEqual([
      'dmp hold/partiel-dmp',
      'mssante-pro send',
      'mssante-patient hold/partiel',
    ]);
  });

  it('obeys the destinations that the source excludes', () => {
    expect(plan({}, { flags: { destDmp: false, destMssantePat: false } })).toEqual([
      'dmp never/destination-exclue',
      'mssante-pro send',
      'mssante-patient never/destination-exclue',
    ]);
  });

  it('proposes mails in hospital, by source or by class of stay', () => {
    expect(plan({}, {}, { hospitalSource: true })).toEqual([
      'dmp send',
      'mssante-pro hold/hopital',
      'mssante-patient hold/hopital',
    ]);
    expect(plan({ patientClass: 'I' })[1]).toBe('mssante-pro hold/hopital');
    expect(plan({ patientClass: 'O' })[1]).toBe('mssante-pro send');
  });

  it('never writes outside the MSSanté domains, nor to a professional without mailbox', () => {
    const professionals = [
      { key: '899700012034' },
      { key: 'x', mailbox: 'dr@example.invalid' },
      { key: 'y', mailbox: 'dr@evil-mssante.invalid' },
    ];
    expect(plan({ professionals }).slice(1, 4)).toEqual([
      'mssante-pro never/adresse-absente',
      'mssante-pro never/domaine-non-mssante',
      'mssante-pro never/domaine-non-mssante',
    ]);
  });

  it('sends the replacement to who had the earlier version, even if no longer named', () => {
    const had = [{ channel: 'mssante-pro', recipient: 'hugo.petit@medecin.mssante.invalid' }];
    const recipients = decide(facts(), circumstances({ alreadyHave: had }), settings()).map(
      (d) => d.recipient,
    );
    expect(recipients).toEqual(['DMP', DOCTOR_BOX, 'hugo.petit@medecin.mssante.invalid', PATIENT_BOX]);
  });

  it('takes a mailbox for one recipient, whatever its case, under the name by which it has the report', () => {
    const professionals = [
      { key: '899700012034', mailbox: DOCTOR_BOX.toUpperCase(), prescriber: true as const },
      { key: '899700012042', mailbox: DOCTOR_BOX },
    ];
    const mails = (alreadyHave: DispatchCircumstances['alreadyHave']) =>
      decide(
        facts({ professionals }),
        circumstances({ alreadyHave }),
        settings({ channels: ['mssante-pro'] }),
      ).map(({ recipient }) => recipient);
    expect(mails([])).toEqual([DOCTOR_BOX.toUpperCase()]);
    expect(mails([{ channel: 'mssante-pro', recipient: DOCTOR_BOX }])).toEqual([DOCTOR_BOX]);
  });

  it('prefers never to hold, and the earlier rule among equals', () => {
    expect(plan({ completeness: 'partial' }, { opposition: { dmp: { by: 'x', reason: 'y' } } })[0]).toBe(
      'dmp never/opposition',
    );
    expect(plan({ completeness: 'partial', validatorNamed: false })[1]).toBe(
      'mssante-pro hold/biologiste-absent',
    );
  });

  it('deposits the N1 beside the N3 where the profile says so, under the same rules', () => {
    const decided = decide(
      facts(),
      circumstances({ flags: { masquePs: true } }),
      settings({ n1ToDmp: true, channels: ['dmp'] }),
    );
    expect(
      decided.map(({ recipient, decision, confidentiality }) => [recipient, decision, confidentiality]),
    ).toEqual([
      ['DMP', 'send', ['MASQUE_PS']],
      ['DMP N1', 'send', ['MASQUE_PS']],
    ]);
  });

  describe('that no longer has the N1 of an earlier version', () => {
    const alreadyHave = [
      { channel: 'dmp', recipient: 'DMP' },
      { channel: 'dmp', recipient: 'DMP N1' },
    ];
    const forms = (
      f: Partial<DispatchFacts> = {},
      c: Partial<DispatchCircumstances> = {},
      s: Partial<DispatchSettings> = {},
    ) =>
      decide(
        facts(f),
        circumstances({ alreadyHave, ...c }),
        settings({ n1ToDmp: false, channels: ['dmp'], ...s }),
      ).map((d) => `${d.recipient} ${d.withdraws ? 'takes back' : `${d.decision}/${d.rule}`}`);

    it('deletes it with the deposit of the new version', () => {
      expect(forms()).toEqual(['DMP send/envoi', 'DMP N1 takes back']);
      expect(forms({ finished: { bearsIns: true, hasN1: false } }, {}, { n1ToDmp: true })).toEqual([
        'DMP send/envoi',
        'DMP N1 takes back',
      ]);
    });

    it('leaves it beside the N3 of the same results while the new version may not leave', () => {
      const opposed = { dmp: { by: 'a', reason: 'b' } };
      expect(forms({}, { opposition: opposed })).toEqual(['DMP never/opposition', 'DMP N1 never/opposition']);
      expect(forms({ completeness: 'partial' })).toEqual(['DMP hold/partiel-dmp', 'DMP N1 hold/partiel-dmp']);
    });

    it('replaces it when the new version has one', () => {
      expect(forms({}, {}, { n1ToDmp: true })).toEqual(['DMP send/envoi', 'DMP N1 send/envoi']);
    });

    it('has nothing to delete once it is gone, nor of a report that never had one', () => {
      expect(forms({}, { alreadyHave: alreadyHave.slice(0, 1) })).toEqual(['DMP send/envoi']);
    });
  });

  it('decides only for the channels that are configured', () => {
    expect(plan({}, {}, { channels: ['dmp'] })).toEqual(['dmp send']);
  });

  it('can be released by a person only where the rule says so', () => {
    // The one rule that no plan decides: the DMP's own answer does (TD0.2).
    expect(RELEASE_RULES.liftable).toContain(TRAITS_RULE);
    for (const name of RELEASE_RULES.liftable.filter((liftable) => liftable !== TRAITS_RULE))
      expect(RULES.find((rule) => rule.name === name)?.decision).toBe('hold');
    expect(RELEASE_RULES.unmask).toEqual(['annonce-echue', 'annonce']);
    for (const name of [
      'biologiste-absent',
      'identite-bloquee',
      'ins-non-qualifiee',
      'opposition',
      'message-de-test',
    ]) {
      expect(RELEASE_RULES.liftable).not.toContain(name);
    }
  });
});

describe('a withdrawal', () => {
  const dmp = { channel: 'dmp', recipient: 'DMP' } as const;
  const doctor = { channel: 'mssante-pro', recipient: DOCTOR_BOX } as const;
  const patient = { channel: 'mssante-patient', recipient: PATIENT_BOX } as const;
  const withdrawn = (more: Partial<DispatchCircumstances> = {}, f: Partial<DispatchFacts> = {}) =>
    decide(
      facts({ withdrawal: true, ...f }),
      circumstances({ alreadyHave: [dmp, doctor, patient], ...more }),
      settings(),
    ).map((d) => `${d.channel} ${d.withdraws ? 'takes back' : `${d.decision}/${d.rule}`}`);

  it('takes the report back from who has it, and gives nothing to the others', () => {
    expect(withdrawn()).toEqual(allThree('takes back'));
    expect(withdrawn({ alreadyHave: [dmp] })).toEqual([
      'dmp takes back',
      'mssante-pro never/retrait',
      'mssante-patient never/retrait',
    ]);
  });

  it('deletes in the DMP what was deposited there, though the order of deletion excludes the DMP', () => {
    expect(withdrawn({ flags: { destDmp: false } })).toEqual(allThree('takes back'));
    expect(withdrawn({ alreadyHave: [], flags: { destDmp: false } })[0]).toBe('dmp never/retrait');
  });

  it.each([
    ['an identity that has changed', { identityChanged: true }],
    ['a biologist who holds', { held: { by: 'a', reason: 'b' } }],
    ['an opposition told by ADT', { alimentation: 'IO' }],
  ] as const)('is stopped by no rule that only keeps a report from leaving: %s', (_what, more) => {
    expect(withdrawn(more)).toEqual(allThree('takes back'));
  });

  it('tells nobody twice', () => {
    expect(withdrawn({ toldOfWithdrawal: [doctor] })).toEqual([
      'dmp takes back',
      'mssante-pro never/retrait',
      'mssante-patient takes back',
    ]);
  });

  it('concerns whoever has it, under an address that the report no longer names', () => {
    const other = {
      channel: 'mssante-patient',
      recipient: '184076938301241@patient.mssante.invalid',
    } as const;
    const plans = decide(
      facts({ withdrawal: true, professionals: [] }),
      circumstances({ alreadyHave: [other, doctor] }),
      settings(),
    );
    expect(plans.filter(({ withdraws }) => withdraws).map(({ recipient }) => recipient)).toEqual([
      DOCTOR_BOX,
      other.recipient,
    ]);
  });

  it('does not write where the orders forbid to: the notice carries a document', () => {
    expect(withdrawn({ flags: { masquePs: true } })[1]).toBe('mssante-pro hold/masque-ps');
    expect(withdrawn({ flags: { invisiblePatient: true } })[2]).toBe('mssante-patient hold/annonce');
    expect(withdrawn({ flags: { destMssantePs: false, destMssantePat: false } }).slice(1)).toEqual([
      'mssante-pro never/destination-exclue',
      'mssante-patient never/destination-exclue',
    ]);
    const opposed = { by: 'a', reason: 'b', at: 0 };
    expect(withdrawn({ opposition: { dmp: opposed, 'mssante-patient': opposed } })).toEqual([
      'dmp takes back',
      'mssante-pro takes back',
      'mssante-patient never/opposition',
    ]);
  });
});

describe('a report that came written', () => {
  it('keeps its INS here until the identity is qualified', () => {
    const unqualified = { kind: 'unqualified', cause: 'status-not-validated' } as const;
    const bearing = { identity: unqualified, finished: { bearsIns: true, hasN1: false } };
    expect(plan(bearing)[1]).toBe('mssante-pro hold/ins-du-document');
    expect(plan({ identity: unqualified, finished: { bearsIns: false, hasN1: false } })[1]).toBe(
      'mssante-pro send',
    );
  });

  it('has an N1 in the DMP only when it came with one', () => {
    const forms = (hasN1: boolean) =>
      plan({ finished: { bearsIns: true, hasN1 } }, {}, { n1ToDmp: true, channels: ['dmp'] }).length;
    expect([forms(true), forms(false)]).toEqual([2, 1]);
  });

  it('never goes twice, nor changes its masks, where it already is', () => {
    const sameDocument = [
      { channel: 'dmp', recipient: 'DMP' },
      { channel: 'mssante-pro', recipient: DOCTOR_BOX },
    ] as const;
    expect(plan({}, { sameDocument })).toEqual([
      'dmp hold/masquage-a-refaire',
      'mssante-pro never/document-identique',
      'mssante-patient send',
    ]);
  });
});
