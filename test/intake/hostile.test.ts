import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profile } from '../fixtures/hl7/messages.ts';
import { HOSTILE, hostileInputs } from '../fixtures/hostile/index.ts';
import { openEnds } from '../fuzz/ends.ts';
import { read } from './parts.ts';

const endsOf = openEnds();

describe('hostile inputs', () => {
  it.each(hostileInputs().map((input) => [input.file, input] as const))(
    '%s',
    (_, { bytes, ends, warnings }) => {
      expect(endsOf(bytes, profile())).toEqual(ends);
      const told = read(bytes).flatMap((part) =>
        part.kind === 'dossier' ? part.warnings.map(({ code }) => code) : [],
      );
      expect([...new Set(told)]).toEqual(warnings ?? []);
    },
  );

  it('never let a replacement character through', () => {
    for (const { bytes } of hostileInputs()) expect(JSON.stringify(read(bytes))).not.toContain('\ufffd');
  });

  it('are all in the index', () => {
    const files = readdirSync(join(import.meta.dirname, '../fixtures/hostile')).filter(
      (name) => name !== 'index.ts',
    );
    expect(HOSTILE.map(({ file }) => file).sort()).toEqual(files.sort());
  });
});
