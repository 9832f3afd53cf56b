/**
 * What comes back to the mailboxes: each mail once, whatever its place, with what it came to. And the Message-IDs under which
 * deliveries left, by which it is known what a mail is about.
 */
export const mails = `
CREATE TABLE sent_mail (
  -- Lower case, with its angle brackets.
  message_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL REFERENCES delivery (id),
  PRIMARY KEY (message_id, delivery_id)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO sent_mail
  SELECT lower(remote_id), id FROM delivery WHERE channel <> 'dmp' AND remote_id IS NOT NULL;

CREATE TABLE mail (
  id INTEGER PRIMARY KEY,
  mailbox TEXT NOT NULL,
  -- Of the bytes that are kept.
  sha256 TEXT NOT NULL,
  -- Of the whole mail: of one too large only the first bytes are kept.
  size INTEGER NOT NULL,
  message_id TEXT,
  sender TEXT,
  kind TEXT NOT NULL,
  effect TEXT NOT NULL,
  code TEXT,
  -- What it is about; absent: nothing of ours.
  delivery_id TEXT REFERENCES delivery (id),
  at INTEGER NOT NULL
) STRICT;
-- The same bytes are one mail, in whatever mailbox.
CREATE UNIQUE INDEX mail_same_bytes ON mail (sha256);
-- What a report shows.
CREATE INDEX mail_of_delivery ON mail (delivery_id) WHERE delivery_id IS NOT NULL;

CREATE TABLE mail_bytes (
  mail_id INTEGER PRIMARY KEY REFERENCES mail (id),
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE mail_place (
  mailbox TEXT NOT NULL,
  uid_validity TEXT NOT NULL,
  uid INTEGER NOT NULL,
  -- Absent: not taken yet, to be asked for again; or given up after so many tries.
  mail_id INTEGER REFERENCES mail (id),
  tries INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (mailbox, uid_validity, uid)
) STRICT, WITHOUT ROWID;
-- Those to be asked for again.
CREATE INDEX mail_place_open ON mail_place (mailbox, uid_validity, uid) WHERE mail_id IS NULL;

-- Which outcome an acknowledgement tells: another outcome of the same is a correction, and told after it.
ALTER TABLE business_ack ADD COLUMN about TEXT NOT NULL DEFAULT '';
UPDATE business_ack SET about = substr(id, 1, length(id) - 6);
`;
