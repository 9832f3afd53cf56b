/**
 * What a person does with the quarantine: a document that nobody named is found there with its bytes, a mended copy knows
 * what it mends. And messages whose documents no antivirus could look at yet.
 */
export const quarantineWork = `
-- Of a file beside the messages: its bytes are in attachment.
ALTER TABLE quarantine ADD COLUMN sha256 TEXT REFERENCES attachment (sha256);
-- The quarantined input of which this message is the mended copy.
ALTER TABLE inbox ADD COLUMN mends INTEGER REFERENCES quarantine (id);

CREATE TABLE scan_wait (
  inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
  since INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL
) STRICT;
`;
