import { basename } from 'node:path';
import { readConfig } from '../config.ts';
import { interpret } from '../intake/interpret.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { profilesOf } from '../settings.ts';
import type { Catalogue } from '../terminology/catalogue.ts';
import { CoverageCount } from '../terminology/coverage.ts';
import { readInputs } from './input-files.ts';
import { type CommonOptions, complain, type Output } from './output.ts';
import { SAMPLE_CONFIG } from './render.ts';

/** A feed counted against a catalogue; `rejected`: messages that could not be read, each told on stderr. */
export interface CountedFeed {
  readonly count: CoverageCount;
  readonly messages: number;
  readonly rejected: number;
}

/**
 * Reads result files (or folders of them) as the first configured source sends them, and counts their results.
 * @returns undefined when the configuration cannot be read, which was told
 */
export function countFeed(
  output: Output,
  options: CommonOptions,
  inputs: readonly string[],
  catalogue: Catalogue,
): CountedFeed | undefined {
  const profile = profileOf(output, options);
  if (!profile) return undefined;
  const count = new CoverageCount(catalogue);
  let messages = 0;
  let rejected = 0;
  for (const { path, bytes, sideFiles } of readInputs(inputs, profile.limits.maxBytes)) {
    for (const part of interpret(bytes, profile, sideFiles)) {
      if (part.kind === 'rejected') {
        rejected++;
        complain(output, options, part.fault, basename(path));
      } else if (part.kind === 'dossier') {
        messages++;
        count.add(part.dossier);
      }
    }
  }
  return { count, messages, rejected };
}

/** A file that somebody hands over may lack its last end of line. */
function profileOf(output: Output, options: CommonOptions): SourceProfile | undefined {
  const config = readConfig(options.config ?? SAMPLE_CONFIG);
  if (Array.isArray(config)) {
    for (const fault of config) complain(output, options, fault);
    return undefined;
  }
  const [profile] = profilesOf(config).values();
  return profile && { ...profile, finalTerminator: 'optional' };
}
