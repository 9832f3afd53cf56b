import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What a figure is worth nothing without: the machine, and how busy it was with other things. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return (
    `${model}, ${availableParallelism()} cores, ${memory} GiB, ${type()} ${release()}, Node ${process.version}, ` +
    `load before the run ${loadavg()[0]?.toFixed(1)}`
  );
}

/** Processor seconds and resident memory of a process with all its threads. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMiB: number;
}

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Reads proc(5): the figures are Linux's. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, field 2, may hold blanks and parentheses: fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    residentMiB: Number(resident) / 1024,
  };
}
