import type { Delimiters } from '../escapes.ts';
import type { Repetition } from '../hl7.ts';
import { repetition } from './hl7-segments.ts';

/**
 * A person (code ~ name ~ given name, or code ~ name ~ coding system) as an XCN. A lone sub-field is a name when it reads
 * like one ("DR MARTIN"), else a code that names nobody.
 */
export function asXcn(person: Repetition, delimiters: Delimiters): Repetition {
  const [code, name, third] = [person.text(1), person.componentText(2), person.text(3)];
  // `L` after the name is the table of a CE, no given name; the identifier's type may stand there too.
  const system = /^(?:L|R|RPPS|ADELI)$/.test(third) ? third : '';
  const type = system === 'RPPS' || system === 'ADELI' ? system : '';
  const given = system ? '' : third;
  const isName = name === '' && given === '' && /\S\s+\S/.test(code);
  const parts = isName ? ['', code, ''] : [code, name, given];
  return repetition([...parts, '', '', '', '', '', '', '', '', '', type], delimiters);
}
