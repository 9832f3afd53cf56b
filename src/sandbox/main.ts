/**
 * The sandbox as a process.
 *
 *     node dist/sandbox/main.js --dir DIR [--ports auto|DMP,SMTP,CONTROL] [--patients FILE] [--structure ID] [--organisation NAME]
 *
 * Prints the description (`DIR/sandbox.json`) as one line when ready; SIGTERM or SIGINT stops it.
 */
import { parseArgs } from 'node:util';
import { type SandboxOptions, startSandbox } from './sandbox.ts';

const USAGE =
  'usage: --dir DIR [--ports auto|DMP,SMTP,CONTROL] [--patients FILE] [--structure ID --organisation NAME]';

function readOptions(): SandboxOptions {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      ports: { type: 'string', default: 'auto' },
      patients: { type: 'string' },
      structure: { type: 'string' },
      organisation: { type: 'string' },
    },
  });
  if (values.dir === undefined) throw new Error(USAGE);
  return {
    folder: values.dir,
    ...(values.ports === 'auto' ? {} : { ports: parsePorts(values.ports) }),
    ...(values.patients === undefined ? {} : { patients: values.patients }),
    ...(values.structure === undefined
      ? {}
      : { organisation: { id: values.structure, name: values.organisation ?? 'LABORATOIRE' } }),
  };
}

function parsePorts(text: string): { dmp: number; smtp: number; control: number } {
  const match = /^(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(text);
  if (match === null) throw new Error(USAGE);
  const [dmp = 0, smtp = 0, control = 0] = match.slice(1).map(Number);
  return { dmp, smtp, control };
}

try {
  const sandbox = await startSandbox(readOptions());
  const stop = (): void => {
    sandbox.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(JSON.stringify(sandbox.description));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
