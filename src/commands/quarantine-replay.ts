import { readFileSync, statSync } from 'node:fs';
import { type Config, pathOf } from '../config.ts';
import type { Correspondent } from '../intake/correspondents.ts';
import type { DirectoryLookup } from '../report/directory-entry.ts';
import { type Fault, isFaults } from '../report/fault.ts';
import {
  correspondentsOf,
  laboratoryOf,
  profilesOf,
  subcontractedWaitOf,
  subcontractorsOf,
} from '../settings.ts';
import { itemsOf } from '../stages/items.ts';
import { inputFacts } from '../stages/printed.ts';
import { readWithFiles } from '../stages/side-files.ts';
import { openDirectory } from '../store/directory.ts';
import type { Store } from '../store/model.ts';
import type { InterpretedItem } from '../store/records.ts';
import type { QuarantineRow, Rehearsal, RehearsedOutcome } from '../store/rows.ts';
import { type CommonOptions, complain, EXIT, type ExitCode, type Output, say } from './output.ts';
import { quarantined } from './quarantine.ts';
import { actDone, withStore } from './store.ts';
import { visible } from './visible-text.ts';

export interface ReplayOptions extends CommonOptions {
  /** Needed but for a preview. */
  readonly by?: string;
  readonly reason?: string;
  readonly preview?: boolean;
  /** The mended copy. */
  readonly file?: string;
}

/** `crbio quarantine replay ID`: the input again, or a mended copy of it; with --preview, what that would come to. */
export function replayQuarantine(output: Output, options: ReplayOptions, id: string): Promise<ExitCode> {
  const { by, reason = '', file } = options;
  return withStore(output, options, async (store, config) => {
    if (!options.preview && !by) {
      output.err(say(options, '--by manque : qui agit', '--by is missing: who acts'));
      return EXIT.usage;
    }
    const row = await quarantined(store, output, options, id);
    if (!row) return EXIT.refused;
    const mended = file === undefined ? undefined : readMended(file, row, config);
    if (mended && 'cause' in mended) {
      complain(output, options, mended, id);
      return EXIT.refused;
    }
    if (options.preview) return await preview(output, options, store, config, row, mended);
    const act = { by: by ?? '', reason };
    const result = mended
      ? await store.mend(row.quarantineId, mended, act)
      : await store.replay(row.quarantineId, act);
    return actDone(output, options, id, result, 'sera réinterprété', 'will be interpreted again');
  });
}

function readMended(file: string, { source }: QuarantineRow, config: Config): Uint8Array | Fault {
  const { size } = statSync(file);
  const maxBytes = profilesOf(config).get(source)?.limits.maxBytes ?? 0;
  if (size <= maxBytes) return readFileSync(file);
  return {
    code: 'MEND_TOO_LARGE',
    cause: `la copie corrigée dépasse la taille permise pour cette source (${maxBytes} octets)`,
    hint: 'la partager en plusieurs fichiers à déposer, ou relever maxBytes pour cette source',
  };
}

async function preview(
  output: Output,
  options: ReplayOptions,
  store: Store,
  config: Config,
  row: QuarantineRow,
  mended: Uint8Array | undefined,
): Promise<ExitCode> {
  const correspondents = correspondentsOf(config);
  if (isFaults(correspondents)) {
    for (const fault of correspondents) complain(output, options, fault);
    return EXIT.usage;
  }
  const bytes = mended ?? (await store.quarantineContent(row.quarantineId)) ?? new Uint8Array();
  const items = await itemsNow(store, config, row, bytes, correspondents);
  const rehearsal = await store.rehearse(row.quarantineId, items, mended);
  if (!rehearsal.done) {
    complain(output, options, rehearsal.fault, String(row.quarantineId));
    return EXIT.refused;
  }
  tell(output, options, rehearsal);
  return rehearsal.outcomes.some(({ kind }) => kind === 'refused') ? EXIT.refused : EXIT.done;
}

/** What the input reads as with the configuration as it is now, and the documents that lie beside it. */
async function itemsNow(
  store: Store,
  config: Config,
  { inboxId, origin, source }: QuarantineRow,
  bytes: Uint8Array,
  correspondents: readonly Correspondent[],
): Promise<readonly InterpretedItem[]> {
  const directory = openDirectory(pathOf(config, config.data));
  const lookup: DirectoryLookup = (idNat) =>
    directory.sources().length > 0 ? { entries: directory.professional(idNat), by: 'directory' } : undefined;
  const context = {
    correspondents,
    directory: lookup,
    root: laboratoryOf(config).oids.documents,
    subcontractors: subcontractorsOf(config),
    subcontractedWaitMs: subcontractedWaitOf(config, source),
    now: Date.now(),
  };
  const profile = profilesOf(config).get(source);
  try {
    const input = await inputFacts({ origin, bytes }, profile);
    if ('code' in input) return [{ kind: 'rejected', fault: input }];
    const read = await readWithFiles(
      { inboxId: inboxId ?? 0, origin },
      (sideFiles) => itemsOf(bytes, profile, { ...context, sideFiles, input }),
      {
        claimSideFiles: async (message, names) => ({
          state: 'given',
          files: inboxId === undefined ? new Map() : await store.sideFilesAtHand(message, names),
        }),
      },
      0,
    );
    return read.state === 'read' ? read.items : [];
  } finally {
    directory.close();
  }
}

type Done = Extract<Rehearsal, { done: true }>;

function tell(output: Output, options: ReplayOptions, { outcomes, newPatients }: Done): void {
  if (options.json) {
    for (const outcome of outcomes) output.out(JSON.stringify(outcome));
    return;
  }
  output.out(say(options, 'aperçu : rien n’est fait', 'preview: nothing is done'));
  for (const outcome of outcomes) for (const line of lines(outcome)) output.out(line);
  if (newPatients > 0)
    output.out(say(options, `patients créés : ${newPatients}`, `patients made: ${newPatients}`));
}

const COMPLETENESS = { partial: 'résultats partiels', complete: 'résultats complets' } as const;

function lines(outcome: RehearsedOutcome): readonly string[] {
  switch (outcome.kind) {
    case 'version': {
      const { reportId, dossier, version, completeness, warnings } = outcome;
      const made = version === 1 ? 'nouveau compte rendu' : `nouvelle version v${version}`;
      return [
        `+ ${made} ${reportId} (dossier ${visible(dossier)}), ${COMPLETENESS[completeness]}`,
        ...warnings.map(({ code, text }) => `    ! ${text} [${code}]`),
      ];
    }
    case 'unchanged':
      return [`= ${outcome.reportId} (dossier ${visible(outcome.dossier)}) : inchangé`];
    case 'patient':
      return ['+ identité ou consentement d’un patient mis à jour'];
    case 'refused': {
      const { position, cause, hint, code } = outcome.fault;
      return [
        `× encore refusé : ${position ? `${visible(position)} : ` : ''}${visible(cause)} [${code}]`,
        `    → ${hint}`,
      ];
    }
    case 'ignored':
      return [`· sans effet : ${outcome.reason}`];
  }
}
