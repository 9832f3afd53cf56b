import { readFileSync, rmSync } from 'node:fs';

/**
 * Named points of the pipeline where the whole-daemon tests stop the process with SIGKILL, to prove that what a crash
 * interrupts is found again. Test support: inactive unless CRBIO_STOP_ORDER names a file, and never in production.
 */
export const STOP_POINTS = [
  'receive:after-store',
  'mllp:after-store',
  'interpret:before-commit',
  'interpret:after-commit',
  'receive:before-move',
  'render:before-commit',
  'render:after-commit',
  'decide:after-commit',
  'deliver:after-lease',
  'deliver:after-prepare',
  'dmp:before-send',
  'dmp:after-answer',
  'smtp:before-dot',
  'smtp:after-reply',
  'deliver:before-outcome',
  'deliver:after-outcome',
] as const;

export type StopPoint = (typeof STOP_POINTS)[number];

/**
 * The file that CRBIO_STOP_ORDER names is the order: while it holds a point's name, the first to reach that point removes
 * it and the process dies there. A point never reached leaves its order behind, which fails the test.
 * @param environment of the configuration: `production` disables the points whatever the variable says
 * @returns the function that stages call at each point
 */
export function stopPoints(environment: string): (point: string) => void {
  const order = process.env.CRBIO_STOP_ORDER;
  if (!order || environment === 'production') return () => {};
  return (point) => {
    if (ordered(order) !== point) return;
    rmSync(order);
    process.kill(process.pid, 'SIGKILL');
  };
}

function ordered(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
