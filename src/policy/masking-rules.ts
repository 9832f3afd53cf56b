import { DMP, PATIENT, PRO, type Rule, type RuleInput, when } from './rule.ts';

/** Who may not see the report though it leaves: masks, secret care, the announcement (dmp.md §11, mssante.md §4). */
export const MASKING_RULES: readonly Rule[] = [
  {
    name: 'cumul-masquage',
    channels: DMP,
    decision: 'hold',
    release: 'cause',
    applies: ({ circumstances: { flags } }) =>
      when(
        flags.masquePs === true && flags.invisiblePatient === true,
        'masqué aux professionnels et invisible au patient à la fois : le DMP refuse ce cumul',
      ),
  },
  {
    name: 'connexion-secrete',
    channels: DMP,
    decision: 'hold',
    release: 'cause',
    applies: ({ circumstances: { flags } }) =>
      when(
        flags.connexionSecrete === true && flags.invisibleRepLegaux !== true,
        'connexion secrète sans masquage aux représentants légaux',
      ),
  },
  {
    name: 'soin-secret',
    channels: DMP,
    decision: 'hold',
    release: 'person',
    applies: (input) =>
      when(
        input.circumstances.flags.connexionSecrete === true && isMinor(input),
        'soins gardés secrets par un mineur : une personne décide de l’envoi',
      ),
  },
  {
    // CSP R.1111-53: a month after the deposit the patient sees it. What they see is not masked again, and what corrects it
    // does not open by itself either.
    name: 'annonce-echue',
    channels: DMP,
    decision: 'hold',
    release: 'unmask',
    applies: ({ circumstances: { flags, visibleByRight } }) =>
      when(
        flags.invisiblePatient === true && visibleByRight === true,
        'déposé depuis plus de 30 jours, donc visible de droit par le patient : rien ne le lui masque de nouveau, une personne décide',
      ),
  },
  {
    name: 'annonce',
    channels: PATIENT,
    decision: 'hold',
    release: 'unmask',
    stopsWithdrawal: PATIENT,
    applies: ({ circumstances: { flags } }) =>
      when(flags.invisiblePatient === true, 'masqué au patient jusqu’à la consultation d’annonce'),
    until: ({ circumstances }) => circumstances.maskUntil,
  },
  {
    name: 'representants-legaux',
    channels: PATIENT,
    decision: 'hold',
    release: 'person',
    stopsWithdrawal: PATIENT,
    applies: ({ circumstances: { flags } }) =>
      when(
        flags.invisibleRepLegaux === true,
        'masqué aux représentants légaux, qui lisent la boîte du patient mineur',
      ),
  },
  {
    // decisions.md: the biologist may release to the prescriber, and to nobody else.
    name: 'masque-ps-copie',
    channels: PRO,
    decision: 'hold',
    release: 'cause',
    stopsWithdrawal: PRO,
    applies: ({ circumstances: { flags }, settings, prescriber }) =>
      when(
        settings.masquePsBlocksMail && flags.masquePs === true && !prescriber,
        'masqué aux professionnels de santé : seul le prescripteur peut le recevoir',
      ),
  },
  {
    name: 'masque-ps',
    channels: PRO,
    decision: 'hold',
    release: 'person',
    stopsWithdrawal: PRO,
    applies: ({ circumstances: { flags }, settings }) =>
      when(
        settings.masquePsBlocksMail && flags.masquePs === true,
        'masqué aux professionnels de santé : le biologiste peut libérer vers le prescripteur',
      ),
  },
];

function isMinor({ facts, circumstances, settings }: RuleInput): boolean {
  if (!facts.birthDate) return false;
  const ofAge = String(Number(facts.birthDate.slice(0, 4)) + settings.majorityAge) + facts.birthDate.slice(4);
  return circumstances.today < ofAge;
}
