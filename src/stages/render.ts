import type { Log } from '../ops/log.ts';
import type { Fault } from '../report/fault.ts';
import type { Store } from '../store/model.ts';
import type { RenderTask, VersionId } from '../store/records.ts';
import type { RenderedDocument } from './document.ts';

export interface RenderDependencies {
  readonly store: Store;
  readonly log: Log;
  /** Renders in a worker thread. */
  readonly render: (task: RenderTask) => Promise<RenderedDocument | { faults: readonly Fault[] }>;
  /** Versions rendered at once: the workers, and one more so that none waits for a commit. */
  readonly concurrency: number;
  readonly at: (point: string) => void;
  /** Something may be waiting to be decided. */
  readonly next: () => void;
  /** A place is free: there may be more to render. */
  readonly wake: () => void;
}

/** Stage `render`: a report version → its CDA and PDF, checked; or set aside with the reason. */
export function createRenderer({ store, log, render, concurrency, at, next, wake }: RenderDependencies) {
  const underWay = new Map<VersionId, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const renderOne = async (task: RenderTask) => {
    const result = await render(task);
    at('render:before-commit');
    if ('faults' in result) {
      await store.renderFailed(task, result.faults);
      log.error('render-refused', {
        report: task.reportId,
        version: task.version,
        code: result.faults[0]?.code ?? 'UNKNOWN',
        count: result.faults.length,
      });
      return;
    }
    const { identity: _known, facts, ...documents } = result;
    await store.rendered(task, { ...documents, facts: { ...facts } });
    at('render:after-commit');
    log.info('rendered', { report: task.reportId, version: task.version, count: documents.warnings.length });
    next();
  };

  return {
    /**
     * One turn: fills the free places, since a slow report must not keep the other workers waiting. A version that is
     * done wakes the stage for the next; one that failed unexpectedly fails the turn after it.
     */
    async turn(): Promise<number> {
      if (failure) {
        const { error } = failure;
        failure = undefined;
        throw error;
      }
      const free = concurrency - underWay.size;
      if (free === 0) return 0;
      // Versions under way are still to be rendered for the store.
      const started = await store.unrendered(free, [...underWay.keys()]);
      for (const task of started) {
        const id = { reportId: task.reportId, version: task.version };
        const work = renderOne(task)
          .catch((error: unknown) => {
            failure = { error };
          })
          .finally(() => {
            underWay.delete(id);
            wake();
          });
        underWay.set(id, work);
      }
      return started.length;
    },
    /** Waits for what is under way. */
    async stop(): Promise<void> {
      await Promise.all(underWay.values());
    },
  };
}
