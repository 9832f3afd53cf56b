/** Scans of other laboratories that a person took for the document of a report. */
export const acceptedScans = `
-- The report that a quarantined part would have joined.
ALTER TABLE quarantine ADD COLUMN report_id TEXT REFERENCES report (id);

CREATE TABLE accepted_scan (
  inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
  report_id TEXT NOT NULL REFERENCES report (id),
  at INTEGER NOT NULL
) STRICT;
`;
