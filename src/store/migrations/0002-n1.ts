/** The CDA N1 of a version, for laboratories whose profile deposits it beside the N3 (decisions.md, Document, N1). */
export const n1 = `
ALTER TABLE version_document ADD COLUMN n1 BLOB;
`;
