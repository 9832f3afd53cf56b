import { type FSWatcher, watch } from 'node:fs';

/**
 * Tells that something may have changed in some folders, and nothing more: one watch a folder, whatever it holds. What
 * cannot be watched (a share, too many watches) is told of by the next listing.
 */
export function createFolderSignal(changed: () => void) {
  const watchers = new Map<string, FSWatcher>();
  const forget = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    /**
     * Watches these folders, and no other.
     * @returns whether one is watched that was not: what came into it before that is told by nobody
     */
    follow(folders: readonly string[]): boolean {
      let begun = false;
      for (const known of watchers.keys()) if (!folders.includes(known)) forget(known);
      for (const folder of folders) {
        if (watchers.has(folder)) continue;
        try {
          const watcher = watch(folder, { persistent: false }, changed);
          watcher.on('error', () => forget(folder));
          watchers.set(folder, watcher);
          begun = true;
        } catch {
          // Listed at the set interval all the same.
        }
      }
      return begun;
    },
    close(): void {
      for (const folder of [...watchers.keys()]) forget(folder);
    },
  };
}
