import { ADDRESS_RULE, EXCLUDED_RULE, TRAITS_RULE } from '../report/delivery.ts';
import type { DispatchCircumstances } from './facts.ts';
import { MASKING_RULES } from './masking-rules.ts';
import { ALL, DMP, MAILS, PRO, type Rule, type RuleInput, when } from './rule.ts';

const UNQUALIFIED_REASONS = {
  'no-ins': "le patient n'a pas d'INS connue",
  'status-not-validated': "l'identité n'est pas qualifiée (statut non validé)",
  'traits-incomplete':
    "il manque un trait d'identité INS (nom ou prénoms de naissance, sexe, date ou lieu de naissance)",
  'status-blocked': "le statut de l'identité interdit toute diffusion",
  'foreign-space': "l'INS n'appartient pas à l'espace de cette instance",
} as const;

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
      when(
        !facts.validatorNamed,
        facts.releasedByOthersOnly
          ? 'tout vient de laboratoires sous-traitants, dont les biologistes ne valident pas pour le nôtre : à valider dans le SGL par un biologiste du laboratoire (résultats repris ou conclusion, au statut F, valideur en OBX-16), puis à exporter de nouveau (CSP D.6211-3)'
          : 'aucun biologiste valideur n’est nommé (CSP D.6211-3)',
      ),
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
    name: EXCLUDED_RULE,
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
    name: ADDRESS_RULE,
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
  ...MASKING_RULES,
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

/** Rules by how a person frees them, the one that a delivery's own question sets included; the store and the console ask. */
export const RELEASE_RULES = {
  liftable: [...RULES.filter((rule) => rule.release === 'person').map((rule) => rule.name), TRAITS_RULE],
  unmask: RULES.filter((rule) => rule.release === 'unmask').map((rule) => rule.name),
} as const;
