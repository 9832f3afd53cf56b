import {
  type Channel,
  type DispatchDecision,
  DMP_N1,
  DMP_N3,
  isLifted,
  type MaskingCode,
} from '../report/delivery.ts';
import type { DispatchFlags } from '../report/dossier.ts';
import type { MailboxOrigin } from '../report/people.ts';
import type { DispatchCircumstances, DispatchFacts, DispatchSettings } from './facts.ts';
import type { Rule, RuleInput } from './rule.ts';
import { RULES } from './rules.ts';

/**
 * The dispatch plan: for each destination send, hold until, or never, with the reason.
 * Pure: the same facts, circumstances and settings give the same plan.
 * @returns one decision for the DMP, one for each professional, one for the patient's mailbox (configured channels only)
 */
export function decide(
  facts: DispatchFacts,
  circumstances: DispatchCircumstances,
  settings: DispatchSettings,
): DispatchDecision[] {
  return settings.channels.flatMap((channel) =>
    withHolders(channel, facts, circumstances, settings).map((destination) => {
      const { mailbox, prescriber } = destination;
      return decideOne({ facts, circumstances, settings, channel, mailbox, prescriber }, destination);
    }),
  );
}

interface Destination {
  readonly recipient: string;
  readonly mailbox: string | undefined;
  readonly prescriber: boolean;
  /** Who gave the mailbox, when it is not the message. */
  readonly origin?: MailboxOrigin;
  /** It has a form of the document that this version no longer has. */
  readonly abandoned?: true;
}

/** A withdrawal concerns whoever has the report, under whatever address or form they got it. */
function withHolders(
  channel: Channel,
  facts: DispatchFacts,
  circumstances: DispatchCircumstances,
  settings: DispatchSettings,
): readonly Destination[] {
  const named = destinations(channel, facts, circumstances, settings);
  if (!facts.withdrawal) return named;
  const others = circumstances.alreadyHave.filter(
    (holder) => holder.channel === channel && !named.some(({ recipient }) => recipient === holder.recipient),
  );
  const mailboxOf = (recipient: string) => (channel === 'dmp' ? undefined : recipient);
  return [
    ...named,
    ...others.map(({ recipient }) => ({ recipient, mailbox: mailboxOf(recipient), prescriber: false })),
  ];
}

/** The report is withdrawn, and this recipient has it and does not know. */
function takesBack({ facts, circumstances, channel }: RuleInput, recipient: string): boolean {
  const { alreadyHave, toldOfWithdrawal = [] } = circumstances;
  const isHere = (one: { channel: string; recipient: string }) =>
    one.channel === channel && one.recipient === recipient;
  return facts.withdrawal && alreadyHave.some(isHere) && !toldOfWithdrawal.some(isHere);
}

function destinations(
  channel: Channel,
  facts: DispatchFacts,
  circumstances: DispatchCircumstances,
  settings: DispatchSettings,
): Destination[] {
  if (channel === 'dmp') {
    const forms = settings.n1ToDmp && facts.finished?.hasN1 !== false ? [DMP_N3, DMP_N1] : [DMP_N3];
    const made = forms.map((recipient) => ({ recipient, mailbox: undefined, prescriber: false }));
    // The N3 takes the place of the N3; nothing would take that of an N1 whose results are no longer the report's.
    const had = circumstances.alreadyHave.some((one) => one.channel === 'dmp' && one.recipient === DMP_N1);
    return had && !forms.includes(DMP_N1)
      ? [...made, { recipient: DMP_N1, mailbox: undefined, prescriber: false, abandoned: true }]
      : made;
  }
  if (channel === 'mssante-patient') {
    // Without a qualified INS there is no address: the decision still stands, under a name that says so.
    const address =
      facts.identity.kind === 'qualified'
        ? `${facts.identity.matricule}@${settings.patientDomain}`
        : undefined;
    return [{ recipient: address ?? 'patient', mailbox: address, prescriber: false }];
  }
  const holders = circumstances.alreadyHave.filter((one) => one.channel === channel);
  // One mailbox is one recipient, whatever its case, under the name by which it has the report.
  const found = new Map<string, Destination>();
  for (const { key, mailbox, prescriber = false, origin } of facts.professionals) {
    const box = (mailbox ?? key).toLowerCase();
    const holder = holders.find(({ recipient }) => recipient.toLowerCase() === box);
    const shared = found.get(box);
    const recipient = holder?.recipient ?? shared?.recipient ?? mailbox ?? key;
    found.set(box, {
      recipient,
      mailbox: mailbox === undefined ? undefined : recipient,
      // Of two people, it is the prescriber's when it is of one of them.
      prescriber: prescriber || shared?.prescriber === true,
      ...(origin ? { origin } : {}),
    });
  }
  // Who received an earlier version gets its replacement even when the new message no longer names them.
  for (const { recipient } of holders) {
    if (!found.has(recipient.toLowerCase()))
      found.set(recipient.toLowerCase(), { recipient, mailbox: recipient, prescriber: false });
  }
  return [...found.values()];
}

