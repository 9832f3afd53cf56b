import { expect, it } from 'vitest';
import { keyOf, professionalsOf, withFoundMailboxes } from '../../src/report/addressees.ts';
import type { Professional } from '../../src/report/people.ts';

const DIRECTORY = { by: 'directory' } as const;
const to = (...professionals: Professional[]) => ({
  recipients: professionals.map((professional) => ({ role: 'copy' as const, professional })),
});
const mailboxes = (now: Professional, earlier: Professional) =>
  professionalsOf(withFoundMailboxes(to(now), to(earlier), () => true)).map(({ mssante }) => mssante);

it('names a professional by the best that is known', () => {
  expect(keyOf({ idNat: '899700012042', localCode: 'D057', family: 'PETIT' })).toBe('899700012042');
  expect(keyOf({ localCode: 'D057', family: 'PETIT' })).toBe('D057');
  expect(keyOf({ family: 'PETIT' })).toBe('PETIT');
});

it('keeps an address that was found for somebody, not one that a message gave and gives no more', () => {
  const person = { idNat: '899700012042', family: 'PETIT' };
  const found = { ...person, mssante: 'a@x', mailboxOrigin: DIRECTORY };
  expect(mailboxes(person, found)).toEqual(['a@x']);
  expect(mailboxes({ ...person, mssante: 'said@x' }, found)).toEqual(['said@x']);
  expect(mailboxes(person, { ...person, mssante: 'a@x' })).toEqual([undefined]);
});

it('gives nobody the address of somebody else', () => {
  const found = { localCode: 'D057', family: 'PETIT', mssante: 'a@x', mailboxOrigin: DIRECTORY };
  expect(mailboxes({ localCode: 'D057', family: 'LEROY' }, found)).toEqual([undefined]);
  expect(mailboxes({ localCode: 'D058', family: 'PETIT' }, found)).toEqual([undefined]);
});
