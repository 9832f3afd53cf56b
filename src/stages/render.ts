import type { Log } from '../ops/log.ts';
import type { RenderTask, Store } from '../store/model.ts';
import type { RenderedDocument, VersionToRender } from './document.ts';

export interface RenderDependencies {
  readonly store: Store;
  readonly log: Log;
  /** Renders in a worker thread. */
  readonly render: (
    task: VersionToRender,
  ) => Promise<
    RenderedDocument | { faults: readonly { code: string; cause: string; hint: string; position?: string }[] }
  >;
  /** Versions rendered at once: the workers, and one more so that none waits for a commit. */
  readonly concurrency: number;
  readonly at: (point: string) => void;
  /** Something may be waiting to be decided. */
  readonly next: () => void;
}

/** Stage `render`: a report version → its CDA and PDF, checked; or set aside with the reason. */
export function createRenderer({ store, log, render, concurrency, at, next }: RenderDependencies) {
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
    const { documentOid, cda, pdf, pdfName, warnings, facts } = result;
    await store.rendered(task, { documentOid, cda, pdf, pdfName, warnings, facts: { ...facts } });
    at('render:after-commit');
    log.info('rendered', { report: task.reportId, version: task.version, count: warnings.length });
    next();
  };

  return {
    async turn(): Promise<number> {
      const tasks = await store.unrendered(concurrency);
      await Promise.all(tasks.map(renderOne));
      return tasks.length;
    },
  };
}
