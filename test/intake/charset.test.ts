import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/intake/charset.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

describe('decode', () => {
  it.each([
    ['8859/1', latin('H\u00c9L\u00c8NE 5 \u00b5mol'), 'HÉLÈNE 5 µmol', 'iso-8859-1'],
    ['8859/15', Buffer.from([0x31, 0xa4]), '1€', 'iso-8859-15'],
    ['UNICODE UTF-8', Buffer.from('Protéine'), 'Protéine', 'utf-8'],
    ['', latin('Prot\u00e9ine'), 'Protéine', 'windows-1252'],
    // ASCII: what its escapes stand for is of the charset announced.
    ['8859/15', latin('D\\XE9\\pos\\XE9\\'), 'D\\XE9\\pos\\XE9\\', 'iso-8859-15'],
  ])('reads %s as announced', (declared, bytes, text, charset) => {
    expect(decode(bytes, declared, 'windows-1252')).toEqual({ text, charset });
  });

  // In proportion to its length: what looks back over a whole word would take minutes.
  it('judges a word of two hundred thousand letters', () => {
    const word = latin(`${'ab'.repeat(100_000)}\u00e9${'\u00ab\u0091b'.repeat(20_000)}`);
    expect(decode(word, '8859/1', 'iso-8859-1')).toBeDefined();
  });

  it('reads € and ’ of windows-1252, which the platform decoder turns into controls', () => {
    const bytes = Buffer.from([0x80, 0x92, 0x9c]);
    expect(decode(bytes, '8859/1', 'iso-8859-1')).toEqual({
      text: '€’œ',
      charset: 'windows-1252',
      doubt: 'misdeclared',
    });
  });

  it('finds UTF-8 behind a label of 8859/1', () => {
    expect(decode(Buffer.from('é'), '8859/1', 'windows-1252')).toEqual({
      text: 'é',
      charset: 'utf-8',
      doubt: 'misdeclared',
    });
  });

  it('falls back when UTF-8 is announced and false', () => {
    expect(decode(latin('\u00e9t\u00e9'), 'UNICODE UTF-8', 'windows-1252')?.text).toBe('été');
  });

  it('tells an unknown charset name', () => {
    expect(decode(latin('\u00e9'), 'KLINGON', 'iso-8859-1')).toMatchObject({ text: 'é', doubt: 'unknown' });
  });

  it.each([
    ['macroman', 'Ionogramme sérique : contrôlé à 5 µmol/L'],
    ['macroman', 'LÉVÊQUE Anaïs, vérifié'],
    ['cp850', 'Ionogramme sérique : contrôlé à 5 µmol/L'],
    ['cp850', 'Résultat vérifié'],
    ['cp850', 'Bilirubine 5 µmol/L'],
    ['cp850', 'DÉPÔT, é'],
  ])('finds %s, which systems of another age wrote: %s', (charset, text) => {
    expect(decode(iconv.encode(text, charset), '', 'windows-1252')).toEqual({
      text,
      charset,
      doubt: 'misdeclared',
    });
  });

  it('takes nothing else for them', () => {
    const text = 'Žižek, l’eau, cœur, 2–3 ‰, “vu”, DvorŽák, etc…, ‚x‘, Œdème, 20 %';
    const plain = text.replace('DvorŽák, ', '');
    expect(decode(iconv.encode(plain, 'windows-1252'), '', 'windows-1252')).toEqual({
      text: plain,
      charset: 'windows-1252',
    });
    // Neither windows-1252 nor French in any other: refused, not guessed.
    expect(decode(iconv.encode(text, 'windows-1252'), '', 'windows-1252')).toBeUndefined();
  });

  it('gives nothing rather than a replacement character', () => {
    expect(decode(Buffer.from([0x41, 0x81, 0xe9]), '', 'windows-1252')).toBeUndefined();
  });

  it.each([
    ['cp850', 'DUPONT^Hélène'],
    ['cp850', 'MARTIN^Rémi'],
    ['cp850', 'MARTIN^Léa'],
    ['cp850', 'MARTIN^François'],
    ['cp850', '5 µL'],
    ['cp850', '5 µUI/mL'],
    ['cp850', '37 °C'],
    ['cp850', 'DFG : 90 mL/min/1,73 m²'],
  ])('reads %s alone where the other would put a capital or a sign in a word: %s', (charset, text) => {
    expect(decode(iconv.encode(text, charset), '', 'windows-1252')).toMatchObject({ text, charset });
  });

  it.each([
    ['cp850', 'Noël'],
    ['cp850', 'FRANÇOIS'],
    ['cp850', 'Mère'],
    ['macroman', 'Benoît'],
    ['macroman', 'LEFÈVRE'],
  ])('refuses what may be of several charsets: %s %s', (charset, text) => {
    const written = iconv.encode(text, charset);
    expect(decode(written, '', 'windows-1252')).toBeUndefined();
    expect(decode(written, '8859/1', 'windows-1252')).toBeUndefined();
  });

  it.each(['macroman', 'cp850'] as const)('never changes what %s wrote', (charset) => {
    let written = 0;
    for (const text of OF_A_LABORATORY) {
      const bytes = iconv.encode(text, charset);
      if (iconv.decode(bytes, charset) !== text) continue;
      written += 1;
      expect([text, undefined]).toContain(decode(bytes, '', 'windows-1252')?.text);
      expect([text, undefined]).toContain(decode(bytes, '8859/1', 'windows-1252')?.text);
      for (const declared of ['', '8859/1', 'UNICODE UTF-8'])
        expect(decode(bytes, declared, charset)?.text).toBe(text);
    }
    expect(written).toBeGreaterThan(200);
  });

  it.each(['windows-1252', 'iso-8859-15'] as const)('reads any text of %s', (charset) => {
    for (const text of [
      ...OF_A_LABORATORY,
      'Protéine, LEFéVRE',
      'suite … voir après',
      'REMIS · RETENU',
      'Dušan, né en mai',
      'Résultat élevé … contrôler dans 15 jours',
      '· Contrôler à réception',
      'Transaminases supérieures à 3×LSN',
      'Produit Ca×P élevé',
      'ASAT > 5 ×LSN',
      'ßHCG',
      '² 30 à 50 ans après prélèvement',
    ])
      if (iconv.decode(iconv.encode(text, charset), charset) === text)
        expect(decode(iconv.encode(text, charset), '', charset)).toEqual({ text, charset });
  });

  it.each(['jusqu’à', 'Absence d’été', 'un\u00a0état'])(
    'takes no words of Macintosh for UTF-8: %s',
    (text) => {
      const written = iconv.encode(text, 'macroman');
      for (const declared of ['', 'UNICODE UTF-8'])
        expect([text, undefined]).toContain(decode(written, declared, 'windows-1252')?.text);
      expect(decode(written, 'UNICODE UTF-8', 'macroman')?.text).toBe(text);
    },
  );

  it('reads any text of UTF-8, French or not', () => {
    for (const text of [
      'Łódź, Dvořák, LEFéVRE',
      'Sørensen 5 æL',
      'a‡b',
      'Иванов Ivan',
      'Սարգսյան',
      ...OF_A_LABORATORY,
    ])
      expect(decode(Buffer.from(text), 'UNICODE UTF-8', 'windows-1252')?.text).toBe(text);
  });

  it('reads what is certainly Western so, from a source configured for MS-DOS', () => {
    expect(decode(latin('Prot\u00e9ine'), '8859/1', 'cp850')).toEqual({
      text: 'Protéine',
      charset: 'iso-8859-1',
    });
  });

  it.each(['l\u00b4h\u00f4pital', 'Absence d\u00b4urine', 'L\u00b4URINE', '1\u00bd comprim\u00e9'])(
    'reads a sign that 8859/15 lacks as windows-1252 has it: %s',
    (text) => {
      expect(decode(latin(text), '8859/15', 'windows-1252')).toEqual({
        text,
        charset: 'windows-1252',
        doubt: 'misdeclared',
      });
    },
  );
});

