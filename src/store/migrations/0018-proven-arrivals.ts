/** What a mail bounces after its recipient's side has said that it came is a copy of it, passed on to somebody else. */
export const provenArrivals = `
-- 1: delivered, and its recipient's side has said that it came.
ALTER TABLE delivery ADD COLUMN proven INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET proven = 1
WHERE state = 'delivered' AND id IN (
  SELECT delivery_id FROM mail
  WHERE effect IN ('delivered', 'read', 'integrated', 'not-integrated', 'dispatched', 'deleted'));
`;
