import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { ALERTS_DUE } from '../../src/store/alerts.ts';
import { ACKS_OWED } from '../../src/store/application-acks.ts';
import { ACKS_DUE } from '../../src/store/business-acks.ts';
import { ANSWERS_OWED } from '../../src/store/file-answers.ts';
import { HELD } from '../../src/store/held-bytes.ts';
import { UNINTERPRETED } from '../../src/store/inbox.ts';
import { DOUBTS, DUE, LEASES_ENDED, NEXT_DUE } from '../../src/store/outbox.ts';
import { HOLDS_DUE, UNPLANNED } from '../../src/store/planning.ts';
import { UNRENDERED } from '../../src/store/reports.ts';
import { CANDIDATE, MISSED } from '../../src/store/side-files.ts';
import { UNADDRESSED, UNADDRESSED_OF, UNADDRESSED_TO } from '../../src/store/unaddressed.ts';
import { aBench } from './store-fixtures.ts';

/** The questions that are asked all day must not read a whole table, whatever its size. */
describe('hot queries', () => {
  const planOf = (sql: string): string[] => {
    const { file } = aBench();
    const db = new Database(file, { readonly: true });
    const lines = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...bound(sql));
    db.close();
    return lines.map(({ detail }) => detail);
  };
  const bound = (sql: string) => Array.from({ length: sql.split('?').length - 1 }, () => 1);

  // An index that only holds what waits may be walked from end to end: that is the queue itself.
  const QUEUES =
    /USING (COVERING )?INDEX (inbox_received|version_to_render|version_to_plan|delivery_until)\b/;

  test.each([
    ['uninterpreted', UNINTERPRETED, 'inbox_received'],
    ['unrendered', UNRENDERED, 'version_to_render'],
    ['unplanned', UNPLANNED, 'version_to_plan'],
    ['lease', DUE, 'delivery_due'],
    ['nextDue', NEXT_DUE, 'delivery_due'],
    ['doubts', DOUBTS, 'delivery_doubt'],
    ['holds that a date ends', HOLDS_DUE, 'delivery_until'],
    ['alerts to tell', ALERTS_DUE, 'alert_due'],
    ['senders to tell', ACKS_DUE, 'business_ack_due'],
    ['versions without an address', UNADDRESSED, 'delivery_state'],
    ['those of one professional', UNADDRESSED_TO, 'delivery_unaddressed'],
    ['those of one report', UNADDRESSED_OF, 'delivery_once'],
    ['answers owed to a partner', ANSWERS_OWED, 'file_answer_owed'],
    ['acknowledgements owed', ACKS_OWED, 'application_ack_of_sender'],
  ])('%s uses its index and scans no table', (_name, sql, index) => {
    const plan = planOf(sql);
    expect(plan.join('\n')).toContain(index);
    for (const line of plan) if (line.startsWith('SCAN')) expect(line).toMatch(QUEUES);
    expect(plan.filter((line) => line.includes('TEMP B-TREE FOR ORDER BY'))).toEqual([]);
  });

  test('what lies beside messages: searched, not scanned', () => {
    for (const line of planOf(MISSED)) expect(line).toMatch(/^SEARCH/);
    for (const line of planOf(CANDIDATE)) expect(line).not.toMatch(/^\s*SCAN (?!\(subquery)/);
    expect(planOf('SELECT inbox_id FROM side_wait_name WHERE source = ? AND name_key = ?').join()).toMatch(
      /^SEARCH/,
    );
  });

  test('whether bytes are here: searched, not scanned', () => {
    for (const line of planOf(HELD)) expect(line).not.toMatch(/^\s*SCAN (?!CONSTANT)/);
  });

  test.each([
    ['deliveries of a report', `SELECT * FROM delivery WHERE report_id = ?`],
    ['what a recipient has', `SELECT max(version) FROM reached WHERE report_id = ?`],
    ['a duplicate', `SELECT id FROM inbox WHERE source = ? AND sha256 = ?`],
    ['the same bytes elsewhere', `SELECT min(id) FROM inbox WHERE sha256 = ? AND source <> ?`],
    ['numbers of a person', `SELECT id FROM patient WHERE matricule = ? ORDER BY id`],
    [
      'who had it',
      `SELECT qualified FROM reached JOIN version ON version.report_id = reached.report_id AND version.number = reached.version
       JOIN version_dossier ON version_id = version.id WHERE reached.report_id = ? AND reached.version < ?`,
    ],
    ['leases that ended', LEASES_ENDED],
    ['masks that a date ends', `SELECT * FROM report WHERE mask_until_ms IS NOT NULL AND mask_until_ms <= ?`],
    ['what messages stated', `SELECT dossier FROM statement WHERE report_id = ?`],
    ['oppositions in force', `SELECT * FROM opposition WHERE patient_id = ? AND lifted_at IS NULL`],
    ['reports of a patient', `SELECT id FROM report WHERE patient_id = ?`],
    ['reports that name a patient', `SELECT id FROM report WHERE stated_patient_id = ?`],
    ['what was said of a patient', `SELECT * FROM patient_statement WHERE patient_id = ?`],
    ['merges of a number', `SELECT * FROM patient_merge WHERE merged_id = ? OR survivor_id = ?`],
    ['numbers of a holder', `SELECT id FROM patient WHERE holder_id = ?`],
    ['the delivery that a mail is about', `SELECT delivery_id FROM sent_mail WHERE message_id = ?`],
    ['a mail taken before', `SELECT id FROM mail WHERE sha256 = ?`],
    ['mails about a delivery', `SELECT id FROM mail WHERE delivery_id = ?`],
    ['where a mailbox stands', `SELECT max(uid) FROM mail_place WHERE mailbox = ? AND uid_validity = ?`],
    [
      'mails to be asked for again',
      `SELECT uid FROM mail_place WHERE mailbox = ? AND uid_validity = ? AND mail_id IS NULL AND tries < 5 ORDER BY uid`,
    ],
    ['alerts of a report', `SELECT * FROM alert WHERE subject = ? AND kind = ? AND closed_at IS NULL`],
  ])('%s: searched, not scanned', (_name, sql) => {
    for (const line of planOf(sql)) expect(line).not.toMatch(/^SCAN/);
  });
});
