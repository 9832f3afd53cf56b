/** Where the reading of each mailbox began: what lies before is older than any mail of ours, and is not read. */
export const mailboxStarts = `
CREATE TABLE mailbox_start (
  mailbox TEXT NOT NULL,
  uid_validity TEXT NOT NULL,
  -- What lies up to this UID is skipped.
  up_to INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (mailbox, uid_validity)
) STRICT, WITHOUT ROWID;
-- Those that were read from their first mail.
INSERT INTO mailbox_start SELECT DISTINCT mailbox, uid_validity, 0, 0 FROM mail_place;
`;
