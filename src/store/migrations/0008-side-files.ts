/**
 * Files that lie beside messages, and messages that wait for one. The bytes are in `attachment`, where the report that
 * shows them keeps them too.
 */
export const sideFiles = `
CREATE TABLE side_file (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  name TEXT NOT NULL,
  -- The name without what Windows shares do not keep apart: case, composed accents.
  name_key TEXT NOT NULL,
  sha256 TEXT NOT NULL REFERENCES attachment (sha256),
  size INTEGER NOT NULL,
  -- Which file it was in the folder: the same name written again is another one.
  stamp TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('free', 'used', 'replaced', 'unclaimed')),
  -- The message that has it.
  inbox_id INTEGER REFERENCES inbox (id),
  received_at INTEGER NOT NULL,
  -- Until when it waits for a message.
  until_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX side_file_once ON side_file (source, name, stamp, sha256);
-- What a message may take; holds only what waits.
CREATE INDEX side_file_free ON side_file (source, name_key) WHERE state = 'free';
CREATE INDEX side_file_of_message ON side_file (inbox_id) WHERE inbox_id IS NOT NULL;

CREATE TABLE side_wait (
  inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
  until_at INTEGER NOT NULL,
  -- 1: a file that it named has come.
  awake INTEGER NOT NULL
) STRICT;
CREATE TABLE side_wait_name (
  source TEXT NOT NULL,
  name_key TEXT NOT NULL,
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  PRIMARY KEY (source, name_key, inbox_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX side_wait_name_of_message ON side_wait_name (inbox_id);
`;