/** Words, names and quantities as reports have them. */
const OF_A_LABORATORY = `
François|Noël|Benoît|FRANÇOIS|5 µL|5 µUI/mL|37 °C|37°C|n° 12|N°12|LEFÈVRE|Hélène|Rémi|Léa|DUPONT^Hélène|
Lefèvre|août|sûr|goût|où|à jeun|Prise à jeun|À jeun|À JEUN|déjà|voilà|là|Anaïs|ANAÏS|NOËL|JOËL|Joëlle|RAPHAËL|
MICHÈLE|AGNÈS|THÉRÈSE|GENEVIÈVE|RIVIÈRE|LÉVÊQUE|PRÊTRE|Levêque|BENOÎT|maître|MAÎTRE|île|Île|ÎLE|HÔPITAL|
hôpital|CÔTÉ|côté|contrôle|CONTRÔLE|cœur|CŒUR|Œdème|œdème|œuf|ŒDÈME|âge|Âge|pâle|PÂLE|tâche|Élodie|Éric|ÉRIC|
été|étude|élevé|éch|Ève|ÈVE|être|Être|ÊTRE|fenêtre|fête|mère|père|Mère|1,73 m²|mL/min/1,73 m²|/mm³|10³|5 ± 2|
± 0,5|« vu »|“vu”|l’eau|L’EAU|d’urine|et…|– 5|2–3|5 €|Ça va|ça|Çelik|ÇELIK|garçon|GARÇON|Muñoz|MUÑOZ|Nuñez|
MÜLLER|Müller|KÖNIG|König|Köhler|Schröder|Zoé|ZOÉ|André|ANDRÉ|Chloé|CHLOÉ|José|JOSÉ|Aurélie|AURÉLIE|Cécile|
CÉCILE|Frédéric|Stéphane|STÉPHANE|Gaël|Maël|Loïc|LOÏC|Saïd|naïf|héros|aiguë|ambiguë|canoë|brûlé|dû|mûr|Août|
AOÛT|GOÛT|Hülya|Özgür|Ünal|ÜNAL|García|GARCÍA|Sánchez|SÁNCHEZ|López|LÓPEZ|Pérez|PÉREZ|João|JOÃO|Gonçalves|
GONÇALVES|Simões|SIMÕES|Øre|Søren|SØREN|Åse|L’Haÿ|L’HAŸ|Straße|préliminaire|dépôt|DÉPÔT|problème|SYSTÈME|
Système|2ème|2ÈME|OXYGÈNE|oxygène|leucémie à|Glycémie à jeun|µg/L|5µg|µmol/L|≥ 5|< 5 µm|§ 3|·|lætitia|Lætitia|
LÆTITIA|ex æquo|« À jeun »|bientôt|tôt|TÔT|plutôt|drôle|Rhône|RHÔNE|Jérôme|JÉRÔME|Côme|Drôme|pôle|PÔLE|Bouïra|
Ouïe|haïr|sirène|IRÈNE|Irène|Solène|SOLÈNE|Adèle|ADÈLE|Gisèle|GISÈLE|Angèle|ANGÈLE|Fidèle|Danièle|DANIÈLE|
Joseph-Noël|Crème|CRÈME|Désiré|Pâquerette|Pâques|PÂQUES|château|CHÂTEAU|Bâle|mâle|MÂLE|bâtiment|BÂTIMENT|tête|
TÊTE|arrêt|ARRÊT|prêt|PRÊT|bête|conquête|intérêt|INTÉRÊT|traîne|connaître|chaîne|CHAÎNE|légère|légères chaînes|
1/2 ½|nº|OÙ|Où|jusqu'à|THÈME|OBSOLÈTE|COMPLÈTE|AU-DELÀ|JUSQU'À|de 2 à 5
`
  .trim()
  .split(/[|\n]/)
  .filter(Boolean);
