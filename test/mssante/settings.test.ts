import { describe, expect, it } from 'vitest';
import { checkSettings, type MssanteSettings } from '../../src/mssante/settings.ts';
import { newAuthority } from '../fixtures/mssante/authority.ts';
import { someSettings } from '../fixtures/mssante/delivery.ts';

const authority = newAuthority('AC de test');
const client = authority.issue({ name: 'labo', use: 'client' });
const CERTIFICATES = {
  authorities: authority.certificate,
  clientCertificate: client.certificate,
  clientKey: client.key,
};

const codes = (overrides: Partial<MssanteSettings>) =>
  checkSettings(someSettings({ ...CERTIFICATES, ...overrides })).map(({ code }) => code);

describe('the settings', () => {
  it('pass when they agree', () => {
    expect(codes({})).toEqual([]);
    expect(
      codes({ patientsMayNotReply: true, replyTo: { professionals: 'secretariat@labo.mssante.invalid' } }),
    ).toEqual([]);
  });

  it.each<[string, Partial<MssanteSettings>]>([
    ['MSSANTE_FIN_REPLY_TO', { patientsMayNotReply: true }],
    ['MSSANTE_REPLY_TO_IS_SENDER', { replyTo: { patients: 'Biologie@labo.mssante.invalid' } }],
    ['MSSANTE_ADDRESS_FORM', { replyTo: { professionals: 'secrétariat@labo.mssante.invalid' } }],
    ['MSSANTE_ADDRESS_FORM', { from: { address: 'a@b>\r\nRCPT TO:<x@y.fr', label: 'Labo' } }],
    ['MSSANTE_SENDER_DOMAIN', { replyTo: { professionals: 'secretariat@exemple.fr' } }],
    ['MSSANTE_DOMAIN_FORM', { domains: ['labo.mssante.invalid', '*'] }],
    ['MSSANTE_DOMAIN_FORM', { patientDomain: '*.mssante.invalid' }],
    ['MSSANTE_NIL_FORM', { nil: 'a\r\nX: y' }],
    ['MSSANTE_TEXT_EMPTY', { from: { address: 'biologie@labo.mssante.invalid', label: ' ' } }],
    ['MSSANTE_CERTIFICATE', { clientKey: authority.issue({ name: 'autre', use: 'client' }).key }],
    ['MSSANTE_CERTIFICATE', { authorities: '' }],
  ])('are refused with %s', (code, overrides) => {
    expect(codes(overrides)).toEqual([code]);
  });
});
