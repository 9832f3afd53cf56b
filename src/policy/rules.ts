import { type Channel, TRAITS_RULE } from '../report/delivery.ts';
import type { DispatchCircumstances, DispatchFacts, DispatchSettings } from './facts.ts';

/** How a held delivery can be freed. */
export type Release =
  /** A person lifts the rule for this version. */
  | 'person'
  /** A new version without the mask. */
  | 'unmask'
  /** Only by mending the cause: identity, validation, a new message. */
  | 'cause'
  /** Nothing frees it: the decision was "never". */
  | 'none';

export interface RuleInput {
  readonly facts: DispatchFacts;
  readonly circumstances: DispatchCircumstances;
  readonly settings: DispatchSettings;
  readonly channel: Channel;
  /** Mailbox, or undefined for a professional without one; the DMP has none. */
  readonly mailbox: string | undefined;
  /** The recipient is the prescriber. */
  readonly prescriber: boolean;
}

export interface Rule {
  readonly name: string;
  readonly channels: readonly Channel[];
  readonly decision: 'hold' | 'never';
  readonly release: Release;
  /** French reason when the rule applies, else undefined. */
  readonly applies: (input: RuleInput) => string | undefined;
  /**
   * Channels on which the rule stops even a withdrawal from who has the report. On the others taking it back is always
   * right: it shows nothing to anybody.
   */
  readonly stopsWithdrawal?: readonly Channel[];
  /** A date that ends the hold by itself. */
  readonly until?: (input: RuleInput) => string | null;
}

const ALL: readonly Channel[] = ['dmp', 'mssante-pro', 'mssante-patient'];
const MAILS: readonly Channel[] = ['mssante-pro', 'mssante-patient'];
const DMP: readonly Channel[] = ['dmp'];
const PRO: readonly Channel[] = ['mssante-pro'];
const PATIENT: readonly Channel[] = ['mssante-patient'];

const UNQUALIFIED_REASONS = {
  'no-ins': "le patient n'a pas d'INS connue",
  'status-not-validated': "l'identité n'est pas qualifiée (statut non validé)",
  'traits-incomplete':
    "il manque un trait d'identité INS (nom ou prénoms de naissance, sexe, date ou lieu de naissance)",
  'status-blocked': "le statut de l'identité interdit toute diffusion",
  'foreign-space': "l'INS n'appartient pas à l'espace de cette instance",
} as const;

const when = (condition: boolean, reason: string): string | undefined => (condition ? reason : undefined);

/**
 * The rules, most general first. All are tried; the most restrictive decision wins (never, then hold), and among equals
 * the first of this table gives the reason. References: decisions.md (Dispatch), dmp.md §11, mssante.md §3 and §4.
 */
