import { expect, test } from 'vitest';
import { readCdaTree } from '../../src/intake/cda-tree.ts';
import { readValue } from '../../src/intake/cda-values.ts';

function read(value: string, said?: string) {
  const [element] = readCdaTree(Buffer.from(`<ClinicalDocument>${value}</ClinicalDocument>`))?.children ?? [];
  if (!element) throw new Error('no value');
  return readValue(element, said);
}

const text = (words: string) => ({ value: { kind: 'text', text: words } });

test.each([
  ['<value type="BL" value="true"/>', text('Oui')],
  ['<value type="BL" value="false"/>', text('Non')],
  ['<value type="BL" nullFlavor="NAV"/>', undefined],
  ['<value type="PQ" nullFlavor="NAV"/>', undefined],
  ['<value type="CD" nullFlavor="UNK"/>', undefined],
  ['<value type="RTO"><numerator value="1"/></value>', undefined],
])('%s says that and no more', (value, wanted) => {
  expect(read(value)).toEqual(wanted);
});

test.each(['BL', 'PQ', 'CD', 'RTO', 'IVL_PQ'])('a %s without value says what the reader is shown', (type) => {
  expect(read(`<value type="${type}" nullFlavor="OTH"/>`, 'prélèvement hémolysé')).toEqual(
    text('prélèvement hémolysé'),
  );
});
