import { describe, expect, it } from 'vitest';
import { letters, strictTraitsDiffer } from '../../src/report/identity.ts';
import { nameWords, sameFamily } from '../../src/report/names.ts';

describe('names are compared as systems that have capitals alone write them', () => {
  it.each([
    ['Lévy-d’Aubigné', ['LEVY', 'D', 'AUBIGNE']],
    ['Cœur', ['COEUR']],
    ['Læticia', ['LAETICIA']],
    ['LE\u0301VY', ['LEVY']],
  ])('%s', (name, words) => {
    expect(nameWords(name)).toEqual(words);
    expect(letters(name)).toBe(words.join(''));
  });

  it('takes a letter of another alphabet for itself', () => {
    expect(letters('Østergård')).toBe('ØSTERGARD');
    expect(letters('Østergård')).not.toBe(letters('Stergård'));
  });

  it('tells no other patient from one whose ligature another system wrote as two letters', () => {
    const traits = { birthName: 'CŒUR', sex: 'F' } as const;
    expect(strictTraitsDiffer(traits, { ...traits, birthName: 'COEUR' })).toBe(false);
    expect(strictTraitsDiffer(traits, { ...traits, birthName: 'COUR' })).toBe(true);
  });

  it('finds a family name beside a given name, and no other', () => {
    expect(sameFamily('Durand-Lévy', 'DURAND LEVY CLAIRE')).toBe(true);
    expect(sameFamily('Durand-Lévy', 'DURAND')).toBe(false);
    expect(sameFamily('', 'DURAND')).toBe(false);
  });
});