export const RULES: readonly Rule[] = [
  {
    name: 'message-de-test',
    channels: ALL,
    decision: 'never',
    release: 'none',
    applies: ({ facts, settings }) =>
      when(
        settings.environment === 'production' && facts.processing !== 'P',
        'message de formation ou de mise au point (MSH-11) : rien ne part en production',
      ),
  },
  {
    name: 'ins-autre-espace',
    channels: ALL,
    decision: 'never',
    release: 'none',
    applies: ({ facts, settings }) =>
      when(
        facts.identity.kind === 'unqualified' && facts.identity.cause === 'foreign-space',
        settings.environment === 'production'
          ? 'INS de test ou de démonstration sur une instance de production'
          : 'INS de production sur une instance qui ne l’est pas',
      ),
  },
  {
    name: 'sujet-non-humain',
    channels: ALL,
    decision: 'hold',
    release: 'none',
    applies: ({ facts }) =>
      when(facts.nonHuman, 'le prélèvement n’est pas humain : le format CR-Bio ne sait pas le porter'),
  },
  {
    // Who has nothing of it, or knows; from who has it, decide.ts takes it back.
    name: 'retrait',
    channels: ALL,
    decision: 'never',
    release: 'none',
    applies: ({ facts, channel, mailbox, circumstances: { toldOfWithdrawal = [] } }) => {
      const isTold = toldOfWithdrawal.some(
        (one) => channel !== 'dmp' && one.channel === channel && one.recipient === mailbox,
      );
      return when(
        facts.withdrawal,
        `compte rendu retiré : ${isTold ? 'ce destinataire en est déjà averti' : 'rien n’était parti à cette destination'}`,
      );
    },
  },
  {
    name: 'document-identique',
    channels: MAILS,
    decision: 'never',
    release: 'none',
    applies: ({ circumstances, ...input }) =>
      when(hasDocument(circumstances, input), 'ce destinataire a déjà ce document, inchangé'),
  },
  {
    name: 'masquage-a-refaire',
    channels: DMP,
    decision: 'hold',
    release: 'cause',
    applies: ({ circumstances, ...input }) =>
      when(
        hasDocument(circumstances, input),
        'le DMP a déjà ce document, reçu tout rédigé : son masquage se change par un remplacement émis par le logiciel qui l’a rédigé (MODIF_CONF_CODE)',
      ),
  },
  {
    name: 'identite-bloquee',
    channels: ALL,
    decision: 'hold',
    release: 'cause',
    applies: ({ facts }) =>
      when(
        facts.identity.kind === 'unqualified' && facts.identity.cause === 'status-blocked',
        'identité fictive, douteuse, usurpée ou invalide (PID-32) : cellule d’identitovigilance',
      ),
  },
  {
    name: 'identite-changee',
    channels: ALL,
    decision: 'hold',
    release: 'cause',
    applies: ({ circumstances }) =>
      when(
        circumstances.identityChanged === true,
        'l’identité du patient a changé depuis que ce document a été fait (INS déqualifiée ou différente, traits changés) : identitovigilance',
      ),
  },
  {
    name: 'biologiste-absent',
    channels: ALL,
    decision: 'hold',
    release: 'cause',
    applies: ({ facts }) =>
      when(!facts.validatorNamed, 'aucun biologiste valideur n’est nommé (CSP D.6211-3)'),
  },
  {
    name: 'retenu',
    channels: ALL,
    decision: 'hold',
    release: 'person',
    applies: ({ circumstances: { held } }) => held && `retenu par ${held.by} : ${held.reason}`,
  },
  {
    name: 'opposition',
    channels: ALL,
    decision: 'never',
    release: 'none',
    stopsWithdrawal: MAILS,
    applies: ({ channel, circumstances: { opposition } }) => {
      const found = opposition[channel];
      return found && `opposition du patient enregistrée par ${found.by} (${found.reason})`;
    },
  },
  {
    name: 'opposition-adt',
    channels: DMP,
    decision: 'never',
    release: 'none',
    applies: ({ circumstances }) =>
      when(
        circumstances.alimentation === 'IO',
        'le patient s’oppose à l’alimentation de son DMP (ZFA-9 = IO)',
      ),
  },
  {
    // A deletion in the DMP shows nothing to anybody: the flag is about what is sent there, not about what we left there.
    name: 'destination-exclue',
    channels: ALL,
    decision: 'never',
    release: 'none',
    stopsWithdrawal: MAILS,
    applies: ({ channel, circumstances: { flags } }) => {
      const asked = {
        dmp: flags.destDmp,
        'mssante-pro': flags.destMssantePs,
        'mssante-patient': flags.destMssantePat,
      }[channel];
      return when(asked === false, 'le SGL demande de ne pas envoyer à cette destination');
    },
  },
  {
    name: 'adresse-absente',
    channels: PRO,
    decision: 'never',
    release: 'none',
    applies: ({ mailbox }) =>
      when(mailbox === undefined, 'adresse MSSanté à compléter pour ce professionnel'),
  },
  {
    name: 'domaine-non-mssante',
    channels: PRO,
    decision: 'never',
    release: 'none',
    stopsWithdrawal: PRO,
    applies: ({ mailbox, settings }) =>
      when(
        mailbox !== undefined && !inDomains(mailbox, settings.mailDomains),
        'le domaine de cette adresse n’est pas un domaine MSSanté autorisé',
      ),
  },
  {
    // RNIV rule 28 and SGL.MSS.12: without a qualified INS neither the DMP nor the patient's mailbox can be named.
    name: 'ins-non-qualifiee',
    channels: ['dmp', 'mssante-patient'],
    decision: 'hold',
    release: 'cause',
    applies: ({ facts: { identity } }) =>
      identity.kind === 'unqualified'
        ? `en attente d'une INS qualifiée : ${UNQUALIFIED_REASONS[identity.cause]}`
        : undefined,
  },
  {
    // Such a document cannot be made again without its INS: nobody may have it before the identity is qualified.
    name: 'ins-du-document',
    channels: ALL,
    decision: 'hold',
    release: 'cause',
    applies: ({ facts: { finished, identity } }) =>
      when(
        finished?.bearsIns === true && identity.kind === 'unqualified',
        'le document reçu porte un INS alors que l’identité n’est pas qualifiée : il partira quand elle le sera',
      ),
  },
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
  {
    name: 'partiel-dmp',
    channels: DMP,
    decision: 'hold',
    release: 'person',
    applies: ({ facts, settings }) =>
      when(
        facts.completeness === 'partial' && !settings.partialToDmp,
        'résultats partiels : le compte rendu complet partira de lui-même',
      ),
  },
  {
    name: 'partiel',
    channels: MAILS,
    decision: 'hold',
    release: 'person',
    applies: ({ facts }) =>
      when(
        facts.completeness === 'partial',
        'résultats partiels : envoi sur décision du laboratoire, le complet partira de lui-même',
      ),
  },
  {
    name: 'hopital',
    channels: MAILS,
    decision: 'hold',
    release: 'person',
    applies: ({ facts, settings }) =>
      when(
        settings.hospitalSource || settings.hospitalClasses.includes(facts.patientClass ?? ''),
        'patient hospitalisé : envoi proposé, une personne décide',
      ),
  },
];

/** A mailbox's domain is one of the list; `*.x` also allows its sub-domains. Compared without regard to case. */
export function inDomains(mailbox: string, domains: readonly string[]): boolean {
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  return domains.some((allowed) => {
    const wanted = allowed.toLowerCase();
    return wanted.startsWith('*.') ? domain.endsWith(wanted.slice(1)) : domain === wanted;
  });
}

function hasDocument(
  { sameDocument = [] }: DispatchCircumstances,
  { channel, mailbox }: Pick<RuleInput, 'channel' | 'mailbox'>,
): boolean {
  return sameDocument.some(
    (holder) => holder.channel === channel && (channel === 'dmp' || holder.recipient === mailbox),
  );
}

function isMinor({ facts, circumstances, settings }: RuleInput): boolean {
  if (!facts.birthDate) return false;
  const ofAge = String(Number(facts.birthDate.slice(0, 4)) + settings.majorityAge) + facts.birthDate.slice(4);
  return circumstances.today < ofAge;
}

/** Rules by how a person frees them, the one that a delivery's own question sets included; the store and the console ask. */
export const RELEASE_RULES = {
  liftable: [...RULES.filter((rule) => rule.release === 'person').map((rule) => rule.name), TRAITS_RULE],
  unmask: RULES.filter((rule) => rule.release === 'unmask').map((rule) => rule.name),
} as const;
