import { startDaemon } from '../daemon.ts';
import { readParts } from '../daemon-parts.ts';
import { createLog } from '../ops/log.ts';
import { type CommonOptions, complain, EXIT, type ExitCode, type Output } from './output.ts';
import { configured, DEFAULT_CONFIG } from './store.ts';

/**
 * `crbio start`: the daemon, until SIGTERM or SIGINT. SIGHUP stops the stages cleanly and starts them again with the
 * files as they are now (configuration, catalogue, stylesheets, certificates); what cannot start leaves the old one going.
 */
export async function start(output: Output, options: CommonOptions): Promise<ExitCode> {
  const config = configured(output, options);
  if (!config) return EXIT.usage;
  const file = options.config ?? process.env.CRBIO_CONFIG ?? DEFAULT_CONFIG;
  const log = createLog(config.log.level);
  const started = await startDaemon(config, file, log);
  if (Array.isArray(started)) {
    for (const fault of started) complain(output, options, fault);
    return EXIT.usage;
  }
  let daemon = started;
  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    reloading = reloading.then(async () => {
      const fresh = configured(output, options);
      if (!fresh) return log.error('reload-refused', { code: 'CONFIG' });
      const parts = readParts(fresh);
      if (Array.isArray(parts)) {
        for (const fault of parts) complain(output, options, fault);
        return log.error('reload-refused', { code: parts[0]?.code ?? 'CONFIG', count: parts.length });
      }
      await daemon.stop();
      const again = await startDaemon(fresh, file, log);
      if (!Array.isArray(again)) {
        daemon = again;
        return log.info('reloaded');
      }
      for (const fault of again) complain(output, options, fault);
      process.exit(EXIT.usage);
    });
  });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await reloading;
  await daemon.stop();
  return EXIT.done;
}
