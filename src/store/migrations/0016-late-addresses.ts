/** What one professional's missing address excludes, to be found again when it is learned (store/unaddressed.ts). */
export const lateAddresses = `
CREATE INDEX delivery_unaddressed ON delivery (recipient, updated_at)
  WHERE state = 'never' AND rule = 'adresse-absente';
`;
