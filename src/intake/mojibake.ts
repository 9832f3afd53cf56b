/**
 * What a text shows when it was decoded by another charset than it was written in. The bytes of accented letters in MS-DOS
 * (cp850) and Macintosh are signs or other letters in ISO 8859 and windows-1252 (Unicode mapping tables
 * VENDORS/MICSFT/PC/CP850 and VENDORS/APPLE/ROMAN), in places where no text has them.
 */

/** A small accented letter where it follows a small letter: in no old charset do its bytes mean anything there. */
const PROOF = /[a-z][àâçéèê]/;

/** Units that begin with µ, as they follow it. */
const UNIT = '(?:mol|kat|UI|IU|[lLgGmMUsSV])(?!\\p{L})';
/** Words that follow "à" in what a laboratory writes. */
const AFTER_A =
  "(?:jeun|contr|confirmer|compl|noter|partir|revoir|suivre|surveiller|renouveler|la\\s|l['’ ])";

/** Seen in no text, whatever else it holds: é `‚Ž`, è `Š`, à `…ˆ`, ç `‡`, ê `ˆ`, ë `‰‘`, î `Œ”`, ï `‹•`, ô `“™`, µ `æ`, ° `ø¡`. */
const IMPOSSIBLE: readonly RegExp[] = [
  /\p{L}[\u0192\u02c6\u02dc\u20ac‚„†‡‰‹›“”¡¢£¤¥¦§¨¬¶µ¿]\p{L}|\p{L}[§¼½¾]|¶\p{L}/u,
  /\p{L}[\u0192‚„‰]|[\u0192‡‰]\p{L}|†\p{Lu}{2}|\p{L}•\p{Ll}|[¯¡]/u,
  // A quotation in low signs is closed; a power of ten is between digits; an amount may be followed by its tax.
  /‚(?=\p{L})(?![^‘\n]{1,40}‘)|(?<!\d)\u02c6|\u02c6(?!\d)|(?<!\d\s?)\u20ac\p{L}/u,
  /\p{L}[ao]‘\p{Ll}|[\p{Ll}\p{Lu}]™\p{Ll}/u,
  /\p{Ll}[\u0160\u017dŒ\u0178]|\p{Lu}[\u0160\u017dŒ\u0178]\p{Ll}|Œl|(?<!\p{L})\u017d[b-df-hj-np-tv-z]\p{Ll}/u,
  /o\u017et|(?<!\p{L})(?:br|[dfms])\u017e[trlm]|\d[\u0160\u0161\u017d\u017eŒœ\u0178]/u,
  new RegExp(`(?<!\\p{L})æ(?:${UNIT}|\\p{Lu})`, 'u'),
  /(?<!\p{L})(?:l|voil|del)…|\dø|ø\s?[CF](?!\p{L})|(?<!\p{L})[nN]ø|(?<!\p{L})[cdkm]?m[ýü](?!\p{L})|\d[ýü](?!\p{L})/u,
  /(?<!\p{L})[ñõúý](?!\p{L})/u,
];

/**
 * Seen in no text but one that is certainly Western, where the same signs are points, bullets, multiplications and numbers of
 * notes.
 */
const UNLIKELY: readonly RegExp[] = [
  new RegExp(`(?:^|[\\s(\\[:,;.-])[…·] ${AFTER_A}`, 'iu'),
  // ≤ and ≥ of Macintosh are exponents of nothing.
  /(?<![\p{L}\p{N})\]])[²³]\s?\d/u,
  // "3×LSN": so many times the upper limit.
  /\p{L}{2}×\p{L}|×(?!(?:LSN|ULN|UI|UFC)(?!\p{L}))\p{Lu}{2}|(?<![\p{L}\d]\s?)×\p{L}/u,
];

/**
 * Seen where senders write badly, or in names of other countries, as well as where capitals, quotation marks and ligatures of
 * an old charset were misread: "LEFéVRE", "LEFÔVRE", "cÏur", "lÕeau", "s–r".
 */
