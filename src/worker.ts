import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { move } from 'piscina';
import { loadAssets } from './assets.ts';
import { readConfig } from './config.ts';
import { prepareLot } from './dmp/lot.ts';
import { openSigner } from './dmp/signer.ts';
import { prepareMail } from './mssante/mail.ts';
import { codeOf } from './ops/codes.ts';
import type { DeliveryJob } from './report/delivery.ts';
import { dmpSettingsOf, mssanteSettingsOf } from './settings.ts';
import { renderVersion } from './stages/version.ts';
import type { RenderTask } from './store/records.ts';

/**
 * A worker thread: rendering and signing, so that the event loop stays free for acknowledgements. It reads the same
 * configuration as the daemon; a reload starts new workers.
 */

// On Linux a priority is a thread's: who waits for an acknowledgement goes before a document.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const config = readConfig((workerData as { config: string }).config);
if (Array.isArray(config)) throw new Error('the configuration changed while the workers started');
const assets = loadAssets(config);
if (Array.isArray(assets)) throw new Error('the catalogue or stylesheets changed while the workers started');
const dmp = dmpSettingsOf(config);
const mssante = mssanteSettingsOf(config);
const signer = dmp && !Array.isArray(dmp) ? openSigner(dmp.signing) : undefined;

/** What rendering came to, or the code of what kept this machine from it: an error loses its code between threads. */
export type RenderOutcome = Awaited<ReturnType<typeof renderVersion>> | { readonly obstacle: string };

/** Renders one version. */
export async function render(task: RenderTask): Promise<RenderOutcome> {
  try {
    return await renderVersion(task, assets as Exclude<typeof assets, readonly unknown[]>);
  } catch (error) {
    return { obstacle: codeOf(error) };
  }
}

/** Signs a submission set for the DMP. `now`: milliseconds. */
export function lot({ job, now }: { job: DeliveryJob; now: number }): Uint8Array {
  if (!dmp || Array.isArray(dmp) || !signer) throw new Error('the DMP is not configured');
  return prepareLot(dmp, taken(job), { now, signer });
}

/** Builds a mail with its XDM archive. `now`: milliseconds. */
export async function mail({ job, now }: { job: DeliveryJob; now: number }): Promise<unknown> {
  if (!mssante || Array.isArray(mssante)) throw new Error('MSSanté is not configured');
  const bytes = await prepareMail(mssante, taken(job), { now });
  return move(bytes.buffer.byteLength === bytes.byteLength ? bytes : bytes.slice());
}

/** A job with documents of its own: not every library reads shared memory. */
function taken(job: DeliveryJob): DeliveryJob {
  return { ...job, cda: job.cda.slice(), pdf: job.pdf.slice() };
}
