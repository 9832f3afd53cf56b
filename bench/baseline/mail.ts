import { deflateRawSync } from 'node:zlib';

/** Two attachments in a MIME template: the CDA deflated, as an archive would hold it, and the PDF. No XDM, no checks. */
export function mailTemplate(cda: Uint8Array, pdf: Uint8Array): Buffer {
  const part = (type: string, bytes: Uint8Array) =>
    `--b\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(bytes)
      .toString('base64')
      .replace(/.{76}/g, '$&\r\n')}\r\n`;
  return Buffer.from(
    `From: a@example.invalid\r\nTo: b@example.invalid\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n` +
      `${part('application/zip', deflateRawSync(cda))}${part('application/pdf', pdf)}--b--\r\n`,
    'latin1',
  );
}
