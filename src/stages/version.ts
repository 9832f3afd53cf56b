import type { Fault } from '../report/fault.ts';
import type { RenderTask } from '../store/records.ts';
import { type DocumentAssets, internalFault, type RenderedDocument, renderDocument } from './document.ts';
import { checkFinished, isFinished } from './finished.ts';

/**
 * The documents of one version: rendered from its dossier, or, where the dossier came written, checked.
 * @returns the documents, or why this version must wait for a person
 * @throws Error when the machine cannot make them now (a full disk)
 */
export async function renderVersion(
  task: RenderTask,
  assets: DocumentAssets,
): Promise<RenderedDocument | { faults: readonly Fault[] }> {
  if (!isFinished(task)) return renderDocument(task, assets);
  try {
    return await checkFinished(task, assets);
  } catch (error) {
    return { faults: [internalFault(error)] };
  }
}
