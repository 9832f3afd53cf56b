/**
 * The first schema. Migrations are never edited once released: a change is a new one.
 *
 * Times are milliseconds since 1970. Large bytes have tables of their own, so that the pages of queues and states stay
 * few and are read without them. Columns named `…_at` of a patient hold the time of the message, not of its arrival.
 */
export const initial = `
CREATE TABLE inbox (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'interpreted', 'quarantined')),
  -- What interpreting it gave, JSON: the answer to a second call after the commit.
  outcomes TEXT NOT NULL DEFAULT '[]',
  received_at INTEGER NOT NULL
) STRICT;
-- The same bytes from the same source are one message.
CREATE UNIQUE INDEX inbox_same_bytes ON inbox (source, sha256);
-- The interpreter's queue, oldest first; holds only what waits.
CREATE INDEX inbox_received ON inbox (id) WHERE state = 'received';

CREATE TABLE inbox_bytes (
  inbox_id INTEGER PRIMARY KEY REFERENCES inbox (id),
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  -- Absent: the input was refused before its bytes were kept.
  inbox_id INTEGER REFERENCES inbox (id),
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  size INTEGER,
  fault TEXT NOT NULL,
  at INTEGER NOT NULL,
  replayed_at INTEGER
) STRICT;
-- Faults of one message, for the reason file.
CREATE INDEX quarantine_of_message ON quarantine (inbox_id);
-- What waits for a person, newest first.
CREATE INDEX quarantine_open ON quarantine (at) WHERE replayed_at IS NULL;

CREATE TABLE patient (
  id INTEGER PRIMARY KEY,
  -- Empty: the laboratory's own numbering.
  authority TEXT NOT NULL,
  local_id TEXT NOT NULL,
  -- The latest statement, JSON StatedIdentity, and the latest that said all of the INS (or removed it).
  stated TEXT NOT NULL,
  stated_at INTEGER NOT NULL,
  ins_stated TEXT,
  ins_stated_at INTEGER,
  -- The latest consent, JSON Consent; the latest that was INO or IO, which rules the opposition made by ADT.
  consent TEXT,
  consent_at INTEGER,
  opposition_stated_at INTEGER
) STRICT;
CREATE UNIQUE INDEX patient_number ON patient (local_id, authority);

CREATE TABLE opposition (
  id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  channel TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('person', 'adt')),
  by TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  lifted_at INTEGER,
  lifted_by TEXT
) STRICT;
-- Read at each plan; one in force for each origin.
CREATE UNIQUE INDEX opposition_in_force ON opposition (patient_id, channel, origin) WHERE lifted_at IS NULL;
CREATE INDEX opposition_of_patient ON opposition (patient_id);

CREATE TABLE report (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  dossier TEXT NOT NULL,
  set_oid TEXT NOT NULL,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  -- Number of the newest version; 0 before the first.
  newest INTEGER NOT NULL DEFAULT 0,
  held_by TEXT,
  held_reason TEXT,
  -- Flags that biologists set, JSON DispatchFlags, and the source's flags when they were last compared.
  masks TEXT NOT NULL DEFAULT '{}',
  source_flags TEXT NOT NULL DEFAULT '{}',
  -- When the masks named in until_flags (JSON) end: as typed, and in milliseconds.
  mask_until TEXT,
  mask_until_ms INTEGER,
  until_flags TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL
) STRICT;
-- What names a report for ever; also refuses a collision of the hash that makes its identifier.
CREATE UNIQUE INDEX report_dossier ON report (source, dossier);
CREATE UNIQUE INDEX report_set_oid ON report (set_oid);
-- Reports that an identity or an opposition concerns.
CREATE INDEX report_of_patient ON report (patient_id);
-- Masks that a date ends.
CREATE INDEX report_mask_due ON report (mask_until_ms) WHERE mask_until_ms IS NOT NULL;
-- Lists, newest first.
CREATE INDEX report_created ON report (created_at);

-- What each message said of a report: the content of a version is merged from them in message order.
CREATE TABLE statement (
  id INTEGER PRIMARY KEY,
  report_id TEXT NOT NULL REFERENCES report (id),
  inbox_id INTEGER NOT NULL REFERENCES inbox (id),
  dossier TEXT NOT NULL
) STRICT;
CREATE INDEX statement_of_report ON statement (report_id);
-- A message interpreted again replaces what it had stated.
CREATE INDEX statement_of_message ON statement (inbox_id);

CREATE TABLE attachment (
  sha256 TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE version (
  id INTEGER PRIMARY KEY,
  report_id TEXT NOT NULL REFERENCES report (id),
  number INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('interpreted', 'rendered', 'planned', 'blocked', 'superseded')),
  cause TEXT NOT NULL,
  completeness TEXT NOT NULL,
  -- 1: the identity that the version carries is qualified.
  qualified INTEGER NOT NULL,
  -- Dispatch flags of this version, JSON: the source's with the biologist's laid over.
  flags TEXT NOT NULL,
  -- 1: to be planned, or planned again. Deliveries do not leave meanwhile.
  plan_due INTEGER NOT NULL DEFAULT 0,
  -- Goes up whenever planning must begin again, so that a plan made from older circumstances is known as stale.
  revision INTEGER NOT NULL DEFAULT 0,
  -- Rules that a person lifted for this version, JSON.
  lifted TEXT NOT NULL DEFAULT '[]',
  document_oid TEXT,
  facts TEXT,
  interpret_warnings TEXT NOT NULL DEFAULT '[]',
  render_warnings TEXT NOT NULL DEFAULT '[]',
  faults TEXT NOT NULL DEFAULT '[]',
  -- The message that made it; absent: an act or a date did.
  inbox_id INTEGER REFERENCES inbox (id),
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX version_number ON version (report_id, number);
-- The renderer's queue and the planner's, oldest first; they hold only what waits.
CREATE INDEX version_to_render ON version (id) WHERE state = 'interpreted';
CREATE INDEX version_to_plan ON version (id) WHERE plan_due = 1;

CREATE TABLE version_dossier (
  version_id INTEGER PRIMARY KEY REFERENCES version (id),
  dossier TEXT NOT NULL
) STRICT;

CREATE TABLE version_document (
  version_id INTEGER PRIMARY KEY REFERENCES version (id),
  cda BLOB NOT NULL,
  pdf BLOB NOT NULL,
  pdf_name TEXT NOT NULL
) STRICT;

CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  report_id TEXT NOT NULL REFERENCES report (id),
  version INTEGER NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'never', 'leased', 'on-wire', 'unknown', 'delivered',
    'failed', 'cancelled', 'superseded')),
  -- What the latest plan wants of it: send, hold, never, or drop (no longer named). A lane may have it meanwhile; it
  -- counts as soon as the delivery comes back.
  decision TEXT NOT NULL CHECK (decision IN ('send', 'hold', 'never', 'drop')),
  until TEXT,
  until_ms INTEGER,
  reason TEXT NOT NULL,
  rule TEXT NOT NULL,
  confidentiality TEXT NOT NULL,
  secret_connection INTEGER NOT NULL,
  no_reply INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  -- Until when a lane has it (leased, on-wire).
  lease_until INTEGER,
  -- 1: a try may have gone through without our knowing.
  ambiguous INTEGER NOT NULL DEFAULT 0,
  possible_duplicate INTEGER NOT NULL DEFAULT 0,
  remote_id TEXT,
  warnings TEXT NOT NULL DEFAULT '[]',
  last_code TEXT,
  last_cause TEXT,
  last_hint TEXT,
  updated_at INTEGER NOT NULL,
  FOREIGN KEY (report_id, version) REFERENCES version (report_id, number)
) STRICT;
-- One delivery of a version to a recipient: the key against sending twice. Also finds a report's deliveries.
CREATE UNIQUE INDEX delivery_once ON delivery (report_id, channel, recipient, version);
-- A lane's queue by due time; holds only what waits.
CREATE INDEX delivery_due ON delivery (channel, next_at) WHERE state IN ('waiting', 'unknown');
-- Leases that end.
CREATE INDEX delivery_lease ON delivery (lease_until) WHERE state IN ('leased', 'on-wire');
-- What keeps a newer version of a report from being rendered.
CREATE INDEX delivery_open ON delivery (report_id) WHERE state IN ('leased', 'on-wire', 'unknown');
-- Holds that a date ends.
CREATE INDEX delivery_until ON delivery (until_ms) WHERE state = 'held' AND until_ms IS NOT NULL;
-- The queue as a person sees it.
CREATE INDEX delivery_state ON delivery (state, updated_at);

CREATE TABLE delivery_prepared (
  delivery_id TEXT PRIMARY KEY REFERENCES delivery (id),
  bytes BLOB NOT NULL
) STRICT;

-- Deliveries whose recipient has the document, or may have it: a mail in doubt cannot be looked up, a document of the
-- DMP can, and was.
CREATE VIEW reached AS
  SELECT report_id, version, channel, recipient FROM delivery
  WHERE state = 'delivered'
     OR (ambiguous = 1 AND channel <> 'dmp' AND state IN ('failed', 'cancelled', 'superseded'));

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  -- SHA-256 of the previous hash and this entry's canonical JSON.
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX journal_of_subject ON journal (subject, seq);
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- The one daemon of this file.
CREATE TABLE daemon_claim (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  pid INTEGER NOT NULL,
  -- Boot and start time of the process: a number used again by another process is no claim.
  birth TEXT NOT NULL,
  claimed_at INTEGER NOT NULL
) STRICT;
`;
