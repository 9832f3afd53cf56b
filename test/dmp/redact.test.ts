import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactorOf } from '../../src/dmp/redact.ts';

const redact = redactorOf({
  ins: { root: '1.2.250.1.213.1.4.10', extension: '1702A0040070131' },
  localId: { root: '1.2', extension: 'P-77' },
  name: { family: 'PAT-TROIS', given: 'ZOÉ' },
  families: ['PAT-TROIS', 'LEROY'],
  givens: ['ZOÉ ANNE', 'ZOÉ'],
  gender: 'F',
  birthTime: '19790328',
});

describe('redactorOf', () => {
  it.each([
    ['patient PAT-TROIS inconnu', 'patient … inconnu'],
    ['patient-known: Pat Trois', 'patient-known: … …'],
    ['prénom Zoe', 'prénom …'],
    ['INS 1702A0040070131.', 'INS ….'],
    ['INS 2 79 03 51 215 189 89', 'INS …'],
    ['né le 28.03.1979', 'né le …'],
    ['document 1.2.250.1.999.7.20260105.1 refusé', 'document 1.2.250.1.999.7.20260105.1 refusé'],
    ['dossier P-77', 'dossier …'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  it('lets no long number through, and stays short', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^\d{13,15}$/), fc.string(), (before, number, after) => {
        const shown = redact(`${before.replace(/[\d.]/g, '')} ${number} ${after}`);
        expect(shown).not.toContain(number);
        expect(shown.length).toBeLessThanOrEqual(300);
      }),
    );
  });
});
