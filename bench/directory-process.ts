import { plainDirectory } from './baseline/directory.ts';
import { built } from './built.ts';
import { type Timing, time } from './timing.ts';

/** One measure of the directory's bench, alone in its process. */
export type DirectoryTask =
  | { readonly kind: 'plain'; readonly file: string }
  | { readonly kind: 'import'; readonly file: string; readonly data: string }
  | { readonly kind: 'search'; readonly data: string; readonly rows: number };

export interface DirectoryFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly searches?: readonly ({ readonly name: string } & Timing)[];
}

process.once('message', async (task: DirectoryTask) => {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const searches = await run(task);
  const used = process.cpuUsage(cpu);
  const figures: DirectoryFigures = {
    seconds: (performance.now() - start) / 1e3,
    cpuSeconds: (used.user + used.system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    ...(searches ? { searches } : {}),
  };
  process.send?.(figures, () => process.exit());
});

async function run(task: DirectoryTask): Promise<DirectoryFigures['searches']> {
  if (task.kind === 'plain') {
    const value = task.file.includes('MSSante') ? 'Adresse BAL' : 'Raison sociale site';
    await plainDirectory(task.file, 'Identification nationale PP', value);
    return undefined;
  }
  if (task.kind === 'import') {
    const { importDirectory } =
      await built<typeof import('../src/stages/directory-import.ts')>('stages/directory-import');
    const done = await importDirectory({ files: [task.file], folder: task.data, now: 0, force: false });
    if ('cause' in done) throw new Error(done.code);
    return undefined;
  }
  return searches(task.data, task.rows);
}

async function searches(data: string, rows: number) {
  const { openDirectory } = await built<typeof import('../src/store/directory.ts')>('store/directory');
  const { searchDirectory } =
    await built<typeof import('../src/commands/directory-search.ts')>('commands/directory-search');
  const directory = openDirectory(data);
  const numbers = Array.from({ length: 1_000 }, (_, n) => `8${90_000_000_000 + ((n * 7_919) % rows)}`);
  let next = 0;
  const idNat = () => numbers[next++ % numbers.length] ?? '';
  const measured = [];
  for (const [name, work] of [
    ['a professional named by a message (RPPS)', () => directory.professional(idNat())],
    ['search: family and given name', () => searchDirectory(directory, 'nguyen bacodi louis', '', 20)],
    ['search: name and town', () => searchDirectory(directory, 'le goff mo', 'saint étienne', 20)],
    ['search: the commonest name alone', () => searchDirectory(directory, 'martin', '', 20)],
  ] as const)
    measured.push({ name, ...(await time(work)) });
  directory.close();
  return measured;
}
