import { DEFAULT_DMP_OPTIONS, type DmpOptions, type DmpSettings } from '../../../src/dmp/settings.ts';
import type { DeliveryJob } from '../../../src/report/delivery.ts';
import { selfPresentingCda } from '../../fixtures/xds/cda.ts';
import type { TestAuthority } from './authority.ts';

export const HOMOLOGATION = 'HOMOL-SECRET-1';

export function dmpSettings(
  authority: TestAuthority,
  options: Partial<DmpOptions> = {},
  url = '',
): DmpSettings {
  return {
    url,
    software: { id: '1.2.250.1.999.6', name: 'crbio', version: '0.1', homologation: HOMOLOGATION },
    structure: {
      idNat: '1750000001',
      sector: { code: 'SA25', system: '1.2.250.1.71.4.2.4', display: 'Laboratoire de biologie médicale' },
    },
    signing: authority.signing,
    client: authority.client,
    ca: authority.certificate,
    sourceId: '1.2.250.1.999.6',
    options: { ...DEFAULT_DMP_OPTIONS, ...options },
  };
}

export function deliveryJob(changes: Partial<DeliveryJob> = {}): DeliveryJob {
  return {
    deliveryId: 'd-1',
    reportId: 'sgl-0123456789abcdef',
    version: 1,
    channel: 'dmp',
    recipient: 'DMP',
    confidentiality: [],
    secretConnection: false,
    noReply: false,
    cda: selfPresentingCda(),
    pdf: new Uint8Array(),
    pdfName: 'cr.pdf',
    ...changes,
  };
}

/** 2 March 2026, 08:20:00.500 UTC: after the document was made. */
export const NOW = Date.UTC(2026, 2, 2, 8, 20, 0, 500);
