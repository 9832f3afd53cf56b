/** Names of files that messages had to do without: one that comes late may still be theirs. */
export const missedSideFiles = `
CREATE TABLE side_missed (
  source TEXT NOT NULL,
  name_key TEXT NOT NULL,
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  -- Until when a file of that name is taken for a late one.
  until_at INTEGER NOT NULL,
  PRIMARY KEY (source, name_key, inbox_id)
) STRICT, WITHOUT ROWID;
`;
