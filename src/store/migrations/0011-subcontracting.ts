/**
 * What other laboratories say of our orders, and the numbers by which they name them. Numbers of reports that were there
 * before are taken from what their messages stated.
 */
export const subcontracting = `
CREATE TABLE order_number (
  number TEXT NOT NULL,
  report_id TEXT NOT NULL REFERENCES report (id),
  PRIMARY KEY (number, report_id)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO order_number SELECT dossier, id FROM report;
INSERT OR IGNORE INTO order_number
  SELECT trim(json_extract(dossier, '$.prescriptionNumber')), report_id FROM statement
  WHERE trim(coalesce(json_extract(dossier, '$.prescriptionNumber'), '')) <> '';
INSERT OR IGNORE INTO order_number
  SELECT trim(json_extract(exam.value, '$.order')), report_id
  FROM statement, json_each(statement.dossier, '$.exams') AS exam
  WHERE trim(coalesce(json_extract(exam.value, '$.order'), '')) <> '';

CREATE TABLE contribution (
  id INTEGER PRIMARY KEY,
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  -- JSON Contribution, its documents in the table attachment.
  content TEXT NOT NULL,
  -- The report that it is part of; absent: it waits for one.
  report_id TEXT REFERENCES report (id)
) STRICT;
CREATE INDEX contribution_of_report ON contribution (report_id) WHERE report_id IS NOT NULL;
-- A message interpreted again replaces what it had said.
CREATE INDEX contribution_of_message ON contribution (inbox_id);

-- Numbers that a contribution without its report waits for.
CREATE TABLE awaited_number (
  number TEXT NOT NULL,
  contribution_id INTEGER NOT NULL REFERENCES contribution (id),
  PRIMARY KEY (number, contribution_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_number_of_contribution ON awaited_number (contribution_id);
`;
