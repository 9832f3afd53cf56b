/**
 * A doubt counts: what a recipient may have is as good as had when a newer version is made, the DMP's included. `ambiguous`
 * now tells two doubts apart: 1, a try may have gone through; 2, the destination was asked since and does not have it (or
 * cannot be asked), so that a newer version no longer counts on it but looks it up once more before replacing another.
 */
export const doubts = `
ALTER TABLE delivery ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;
DROP VIEW reached;
CREATE VIEW reached AS
  SELECT report_id, version, channel, recipient FROM delivery WHERE state = 'delivered' OR ambiguous = 1;
-- Doubts that nobody tries any more, to be looked up before a newer version is made.
CREATE INDEX delivery_doubt ON delivery (channel, next_at)
  WHERE ambiguous = 1 AND state IN ('failed', 'cancelled', 'superseded');
-- Reports of which something is in doubt.
CREATE INDEX delivery_ambiguous ON delivery (report_id) WHERE ambiguous = 1;
`;
