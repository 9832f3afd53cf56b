import type { InputFacts } from '../intake/contributions.ts';
import type { Correspondent } from '../intake/correspondents.ts';
import { type InterpretedPart, interpret } from '../intake/interpret.ts';
import type { SourceProfile } from '../intake/profile.ts';
import type { SideFiles } from '../intake/side-files.ts';
import { type KnownLaboratory, withLaboratories } from '../intake/subcontractors.ts';
import type { DirectoryLookup } from '../report/directory-entry.ts';
import type { Fault } from '../report/fault.ts';
import { identifyReport } from '../report/identifiers.ts';
import { instantOf, type Timestamp } from '../report/timestamp.ts';
import type { InterpretedItem } from '../store/records.ts';
import { withAddresses } from './addressees.ts';

export interface ItemContext {
  readonly correspondents: readonly Correspondent[];
  /** The national directory, asked after the laboratory's table; absent: no folder to find one in. */
  readonly directory?: DirectoryLookup;
  /** What lies beside the message; absent: nothing. */
  readonly sideFiles?: SideFiles;
  /** What is known of the input beside its bytes. */
  readonly input?: InputFacts;
  /** The laboratories that work for ours. */
  readonly subcontractors?: readonly KnownLaboratory[];
  /** How long what is subcontracted may be waited for before a person is told (ms). */
  readonly subcontractedWaitMs?: number;
  /** OID under which the laboratory's documents live. */
  readonly root: string;
  /** When the message is read (ms); absent offline, where nothing later depends on the order of messages. */
  readonly now?: number;
}

/** A sender's clock may run ahead by this much: time zones, a badly set server. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** What a message holds, with its reports identified and its professionals completed from the table, then the directory. */
export function itemsOf(
  bytes: Uint8Array,
  profile: SourceProfile | undefined,
  context: ItemContext,
): InterpretedItem[] {
  const { correspondents, directory, sideFiles, input, subcontractors = [], root, now } = context;
  const { subcontractedWaitMs } = context;
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
  return interpret(bytes, profile, sideFiles, input).map((part): InterpretedItem => {
    const at = timeOf(part);
    if (at && now !== undefined && instantOf(at) > now + MAX_AHEAD_MS)
      return { kind: 'rejected', fault: fromTheFuture() };
    if (part.kind === 'contribution') return { ...part, waitMs: subcontractedWaitMs ?? 0 };
    if (part.kind !== 'dossier') return part;
    const stated = withLaboratories(part.dossier, subcontractors);
    const { dossier, warnings } = withAddresses(stated, { correspondents, directory });
    return {
      ...part,
      dossier,
      warnings: [...part.warnings, ...warnings],
      ...identifyReport(profile.name, dossier.number, root),
      ...(subcontractedWaitMs === undefined ? {} : { subcontractedWaitMs }),
    };
  });
}

function timeOf(part: InterpretedPart): Timestamp | undefined {
  switch (part.kind) {
    case 'dossier':
      return part.dossier.messageAt;
    case 'contribution':
      return part.contribution.messageAt;
    case 'patient':
      return part.update.at;
    default:
      return undefined;
  }
}

/** Messages are taken in the order of their own time: one from the future would silence every later one. */
function fromTheFuture(): Fault {
  return {
    code: 'MESSAGE_IN_FUTURE',
    cause: 'la date du message (MSH-7) est dans le futur, de plus de 24 heures',
    hint: 'corriger l’horloge du SGL (ou de ce serveur), puis exporter de nouveau',
    position: 'MSH-7',
  };
}