function decideOne(
  input: RuleInput,
  { recipient, origin, abandoned }: Pick<Destination, 'recipient' | 'origin' | 'abandoned'>,
): DispatchDecision {
  const { circumstances, channel } = input;
  const withdraws = takesBack(input, recipient);
  let stopped: { rule: Rule; reason: string } | undefined;
  for (const rule of RULES) {
    if (!rule.channels.includes(channel) || isLifted(circumstances.lifted, rule.name, channel)) continue;
    if (withdraws && !rule.stopsWithdrawal?.includes(channel)) continue;
    const reason = rule.applies(input);
    if (reason === undefined) continue;
    if (!stopped || (stopped.rule.decision === 'hold' && rule.decision === 'never'))
      stopped = { rule, reason };
  }
  const confidentiality = channel === 'dmp' ? maskingCodes(circumstances.flags) : [];
  const common = {
    channel,
    recipient,
    confidentiality,
    ...(channel === 'dmp' && circumstances.flags.connexionSecrete ? { secretConnection: true as const } : {}),
    ...(channel === 'mssante-patient' && circumstances.flags.patientMayNotReply
      ? { noReply: true as const }
      : {}),
  };
  if (stopped) {
    const { rule, reason } = stopped;
    return {
      ...common,
      decision: rule.decision,
      until: rule.until?.(input) ?? null,
      reason,
      rule: rule.name,
    };
  }
  if (withdraws) {
    const reason = `compte rendu retiré : ${channel === 'dmp' ? 'suppression dans le DMP' : 'le destinataire en est averti'}`;
    return { ...common, decision: 'send', until: null, rule: 'retrait', reason, withdraws: true };
  }
  // Under the rules of the version that replaces it: while that one may not leave, the N1 says what the N3 there says.
  if (abandoned) {
    const reason = 'le N1 de la version précédente n’est plus produit : suppression dans le DMP';
    return { ...common, decision: 'send', until: null, rule: 'retrait', reason, withdraws: true };
  }
  return { ...common, decision: 'send', until: null, ...whySent(input, confidentiality, origin) };
}

function whySent(
  { channel, circumstances }: RuleInput,
  masks: readonly MaskingCode[],
  origin: MailboxOrigin | undefined,
): { reason: string; rule: string } {
  if (channel !== 'dmp') return { rule: 'envoi', reason: `compte rendu validé${addressedBy(origin)}` };
  const asked = circumstances.alimentation;
  const consent = asked === undefined || asked === 'NA' ? ', opposition non recueillie' : '';
  const masked = masks.length ? `, avec ${masks.join(', ')}` : '';
  return { rule: 'envoi', reason: `compte rendu validé${consent}${masked}` };
}

/** An address that the laboratory did not write itself is told with its source, so that it can be checked. */
function addressedBy(origin: MailboxOrigin | undefined): string {
  if (!origin || origin.by === 'table') return '';
  const source = origin.by === 'directory' ? 'l’annuaire national' : 'l’API de l’annuaire national';
  return `, adresse de ${source}${origin.asOf ? ` du ${origin.asOf}` : ''}`;
}

/** XDS confidentiality codes of the flags (JDV_J58); the order code INVISIBLE_REP_LEGAUX has another name there. */
export function maskingCodes(flags: DispatchFlags): MaskingCode[] {
  return [
    ...(flags.masquePs ? (['MASQUE_PS'] as const) : []),
    ...(flags.invisiblePatient ? (['INVISIBLE_PATIENT'] as const) : []),
    ...(flags.invisibleRepLegaux ? (['INVISIBLE_REPRESENTANTS_LEGAUX'] as const) : []),
  ];
}
