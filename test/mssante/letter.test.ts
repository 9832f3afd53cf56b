import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLetter } from '../../src/mssante/letter.ts';
import { letter, notification } from '../fixtures/mssante/returned.ts';

describe('a mail, as a person reads it', () => {
  it('has its words, and the names of what is attached', async () => {
    expect(
      await readLetter(letter({ subject: '=?UTF-8?Q?R=C3=A9sultats?=', text: 'Bonjour' })),
    ).toMatchObject({
      from: 'Claire Durand <claire.durand@sandbox-mssante.invalid>',
      to: 'labo@sandbox-mssante.invalid',
      subject: 'Résultats',
      text: expect.stringMatching(/^Bonjour/),
      attachments: [],
    });
    const report = await readLetter(notification({ about: '<x@y.invalid>' }));
    expect(report?.attachments).toHaveLength(2);
  });

  it('written in HTML alone is read without its tags', async () => {
    const html = '<p>Bonjour <b>docteur</b></p><script>x()</script>';
    const bytes = Buffer.from(`From: a@b.invalid\r\nContent-Type: text/html\r\n\r\n${html}`);
    const { text = '' } = (await readLetter(bytes)) ?? {};
    expect(text).toContain('docteur');
    expect(text).not.toMatch(/[<>]/);
  });

  it('is none where no mail can be made of the bytes, and is never too long', async () => {
    expect(await readLetter(Buffer.from([0, 1, 2]))).toBeUndefined();
    const long = await readLetter(letter({ text: 'x\r\n'.repeat(100_000) }));
    expect(long?.text.length).toBeLessThanOrEqual(20_000);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        await readLetter(bytes);
      }),
      { numRuns: 100 },
    );
  });
});
