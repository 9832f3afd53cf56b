import { type Correspondent, withCorrespondents } from '../intake/correspondents.ts';
import { interpret } from '../intake/interpret.ts';
import type { SourceProfile } from '../intake/profile.ts';
import { identifyReport } from '../report/identifiers.ts';
import type { InterpretedItem } from '../store/model.ts';

export interface ItemContext {
  readonly correspondents: readonly Correspondent[];
  /** OID under which the laboratory's documents live. */
  readonly root: string;
}

/** What a message holds, with its reports identified and its professionals completed from the laboratory's table. */
export function itemsOf(
  bytes: Uint8Array,
  profile: SourceProfile | undefined,
  { correspondents, root }: ItemContext,
): InterpretedItem[] {
  if (!profile) {
    return [
      {
        kind: 'rejected',
        fault: {
          code: 'SOURCE_UNKNOWN',
          cause: 'la source de ce message n’est plus configurée',
          hint: 'remettre la source dans la configuration, puis crbio quarantine replay',
        },
      },
    ];
  }
  return interpret(bytes, profile).map((part): InterpretedItem => {
    if (part.kind !== 'dossier') return part;
    const dossier = withCorrespondents(part.dossier, correspondents);
    return { ...part, dossier, ...identifyReport(profile.name, dossier.number, root) };
  });
}
