import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel, DeliveryJob } from '../src/report/delivery.ts';
import { BUILD, built } from './built.ts';

/** The sample laboratory as the daemon and its workers hold it: configuration, tables, fonts, keys. */
export async function openLaboratory(folder: string) {
  const { startSandbox, stopProcess, writeConfiguration } =
    await built<typeof import('../src/commands/demo-laboratory.ts')>('commands/demo-laboratory');
  const { readConfig } = await built<typeof import('../src/config.ts')>('config');
  const { loadAssets } = await built<typeof import('../src/assets.ts')>('assets');
  const settings = await built<typeof import('../src/settings.ts')>('settings');
  const { openSigner } = await built<typeof import('../src/dmp/signer.ts')>('dmp/signer');

  // Started for its certificates only.
  const sandbox = await startSandbox(join(folder, 'sandbox'), BUILD);
  const configFile = writeConfiguration(join(folder, 'laboratory'), sandbox.access);
  const config = readConfig(configFile);
  if (Array.isArray(config)) throw new Error('the sample configuration is refused');
  const assets = loadAssets(config);
  const dmp = settings.dmpSettingsOf(config);
  const mssante = settings.mssanteSettingsOf(config);
  await stopProcess(sandbox.process);
  const profile = [...settings.profilesOf(config).values()][0];
  if (Array.isArray(assets) || !dmp || Array.isArray(dmp) || !mssante || Array.isArray(mssante) || !profile)
    throw new Error('the sample laboratory is refused');
  return {
    config,
    assets,
    dmp,
    mssante,
    profile,
    signer: openSigner(dmp.signing),
    root: settings.laboratoryOf(config).oids.documents,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type Laboratory = Awaited<ReturnType<typeof openLaboratory>>;

export const RECIPIENTS: Readonly<Record<Channel, string>> = {
  dmp: 'DMP',
  'mssante-pro': 'claire.durand@sandbox-mssante.invalid',
  'mssante-patient': '',
};

/** The delivery of a rendered version to one of its destinations. */
export function jobOf(
  channel: Channel,
  { cda, pdf, pdfName, reportId }: Pick<DeliveryJob, 'cda' | 'pdf' | 'pdfName' | 'reportId'>,
): DeliveryJob {
  return {
    deliveryId: `${reportId}-v1-1`,
    reportId,
    version: 1,
    channel,
    recipient: RECIPIENTS[channel],
    confidentiality: [],
    secretConnection: false,
    noReply: false,
    cda,
    pdf,
    pdfName,
  };
}
