/** What persons have to be told (report/alert.ts). */
export const alerts = `
CREATE TABLE alert (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  -- A report's identifier, else what it is about: delivery:…, inbox:12, patient:12. Never a name or a number of a patient.
  subject TEXT NOT NULL,
  -- When what it tells of began, and when a person is to be told.
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  told_at INTEGER,
  closed_at INTEGER,
  closed_by TEXT,
  closed_reason TEXT,
  -- 1: a person closed it, and is not told of the same cause again; 0: its cause ended.
  closed_by_person INTEGER NOT NULL DEFAULT 0
) STRICT;
-- One open alert of a kind for a subject.
CREATE UNIQUE INDEX alert_open ON alert (kind, subject) WHERE closed_at IS NULL;
-- To be told; holds only what waits.
CREATE INDEX alert_due ON alert (due) WHERE told_at IS NULL AND closed_at IS NULL;
-- What a report shows; also what a person closed before.
CREATE INDEX alert_of_subject ON alert (subject, kind);
`;
