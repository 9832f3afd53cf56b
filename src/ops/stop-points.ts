import { appendFileSync } from 'node:fs';

/**
 * Named points of the pipeline where the whole-daemon tests stop the process with SIGKILL, to prove that what a crash
 * interrupts is found again. Test support: inactive unless CRBIO_STOP_AT names a point, and never in production.
 */
export const STOP_POINTS = [
  'receive:after-store',
  'receive:before-move',
  'receive:after-move',
  'interpret:before-commit',
  'interpret:after-commit',
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
 * @param environment of the configuration: `production` disables the points whatever the variables say
 * @returns the function that stages call at each point
 */
export function stopPoints(environment: string): (point: string) => void {
  const wanted = process.env.CRBIO_STOP_AT;
  if (!wanted || environment === 'production') return () => {};
  const witness = process.env.CRBIO_STOP_WITNESS;
  return (point) => {
    if (point !== wanted) return;
    if (witness) appendFileSync(witness, `${point}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
}
