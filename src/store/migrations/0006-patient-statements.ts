/**
 * What each message said of a patient, so that the state follows from the messages' own order; merges of numbers; when a
 * report was first deposited.
 */
export const patientStatements = `
CREATE TABLE patient_statement (
  id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  at INTEGER NOT NULL,
  -- EVN-1 of an ADT; empty: an ORU.
  event TEXT NOT NULL,
  control_id TEXT NOT NULL,
  inbox_id INTEGER REFERENCES inbox (id),
  -- JSON StatedIdentity; absent: a movement that is only recorded.
  identity TEXT,
  ins_removed INTEGER NOT NULL DEFAULT 0,
  -- JSON Consent, JSON IdentityProof.
  consent TEXT,
  proof TEXT
) STRICT;
CREATE INDEX statement_of_patient ON patient_statement (patient_id, at);

CREATE TABLE patient_merge (
  id INTEGER PRIMARY KEY,
  merged_id INTEGER NOT NULL REFERENCES patient (id),
  survivor_id INTEGER NOT NULL REFERENCES patient (id),
  at INTEGER NOT NULL,
  control_id TEXT NOT NULL,
  inbox_id INTEGER REFERENCES inbox (id)
) STRICT;
CREATE INDEX merge_of_merged ON patient_merge (merged_id);
CREATE INDEX merge_of_survivor ON patient_merge (survivor_id);

-- Who has what was this number's; absent: itself.
ALTER TABLE patient ADD COLUMN holder_id INTEGER REFERENCES patient (id);
-- When what documents follow of the identity last changed.
ALTER TABLE patient ADD COLUMN identity_since INTEGER;
CREATE INDEX patient_holder ON patient (holder_id) WHERE holder_id IS NOT NULL;

-- The number under which the messages of a report name its patient; patient_id is who has it after merges.
ALTER TABLE report ADD COLUMN stated_patient_id INTEGER REFERENCES patient (id);
UPDATE report SET stated_patient_id = patient_id;
CREATE INDEX report_of_stated_patient ON report (stated_patient_id);

-- First deposit in the DMP: the clock of the announcement (CSP R.1111-53).
ALTER TABLE report ADD COLUMN deposited_at INTEGER;
UPDATE report SET deposited_at = (
  SELECT min(updated_at) FROM delivery WHERE report_id = report.id AND channel = 'dmp' AND state = 'delivered');

-- What was known before, as statements: the one that settled the INS, the latest, and the consents.
INSERT INTO patient_statement (patient_id, at, event, control_id, identity, ins_removed)
  SELECT id, ins_stated_at, '', '', json_extract(ins_stated, '$.identity'), json_extract(ins_stated, '$.removed')
  FROM patient WHERE ins_stated IS NOT NULL;
INSERT INTO patient_statement (patient_id, at, event, control_id, identity)
  SELECT id, stated_at, '', '', stated FROM patient WHERE ins_stated_at IS NOT stated_at;
INSERT INTO patient_statement (patient_id, at, event, control_id, consent)
  SELECT id, consent_at, 'ADT', '', consent FROM patient WHERE consent IS NOT NULL;
INSERT INTO patient_statement (patient_id, at, event, control_id, consent)
  SELECT patient_id, coalesce(opposition_stated_at, at), 'ADT', '', '{"alimentation":"IO"}'
  FROM opposition JOIN patient ON patient.id = patient_id
  WHERE origin = 'adt' AND lifted_at IS NULL AND coalesce(json_extract(consent, '$.alimentation'), '') <> 'IO';
DELETE FROM opposition WHERE origin = 'adt';
`;
