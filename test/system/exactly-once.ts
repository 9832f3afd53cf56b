import { expect } from 'vitest';
import type { SandboxEvent } from '../../src/sandbox/journal.ts';
import type { Laboratory } from './laboratory.ts';

/**
 * Every version of a dossier is in the DMP once and in each mailbox once. The one exception is a mail cut between SMTP's
 * final dot and the reply: it may be there twice, with one Message-ID, and only when its delivery says so.
 * @param versions that must have left, oldest first
 */
export async function expectDeliveredOnce(
  laboratory: Laboratory,
  dossier: string,
  versions: readonly number[],
): Promise<void> {
  const [report, state, events] = await Promise.all([
    laboratory.report(dossier),
    laboratory.state(),
    laboratory.events(),
  ]);
  expect(report.versions.map(({ version }) => version).sort()).toEqual(versions);
  const oids = versions.map((number) => {
    const oid = report.versions.find(({ version }) => version === number)?.documentOid;
    if (!oid) throw new Error(`version ${number} has no document`);
    return oid;
  });
  for (const [index, oid] of oids.entries()) {
    const isLast = index === oids.length - 1;
    const document = state.documents.find(({ uniqueId }) => uniqueId === oid);
    expect(document?.status, `version ${index + 1} in the DMP`).toMatch(isLast ? /Approved$/ : /Deprecated$/);
    expect(document?.replaces).toBe(oids[index - 1]);
    // The registry cannot hold a document twice; the journal tells whether a second deposit was let through.
    const commits = events.filter(
      ({ transaction, subjects, ...event }) =>
        transaction.startsWith('TD2.1') && subjects.includes(oid) && committed(event),
    );
    expect(commits, 'committed deposits').toHaveLength(1);

    const rows = report.deliveries.filter(({ version }) => version === versions[index]);
    expect(rows.map(({ channel, state: fate }) => `${channel} ${fate}`).sort()).toEqual([
      'dmp delivered',
      'mssante-patient delivered',
      'mssante-pro delivered',
    ]);
    for (const { channel, recipient, possibleDuplicate, remoteId } of rows) {
      if (channel === 'dmp') continue;
      const mails = state.mails.filter(
        ({ kind, to, documents }) => kind === 'report' && to.includes(recipient) && documents.includes(oid),
      );
      expect(mails.length, `mails of version ${index + 1} by ${channel}`).toBeGreaterThanOrEqual(1);
      expect(mails.length).toBeLessThanOrEqual(possibleDuplicate ? 2 : 1);
      expect(new Set(mails.map(({ messageId }) => messageId))).toEqual(new Set([remoteId]));
    }
  }
}

/** Did the sandbox keep what this event brought? A disruption says so in its name (sandbox/disruptions.ts). */
function committed({ outcome, reason }: Pick<SandboxEvent, 'outcome' | 'reason'>): boolean {
  if (outcome === 'accepted') return true;
  return outcome === 'disrupted' && /after-commit$|^warning$|^wrong-relates-to$/.test(reason ?? '');
}

/** How many mails of a dossier's version a lane's mailbox holds, and whether the delivery is flagged. */
export async function copies(
  laboratory: Laboratory,
  dossier: string,
  version: number,
): Promise<{ mails: number; flagged: boolean }[]> {
  const [report, { mails }] = await Promise.all([laboratory.report(dossier), laboratory.state()]);
  const oid = report.versions.find((one) => one.version === version)?.documentOid ?? '';
  return report.deliveries
    .filter((row) => row.version === version && row.channel !== 'dmp')
    .map(({ recipient, possibleDuplicate }) => ({
      mails: mails.filter(
        ({ kind, to, documents }) => kind === 'report' && to.includes(recipient) && documents.includes(oid),
      ).length,
      flagged: possibleDuplicate,
    }));
}
