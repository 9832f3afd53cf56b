/**
 * Application acknowledgements (enhanced mode, MSH-16) that a sender was promised with the accept acknowledgement of its
 * message and that have not been sent: one row a message, until its acknowledgement has left.
 */
export const applicationAcks = `
-- Of the message in the frame that was kept: an acknowledgement tells of one message of a batch.
ALTER TABLE control_id ADD COLUMN number INTEGER NOT NULL DEFAULT 1;

CREATE TABLE application_ack (
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  number INTEGER NOT NULL,
  source TEXT NOT NULL,
  -- MSH-3 and MSH-4 as written.
  sender TEXT NOT NULL,
  -- MSH as written, one character a byte: what is acknowledged.
  header TEXT NOT NULL,
  PRIMARY KEY (inbox_id, number)
) STRICT, WITHOUT ROWID;
-- What a sender has not been told, oldest first.
CREATE INDEX application_ack_of_sender ON application_ack (source, sender, inbox_id, number);
`;
