import { describe, expect, it } from 'vitest';
import { chooseMailbox, withDirectory } from '../../src/directory/complete.ts';
import { decide } from '../../src/policy/decide.ts';
import type { DirectoryAnswer, DirectoryEntry } from '../../src/report/directory-entry.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import { nextVersion } from '../../src/report/versions.ts';
import { dispatchSettings } from '../fixtures/dispatch-settings.ts';
import { aDossier } from '../store/store-fixtures.ts';

const RPPS = '899700012034';
const box = (mailbox: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  kind: 'mailbox',
  idNat: RPPS,
  family: 'DURAND LEVY',
  mailbox,
  ...more,
});
const CABINET = '1750000019';
const HOSPITAL = '1750000027';
const person = { idNat: RPPS, family: 'Durand-Lévy' };
const choose = (entries: readonly DirectoryEntry[], structure?: string) => {
  const chosen = chooseMailbox(
    { entries },
    { ...person, ...(structure ? { structure: { idNat: structure, name: 'X' } } : {}) },
  );
  return typeof chosen === 'string' ? chosen : chosen.code;
};

describe('the address of a professional', () => {
  it('is the only one that the directory has', () => {
    expect(choose([box('a@x.fr')])).toBe('a@x.fr');
    expect(choose([box('A@x.fr', { structure: CABINET }), box('a@X.fr', { structure: HOSPITAL })])).toBe(
      'A@x.fr',
    );
  });

  it('is the one of the structure that the message names, when there are several', () => {
    const two = [box('a@x.fr', { structure: CABINET }), box('b@x.fr', { structure: HOSPITAL })];
    expect(choose(two, HOSPITAL)).toBe('b@x.fr');
    expect(choose(two, '1750000035')).toBe('DIRECTORY_SEVERAL');
    expect(choose([...two, box('c@x.fr', { structure: HOSPITAL })], HOSPITAL)).toBe('DIRECTORY_SEVERAL');
  });

  it('is none when several remain, and tells how many', () => {
    const chosen = chooseMailbox({ entries: [box('a@x.fr'), box('b@x.fr'), box('A@X.fr')] }, person);
    expect(chosen).toMatchObject({ code: 'DIRECTORY_SEVERAL', text: expect.stringContaining('2 boîtes') });
    // A message without a structure does not match the boxes without one.
    expect(choose([box('a@x.fr'), box('b@x.fr', { structure: CABINET })])).toBe('DIRECTORY_SEVERAL');
  });

  it('is never that of a holder who wants paper', () => {
    const paper = box('a@x.fr', { paperOnly: true, structure: HOSPITAL });
    expect(choose([paper])).toBe('DIRECTORY_PAPER_ONLY');
    expect(choose([paper, box('b@x.fr')], HOSPITAL)).toBe('b@x.fr');
  });

  it('is never that of a number known under another name: a mistyped number is somebody else’s', () => {
    expect(choose([box('a@x.fr', { family: 'PETIT' })])).toBe('DIRECTORY_OTHER_NAME');
    expect(choose([box('a@x.fr', { family: 'PETIT' }), box('b@x.fr')])).toBe('b@x.fr');
    expect(choose([box('a@x.fr', { family: '' })])).toBe('DIRECTORY_OTHER_NAME');
  });

  it('is none of somebody unknown, or without a mailbox', () => {
    expect(choose([])).toBe('DIRECTORY_UNKNOWN');
    expect(choose([{ kind: 'activity', idNat: RPPS, family: 'DURAND LEVY' }])).toBe('DIRECTORY_NO_MAILBOX');
  });
});

const answer = (mailbox: string): DirectoryAnswer => ({
  entries: [box(mailbox)],
  by: 'directory',
  asOf: '2026-08-26',
});
const asked: string[] = [];
const lookup = (mailbox: string) => (idNat: string) => {
  asked.push(idNat);
  return idNat === RPPS ? answer(mailbox) : { entries: [], by: 'directory' as const };
};

describe('a dossier', () => {
  const prescriber = { ...person, family: 'DURAND LEVY' };
  const dossier: Dossier = {
    ...aDossier(),
    prescriber,
    recipients: [
      { role: 'prescriber' as const, professional: prescriber },
      { role: 'copy' as const, professional: { ...person, mssante: 'said@message.fr' } },
      { role: 'copy' as const, professional: { localCode: 'D042', family: 'PETIT' } },
      { role: 'copy' as const, professional: { idNat: '899700012042', family: 'PETIT' } },
    ],
  };
  const completed = withDirectory(dossier, lookup('a@x.fr'));

  it('gets the addresses that it lacks, marked with their source; what is said is kept', () => {
    const origin = { by: 'directory', asOf: '2026-08-26' };
    expect(completed.dossier.prescriber).toEqual({ ...prescriber, mssante: 'a@x.fr', mailboxOrigin: origin });
    expect(completed.dossier.recipients.map(({ professional }) => professional.mssante)).toEqual([
      'a@x.fr',
      'said@message.fr',
      undefined,
      undefined,
    ]);
    expect(completed.warnings.map(({ code }) => code)).toEqual(['DIRECTORY_UNKNOWN']);
    expect(new Set(asked)).toEqual(new Set([RPPS, '899700012042']));
  });

  it('stays as it is without a directory', () => {
    expect(withDirectory(dossier, () => undefined)).toEqual({ dossier, warnings: [] });
  });

  it('makes a new version when an address is found, none when the directory changes it', () => {
    const moved = withDirectory(dossier, lookup('b@x.fr')).dossier;
    expect(nextVersion(dossier, completed.dossier).kind).toBe('new');
    expect(nextVersion(completed.dossier, moved).kind).toBe('unchanged');
    const said = {
      ...dossier,
      recipients: [{ role: 'copy' as const, professional: { ...person, mssante: 'x@y.fr' } }],
    };
    const changed = {
      ...dossier,
      recipients: [{ role: 'copy' as const, professional: { ...person, mssante: 'z@y.fr' } }],
    };
    expect(nextVersion(said, changed).kind).toBe('new');
  });

  it('is sent with the reason that names the source of the address', () => {
    const settings = dispatchSettings({
      environment: 'production',
      channels: ['mssante-pro'],
      patientDomain: 'p.example',
      mailDomains: ['x.fr'],
    });
    const reasonOf = (origin?: { by: 'table' | 'directory' | 'directory-api'; asOf?: string }) =>
      decide(
        {
          processing: 'P',
          identity: { kind: 'qualified', matricule: '279035121518989' },
          validatorNamed: true,
          completeness: 'complete',
          withdrawal: false,
          nonHuman: false,
          professionals: [{ key: RPPS, mailbox: 'a@x.fr', ...(origin ? { origin } : {}) }],
        },
        { flags: {}, maskUntil: null, lifted: [], opposition: {}, alreadyHave: [], today: '20261122' },
        settings,
      )[0]?.reason;
    expect(reasonOf()).toBe('compte rendu validé');
    expect(reasonOf({ by: 'table' })).toBe('compte rendu validé');
    expect(reasonOf({ by: 'directory', asOf: '2026-08-26' })).toBe(
      'compte rendu validé, adresse de l’annuaire national du 2026-08-26',
    );
    expect(reasonOf({ by: 'directory-api' })).toBe(
      'compte rendu validé, adresse de l’API de l’annuaire national',
    );
  });
});
