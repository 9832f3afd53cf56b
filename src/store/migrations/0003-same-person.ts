/** The INS of a patient, by which the numbers of one person are found; the same bytes, whatever their source. */
export const samePerson = `
ALTER TABLE patient ADD COLUMN matricule TEXT;
UPDATE patient SET matricule =
  coalesce(json_extract(stated, '$.ins.matricule'), json_extract(ins_stated, '$.identity.ins.matricule'));
CREATE INDEX patient_matricule ON patient (matricule) WHERE matricule IS NOT NULL;
CREATE INDEX inbox_sha256 ON inbox (sha256);
`;
