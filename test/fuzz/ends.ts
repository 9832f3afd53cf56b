import { loadAssets } from '../../src/assets.ts';
import { SAMPLE_CONFIG } from '../../src/commands/render.ts';
import { readConfig } from '../../src/config.ts';
import { type InterpretedPart, interpret } from '../../src/intake/interpret.ts';
import type { SourceProfile } from '../../src/intake/profile.ts';
import { decide } from '../../src/policy/decide.ts';
import { factsOf } from '../../src/policy/facts.ts';
import { confirmRows } from '../../src/report/confirmations.ts';
import type { Dossier } from '../../src/report/dossier.ts';
import { identifyReport } from '../../src/report/identifiers.ts';
import { mergeDossiers } from '../../src/report/merge.ts';
import { nextVersion } from '../../src/report/versions.ts';
import { dispatchSettingsOf } from '../../src/settings.ts';
import { reportOf } from '../../src/stages/document.ts';

/** What became of one message of an input: `report`, `held: rule`, `patient`, `ignored`, `quarantine: CODE`. */
export type End = 'report' | 'patient' | 'ignored' | `held: ${string}` | `quarantine: ${string}`;

/** Follows an input from its bytes to the dispatch plan with the sample laboratory, documents not rendered. */
export function openEnds(): (bytes: Uint8Array, profile: SourceProfile) => End[] {
  const config = readConfig(SAMPLE_CONFIG);
  if (Array.isArray(config)) throw new Error('the sample configuration is refused');
  const assets = loadAssets(config);
  if (Array.isArray(assets)) throw new Error('the sample laboratory is refused');
  const [source] = config.sources;
  const settings = {
    ...dispatchSettingsOf(config, source?.name ?? ''),
    environment: 'demo' as const,
    channels: ['dmp', 'mssante-pro', 'mssante-patient'] as const,
  };

  const planOf = (stated: Dossier): End => {
    // Nothing came before it.
    const confirmed = confirmRows(stated, () => []);
    if ('unknown' in confirmed) return 'quarantine: OBX_CONFIRMS_NOTHING';
    const dossier = mergeDossiers([{ ...stated, exams: confirmed.exams }]);
    const next = nextVersion(undefined, dossier);
    if (next.kind !== 'new') throw new Error('a first version is always new');
    const ids = identifyReport(dossier.source, dossier.number, assets.laboratory.oids.documents);
    const { flags } = dossier;
    const task = { ...ids, version: 1, dossier, cause: next.cause, flags };
    const { report } = reportOf(task, { ...assets, environment: 'demo' });
    const decisions = decide(
      factsOf(report),
      { flags, maskUntil: null, lifted: [], opposition: {}, alreadyHave: [], today: '20261122' },
      settings,
    );
    const [first] = decisions;
    return decisions.some(({ decision }) => decision === 'send') ? 'report' : `held: ${first?.rule ?? ''}`;
  };
  const endOf = (part: InterpretedPart): End => {
    switch (part.kind) {
      case 'dossier':
        // A CR-Bio that came written is checked by the stage that takes it, not composed.
        return part.dossier.finished ? 'report' : planOf(part.dossier);
      case 'rejected':
        return `quarantine: ${part.fault.code}`;
      // Part of a report that is not here.
      case 'contribution':
        return 'report';
      default:
        return part.kind;
    }
  };
  return (bytes, profile) => interpret(bytes, profile).map(endOf);
}
