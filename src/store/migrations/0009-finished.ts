/**
 * Reports that came written, and reports taken back. `standing`: deliveries that give a document and are not undone by a
 * deletion in the DMP; a mail cannot be undone, and the notice of a withdrawal is one more mail.
 */
export const finished = `
ALTER TABLE delivery ADD COLUMN withdraws INTEGER NOT NULL DEFAULT 0;
-- Who withdrew the report, when a person did: the SGL's own messages do not publish it again.
ALTER TABLE report ADD COLUMN withdrawn_by TEXT;
-- Identifier of an N1 that came written; ours follows from document_oid.
ALTER TABLE version ADD COLUMN n1_oid TEXT;
-- Acknowledgements that its sender asks for, JSON AcknowledgementOrders.
ALTER TABLE version ADD COLUMN acknowledge TEXT;
-- What its sender wants of the mails, JSON MailOrders.
ALTER TABLE version_document ADD COLUMN mail TEXT;

DROP VIEW reached;
CREATE VIEW standing AS
  SELECT delivery.* FROM delivery
  WHERE (withdraws = 0 OR channel <> 'dmp')
    AND NOT (channel = 'dmp' AND EXISTS (
      SELECT 1 FROM delivery AS taken
      WHERE taken.report_id = delivery.report_id AND taken.channel = delivery.channel
        AND taken.recipient = delivery.recipient AND taken.version > delivery.version
        AND taken.withdraws = 1 AND taken.state = 'delivered'));
CREATE VIEW reached AS
  SELECT report_id, version, channel, recipient FROM standing WHERE state = 'delivered' OR ambiguous = 1;

-- What the senders of finished documents are to be told (ZAM), one row an outcome.
CREATE TABLE business_ack (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  report_id TEXT NOT NULL REFERENCES report (id),
  version INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('Z01', 'Z02', 'Z03')),
  done INTEGER NOT NULL,
  error TEXT,
  mailbox TEXT,
  -- JSON AcknowledgementOrders, as the message that asked gave them.
  orders TEXT NOT NULL,
  -- When the outcome was known.
  at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  last_code TEXT,
  last_cause TEXT
) STRICT;
-- The queue of a source, longest due first; holds only what waits.
CREATE INDEX business_ack_due ON business_ack (source, next_at) WHERE state = 'waiting';
CREATE INDEX business_ack_of_report ON business_ack (report_id);
`;
