import type { Log } from '../ops/log.ts';
import type { Store } from '../store/model.ts';

/**
 * Tells a person that a source's folder can no longer be taken, or can again. The log is told whatever happens: the disk that
 * is full may be the store's.
 * @param code of what is in the way; undefined: nothing any more
 */
export function tellObstacle(
  { store, log }: { readonly store: Pick<Store, 'raiseAlert' | 'settleAlert'>; readonly log: Log },
  source: string,
  code: string | undefined,
): void {
  const subject = `source:${source}`;
  if (code !== undefined) log.error('folder-blocked', { source, code });
  else log.info('folder-resumed', { source });
  const told =
    code === undefined
      ? store.settleAlert('dossier-bloque', subject)
      : store.raiseAlert({ kind: 'dossier-bloque', subject });
  told.catch(() => {});
}
