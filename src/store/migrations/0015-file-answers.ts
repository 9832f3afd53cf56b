/** Answers to files of partners who want one: owed as soon as a file is interpreted. */
export const fileAnswers = `
CREATE TABLE file_answer (
  inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
  source TEXT NOT NULL,
  -- JSON: what became of the file.
  outcome TEXT NOT NULL,
  -- 1: its bytes lie in the partner's folder, under their name or about to have it.
  written INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX file_answer_owed ON file_answer (source, inbox_id) WHERE written = 0;
`;
