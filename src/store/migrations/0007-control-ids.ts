/**
 * MSH-10 of the messages that a listener has taken: the same one with other bytes is another message under a used number
 * (inputs.md §2.2). And the first bytes of what no frame could be made of, for a person to look at; never interpreted.
 */
export const controlIds = `
CREATE TABLE control_id (
  source TEXT NOT NULL,
  -- MSH-3 and MSH-4 as written.
  sender TEXT NOT NULL,
  control_id TEXT NOT NULL,
  -- Of the message's segments.
  sha256 TEXT NOT NULL,
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  PRIMARY KEY (source, sender, control_id)
) STRICT, WITHOUT ROWID;
-- The numbers of a message, to be forgotten with it.
CREATE INDEX control_id_of_message ON control_id (inbox_id);

CREATE TABLE quarantine_bytes (
  quarantine_id INTEGER PRIMARY KEY REFERENCES quarantine (id),
  bytes BLOB NOT NULL
) STRICT;
`;
