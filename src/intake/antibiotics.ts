import type { LocalCode } from '../report/result.ts';

/** Abbreviations of antibiotics and antifungals in susceptibility testing (CA-SFM, EUCAST), as parts of codes. */
const ABBREVIATIONS: ReadonlySet<string> = new Set(
  (
    'AMC AMK AMP AMX ATM AZM CAZ CFM CFR CHL CIP CLI CLR COL CRO CTX CXM CZA DAP DOX ERY ETP FEP FOF FOS FOX FUS GEN ' +
    'IPM LEX LNZ LVX MEC MEM MFX MUP NAL NIT OFX OXA PEN PIP RIF SXT TCC TEC TET TGC TIC TMP TOB TZP VAN AMB FCZ ITC ' +
    'MFG VOR'
  ).split(' '),
);

/** What the French and English names of one class of antibiotics share, accents left out. */
const NAMES =
  /cillin|\bcef|penem|bactam|clavulan|aztreonam|floxacin|nalidixi|m[iy]cin|kacin|cyclin|planin|colisti|polymyxin|rifam|zolid|trimethoprim|sulfameth|cotrimoxazole|nitrofuran|fusidi|mupirocin|metronidazol|phenicol|isoniazid|ethambutol|pyrazinamid|conazol|fungin|amphotericin|flucytosin/;

/** Is this the code of a known antibiotic (`ATB_AMX`, `CTX-C`), or its name? False of all that is not surely one. */
export function isAntibiotic({ code, label }: LocalCode): boolean {
  if (code.split(/[^A-Za-z]+/).some((part) => ABBREVIATIONS.has(part))) return true;
  return NAMES.test(label.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase());
}
