import type { Contribution } from '../report/contribution.ts';
import { type Context, fromJson } from './context.ts';
import type { Dossiers, StoredAttachment } from './dossiers.ts';

type StoredContribution = Omit<Contribution, 'attachments'> & { readonly attachments: StoredAttachment[] };

interface Row {
  readonly id: number;
  readonly inbox_id: number;
  readonly content: string;
}

/** A contribution that waits for the report of its order. */
export interface WaitingContribution {
  readonly id: number;
  readonly inboxId: number;
  readonly contribution: Contribution;
}

export const AWAITED = `
  SELECT DISTINCT contribution.id, inbox_id, content FROM awaited_number
  JOIN contribution ON contribution.id = contribution_id WHERE number = ? ORDER BY contribution.id`;
export const REPORTS_NAMED = `
  SELECT report.id, report.source FROM order_number JOIN report ON report.id = report_id WHERE number = ?`;

/** What other laboratories say of our orders: part of a report, or waiting for it. */
export function createContributions({ db }: Pick<Context, 'db'>, dossiers: Dossiers) {
  const addNumber = db.prepare('INSERT OR IGNORE INTO order_number (number, report_id) VALUES (?, ?)');
  const named = db.prepare<[string], { id: string; source: string }>(REPORTS_NAMED);
  const insert = db.prepare('INSERT INTO contribution (inbox_id, content, report_id) VALUES (?, ?, ?)');
  const awaitNumber = db.prepare(
    'INSERT OR IGNORE INTO awaited_number (number, contribution_id) VALUES (?, ?)',
  );
  const awaited = db.prepare<[string], Row>(AWAITED);
  const give = db.prepare('UPDATE contribution SET report_id = ? WHERE id = ?');
  const endWait = db.prepare('DELETE FROM awaited_number WHERE contribution_id = ?');
  const drop = db.prepare('DELETE FROM contribution WHERE id = ?');
  const ofMessage = db.prepare<[number], { id: number; report_id: string | null }>(
    'SELECT id, report_id FROM contribution WHERE inbox_id = ?',
  );
  const waits = db
    .prepare<[number], 1>('SELECT 1 FROM contribution WHERE inbox_id = ? AND report_id IS NULL LIMIT 1')
    .pluck();
  const ofReport = db
    .prepare<[string], string>('SELECT content FROM contribution WHERE report_id = ? ORDER BY inbox_id, id')
    .pluck();

  const toJson = (said: Contribution): string =>
    JSON.stringify({ ...said, attachments: said.attachments.map(dossiers.keep) });
  const parse = (text: string): Contribution => {
    const stored = fromJson<StoredContribution>(text);
    return { ...stored, attachments: stored.attachments.map(dossiers.restore) };
  };
  const isClient = ({ clients }: Contribution, source: string): boolean =>
    clients.length === 0 || clients.includes(source);

  return {
    /** Names by which the report's order may be called. */
    name(reportId: string, numbers: readonly string[]): void {
      for (const number of numbers) addNumber.run(number, reportId);
    },

    /** The reports of our sources that have one of the contribution's order numbers. */
    reportsOf: (said: Contribution): string[] => [
      ...new Set(
        said.orders.flatMap((number) =>
          named.all(number).flatMap(({ id, source }) => (isClient(said, source) ? [id] : [])),
        ),
      ),
    ],

    attach(inboxId: number, said: Contribution, reportId: string): void {
      insert.run(inboxId, toJson(said), reportId);
    },
    wait(inboxId: number, said: Contribution): void {
      const { lastInsertRowid } = insert.run(inboxId, toJson(said), null);
      for (const number of said.orders) awaitNumber.run(number, lastInsertRowid);
    },

    /** Those that wait for a report of this source with one of these numbers. */
    waitingFor(numbers: readonly string[], source: string): WaitingContribution[] {
      const rows = new Map(numbers.flatMap((number) => awaited.all(number)).map((row) => [row.id, row]));
      return [...rows.values()]
        .map(({ id, inbox_id, content }) => ({ id, inboxId: inbox_id, contribution: parse(content) }))
        .filter(({ contribution }) => isClient(contribution, source));
    },
    /** Does anything of this message still wait? */
    isWaiting: (inboxId: number): boolean => waits.get(inboxId) === 1,
    give(id: number, reportId: string): void {
      endWait.run(id);
      give.run(reportId, id);
    },
    drop(id: number): void {
      endWait.run(id);
      drop.run(id);
    },

    /** Takes back what a message said. @returns the reports that it was part of */
    forget(inboxId: number): string[] {
      const rows = ofMessage.all(inboxId);
      for (const { id } of rows) this.drop(id);
      return [...new Set(rows.flatMap(({ report_id }) => report_id ?? []))];
    },

    of: (reportId: string): Contribution[] => ofReport.all(reportId).map(parse),
    /** What came to the report in the same stream. */
    before: ({ source, stream }: Contribution, reportId: string): Contribution[] =>
      ofReport
        .all(reportId)
        .map(parse)
        .filter((one) => one.source === source && one.stream === stream),
  };
}

export type Contributions = ReturnType<typeof createContributions>;
