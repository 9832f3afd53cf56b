import type { Report } from '../report/report.ts';
import { toFrench } from '../report/timestamp.ts';

/**
 * What a version is, to be known before its first figure: withdrawn, replacing, partial, not validated, for tests.
 * @returns French sentences, the weightiest first; most reports have none
 */
export function standingTexts({ version, validators, processing }: Report): string[] {
  const texts: string[] = [];
  const withdrawn = version.cause === 'withdrawal';
  if (withdrawn) {
    texts.push(
      `COMPTE RENDU ANNULÉ : ne pas tenir compte de ${earlierVersion(version, 'la version précédente')}.`,
    );
  } else if (version.replaces) {
    texts.push(`ANNULE ET REMPLACE ${earlierVersion(version, 'la version précédente')}`);
  }
  if (version.completeness === 'partial' && !withdrawn) {
    texts.push('RÉSULTATS PARTIELS : un compte rendu complet suivra.');
  }
  if (validators.length === 0 && !withdrawn) texts.push('RÉSULTATS NON VALIDÉS : ne pas communiquer.');
  if (processing !== 'P') texts.push('DOCUMENT D’ESSAI, sans valeur médicale');
  return texts;
}

/** The same in two words, for the head of each page; undefined where nothing sets the version apart. */
export function standingWord({ version }: Report): string | undefined {
  if (version.cause === 'withdrawal') return 'COMPTE RENDU ANNULÉ';
  return version.completeness === 'partial' ? 'RÉSULTATS PARTIELS' : undefined;
}

/** What a withdrawn report says in the place of results: it repeats nothing of what may be another patient's. */
export const WITHDRAWN_TEXT =
  'Ne pas tenir compte des versions précédentes de ce compte rendu : leurs résultats ne doivent pas être utilisés. Pour toute question, adressez-vous au laboratoire.';

function earlierVersion({ replaces }: Report['version'], unknown: string): string {
  if (!replaces) return unknown;
  const issued = replaces.effectiveTime ? ` du ${toFrench(replaces.effectiveTime)}` : '';
  return `la version ${replaces.number}${issued}`;
}