const DOUBTFUL: readonly RegExp[] = [
  // ß begins what stands for β (ßHCG), and no word of an old charset.
  /\p{Lu}[ß-öø-ÿ\u0161\u017eœ]\p{Lu}|\p{Lu}{2}[ß-öø-ÿ\u0161\u017e](?!\p{L})|(?<!\p{L})[à-öø-ÿ]\p{Lu}{2}/u,
  /\p{Ll}[À-ÖØ-Þ](?:\p{Ll}|(?!\p{L}))|\p{Lu}[ÏÎÕ]\p{Ll}|(?<!\p{L})(?:Ï|Î(?![lL]))\p{L}|Î[uU]/u,
  /(?<!\p{L})(?:[ÇËÐÑÒÕ](?![\p{L}.])|[ÈÊ](?!\p{L})|O[ëô](?!\p{L})|[oO]—)|[ÌÒ]\p{L}|[LJ]Ë(?!\p{L})|(?<!\p{L})[áåëèùï](?!\p{L})|[aou]á|Ö[AO]|äe|OÇO|ÍES/u,
  // With Ž, not after D: names of the Balkans begin so.
  /(?<!\p{L})(?:(?:[LDJSNMTC]|QU)Õ|(?:[LJSNMTC]|QU)\u017d)[AEIOUYH]/u,
  /[AO]Ó|[AOU]Ø|[IOU]Ô|Ô(?:[BCDFGQRVXZ]|S(?!T))|[BDFGHISVZ]ÔL|[LR]ÔTE|(?:[GI]|IR|[EOR]L|(?<!U)M)ÔN|(?:[EIS]T|TH|BL|CR|\d)ÔM/u,
  /\p{L}[–—]\p{Ll}|\p{Ll}[–—](?!\p{L})|\s…\s[\p{Ll}\d]|(?<!\p{L})(?:L|DEL)[…·](?!\p{L})|[qQ][uU]['’][…·]|\p{Lu}…\p{Lu}|\p{Lu}[™®]\p{Lu}|\p{L}\u00a0\p{Ll}|\u2020\p{L}/u,
  // No French word begins so.
  /(?<![\p{L}\d])(?:[åëèùï\u0161\u017e]\p{L}|Ô[bcdfgmrsvxz]|éve(?!\p{L})|æt)|\p{L}[\u0161\u017e]\p{Ll}|\p{Ll}[\u0161\u017e]|¾\p{Ll}{3}/u,
  // Quotation marks where no apostrophe is, or that are never closed.
  /”\p{L}|\p{L}‘(?!\p{L})|(?<!\p{L})‘\p{L}(?![^’\n]{0,200}’)|\d\s?«(?![^»\n]{0,200}»)|¤\s?\d/u,
  /(?<!\p{L})l[‘’][b-dfgj-np-tv-xz]/iu,
  /(?<!\p{L})(?!(?:lors|puis|jus|quel|quoi|pres)qu|aujourd|entr|prud|grand)\p{L}{3,}’(?!s(?!\p{L}))\p{Ll}/iu,
];

/** `impossible`: these are no letters of a text; `doubtful`: they may be. */
type Soundness = 'sound' | 'doubtful' | 'impossible';

/** Judges a text that ISO 8859-1, 8859-15 or windows-1252 gave. @param text cut into fields by the signs of any message */
export function soundness(text: string): Soundness {
  const signs = withSigns(text);
  if (IMPOSSIBLE.some((pattern) => pattern.test(signs))) return 'impossible';
  if (PROOF.test(signs)) return 'sound';
  if (UNLIKELY.some((pattern) => pattern.test(signs))) return 'impossible';
  return DOUBTFUL.some((pattern) => pattern.test(signs)) ? 'doubtful' : 'sound';
}

/**
 * Is this UTF-8 by chance: of Macintosh, where an apostrophe or a blank that is no break precedes an accented letter (`d’été`)?
 * @param utf8 what UTF-8 makes of the bytes: letters of Armenia, of Russia or of phoneticians beside ours, and no others
 */
export const isStrayUtf8 = (utf8: string, macintosh: string): boolean =>
  /[A-Za-z][\u0280-\u02af\u0400-\u058f]/.test(utf8) &&
  /^[\p{ASCII}\u0280-\u02af\u0400-\u058f]*$/u.test(utf8) &&
  isFrench(macintosh);

/** Is this text certainly of ISO 8859 or windows-1252, by what it shows? */
export const isWestern = (text: string): boolean => PROOF.test(withSigns(text));

const FRENCH = /^[\p{ASCII}\u00a0àâäçéèêëîïôöùûüÿñœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÑŒÆ°µ²³±×«»’‘“”…–—·€½≤≥]*$/u;

/** What a French text does not show, which macroman and cp850 show of each other. */
const NOT_FRENCH: readonly RegExp[] = [
  // Capitals and small letters mixed.
  /\p{L}[À-ÖØ-ÞŒ\u0178]\p{Ll}|\p{Ll}[À-ÖØ-ÞŒ\u0178](?!\p{L})|\p{Lu}[à-öø-ÿœ]\p{Lu}/u,
  // Signs inside words, letters alone that are no words.
  /\p{L}[×·°±½µ²€“…»]\p{L}|[»×]\p{L}|(?<!\p{L})[^\P{L}\p{ASCII}àÀéÉµ](?!\p{L})|[àù]\p{L}/u,
  // No word begins so, and no ç stands before a consonant.
  /(?<![\p{L}\d])[ëèùïüûÿñ]\p{L}|\dä\p{L}|oïo|[çÇ][b-df-hj-np-tv-zB-DF-HJ-NP-TV-Z]/u,
  new RegExp(`(?<!\\p{L})Ê${UNIT}`, 'u'),
];

/** Letters and signs of French alone, and where French has them. */
export function isFrench(text: string): boolean {
  const signs = withSigns(text);
  return FRENCH.test(signs) && !NOT_FRENCH.some((pattern) => pattern.test(signs));
}

/** The parts of a message that hold more than ASCII: a document in base64 is long, and says nothing. */
function withSigns(text: string): string {
  return text
    .split(/[\r\n|^~]/)
    .filter((part) => /\P{ASCII}/u.test(part))
    .join('\n');
}
