import { type FSWatcher, watch } from 'chokidar';

/**
 * Tells that something may have changed in some folders, and nothing more. What cannot be watched (a share, too many
 * watches) is told of by the next listing.
 */
export function createFolderSignal(changed: () => void) {
  const watchers = new Map<string, FSWatcher>();
  const forget = (folder: string) => {
    void watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    /** Watches these folders, and no other. Tells once when a watch has begun: what came before it told nobody. */
    follow(folders: readonly string[]): void {
      for (const known of watchers.keys()) if (!folders.includes(known)) forget(known);
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        // The folder itself, none of its files: a watch each would be more than a system has for a large export.
        const watcher = watch(folder, {
          depth: 0,
          ignoreInitial: true,
          ignored: (path) => path !== folder,
        });
        watcher.on('ready', changed).on('raw', changed);
        watcher.on('error', () => forget(folder));
        watchers.set(folder, watcher);
      }
    },
    async close(): Promise<void> {
      const open = [...watchers.values()];
      watchers.clear();
      await Promise.all(open.map((watcher) => watcher.close()));
    },
  };
}
