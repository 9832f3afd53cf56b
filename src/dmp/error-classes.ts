import type { Outcome } from '../report/delivery.ts';

/**
 * What each answer of the DMP means for a delivery, the first rule that matches wins (dmp.md §10, §11). Codes that were
 * really seen are marked; the other names are those of IHE. A code that no rule knows goes to the operator.
 */
interface ErrorRule {
  readonly code: RegExp;
  /** When the code alone does not say: matched against the reason of a SOAP Fault. */
  readonly reason?: RegExp;
  readonly kind: Exclude<Outcome['kind'], 'accepted' | 'held'>;
  /** French. */
  readonly cause: string;
  readonly hint: string;
}

const RULES: readonly ErrorRule[] = [
  // ---- the structure is refused: nothing will pass until someone acts
  {
    // Seen: VIHF signed with the AUTH certificate.
    code: /^DMPInvalidCertificate$/,
    kind: 'blocked',
    cause: 'Le DMP refuse le certificat de signature.',
    hint: 'Vérifier le certificat ORG_SIGN (validité, révocation) et qu’il signe bien le VIHF, puis relancer.',
  },
  {
    // Seen as texts only: « Structure introuvable ou inactive », « PS et structure non liés ».
    code: /^/,
    reason: /structure.*(introuvable|inactive|non li)|non li[ée]s?\b|sp[ée]cialit[ée].*(absente|manquante)/i,
    kind: 'blocked',
    cause: 'Le DMP ne reconnaît pas la structure, le biologiste ou leur lien.',
    hint: 'Vérifier l’identifiant de la structure, le RPPS et la spécialité du biologiste dans l’annuaire santé.',
  },
  {
    code: /^(DMP)?(AccessDenied|NotAuthori[sz]ed|Forbidden|Unauthori[sz]ed)/i,
    kind: 'blocked',
    cause: 'Le DMP refuse ce droit à la structure.',
    hint: 'Vérifier l’homologation du logiciel et les droits de la structure auprès du GIE SESAM-Vitale.',
  },
  // ---- the patient has no DMP to feed
  {
    // Seen: DMPClosed, XDSUnknownPatientId; NF is the answer of TD0.2.
    code: /^(DMPClosed|NF|XDSUnknownPatientId)$/,
    kind: 'refused',
    cause: 'Ce patient n’a pas de DMP ouvert.',
    hint: 'Rien à faire : le compte rendu reste transmis par les autres canaux.',
  },
  {
    // Seen.
    code: /^XDSPatientIdDoesNotMatch$/,
    kind: 'refused',
    cause: 'Le DMP ne rapproche pas l’identité du document et celle du dossier.',
    hint: "Faire contrôler l'identité du patient (identitovigilance) avant de relancer l'envoi.",
  },
  // ---- duplicates: after an unknown outcome, the first one means success, which the caller decides
  {
    code: /^XDSDuplicateUniqueIdInRegistry$/,
    kind: 'refused',
    cause: 'Le DMP a déjà un document de cet identifiant.',
    hint: 'Si aucun envoi précédent n’était incertain, signaler le défaut : un identifiant a servi deux fois.',
  },
  {
    code: /^XDSNonIdenticalHash$/,
    kind: 'refused',
    cause: 'Le DMP a un autre document sous le même identifiant.',
    hint: 'Signaler le défaut : un identifiant a servi pour deux contenus.',
  },
  // ---- the document to replace is not what we think; the channel has looked again before this shows
  {
    code: /^(XDSReplaceFailed|XDSRegistryDeprecatedDocumentError|XDSUnresolvedReferenceException)$/,
    kind: 'refused',
    cause: 'Le DMP ne peut pas remplacer la version précédente (déjà remplacée, supprimée ou inconnue).',
    hint: 'Consulter l’historique du compte rendu ; une nouvelle version peut être déposée après vérification.',
  },
  // ---- come back later: nothing was kept
  {
    code: /^XDS(Registry|Repository)(Busy|NotAvailable|OutOfResources)$/,
    kind: 'retry',
    cause: 'Le DMP est momentanément indisponible.',
    hint: '',
  },
  // ---- may be passing, may have been kept: look it up
  {
    code: /^XDS(Registry|Repository)Error$/,
    kind: 'unknown',
    cause: 'Le DMP signale une erreur interne.',
    hint: '',
  },
  // ---- our data
  {
    // Seen: XDSDocumentUniqueIdError.
    code: /^XDS(MissingDocument|MissingDocumentMetadata|RegistryMetadataError|RepositoryMetadataError|DuplicateUniqueIdInMessage|DocumentUniqueIdError|RegistryDuplicateUniqueIdInMessage)$/,
    kind: 'refused',
    cause: 'Le DMP refuse les métadonnées du document.',
    hint: 'Comparer le document à la configuration du laboratoire et signaler le défaut avec ce code.',
  },
];

/** Fit to be shown: cut, and without what could be a number or a name of the patient. */
export type Redact = (text: string) => string;

const UNKNOWN_CODE = 'Le DMP refuse le document avec un code que cette version ne connaît pas.';
const UNKNOWN_HINT =
  'Chercher ce code dans la documentation DMP ; relancer l’envoi une fois la cause corrigée.';

/** The outcome of an error code, with the DMP's own words when they are known to hold no data of the patient. */
export function outcomeOfCode(
  code: string,
  context: string,
  redact: Redact,
): Exclude<Outcome, { kind: 'accepted' | 'held' }> {
  const rule = ruleFor(code, context);
  const shown = redact(context);
  const cause = `${rule?.cause ?? UNKNOWN_CODE}${shown === '' ? '' : ` Précision du DMP : ${shown}`}`;
  const name = code === '' ? 'DMP_FAULT' : code;
  switch (rule?.kind) {
    case 'retry':
    case 'unknown':
      return { kind: rule.kind, code: name, cause };
    case 'blocked':
    case 'refused':
      return { kind: rule.kind, code: name, cause, hint: rule.hint };
    default:
      return { kind: 'refused', code: name, cause, hint: UNKNOWN_HINT };
  }
}

const ruleFor = (code: string, context: string): ErrorRule | undefined =>
  RULES.find((rule) => rule.code.test(code) && (rule.reason?.test(context) ?? true));

/** Does the table say something of this code? */
export const isKnownCode = (code: string, context: string): boolean => ruleFor(code, context) !== undefined;

/** The error among several that decides: the one whose rule comes first. */
export function decisiveError<E extends { readonly code: string }>(errors: readonly E[]): E | undefined {
  const rank = ({ code }: E) => {
    const index = RULES.findIndex((rule) => rule.reason === undefined && rule.code.test(code));
    return index < 0 ? RULES.length : index;
  };
  return [...errors].sort((a, b) => rank(a) - rank(b))[0];
}

export const isReplacementError = (code: string): boolean =>
  /^(XDSReplaceFailed|XDSRegistryDeprecatedDocumentError|XDSUnresolvedReferenceException)$/.test(code);

/** An HTTP answer whose body is no SOAP: only its status speaks. */
export function outcomeOfStatus(
  status: number,
  why: string,
): Exclude<Outcome, { kind: 'accepted' | 'held' }> {
  const code = `DMP_HTTP_${status}`;
  const cause = `Réponse HTTP ${status} du DMP (${why}).`;
  if (status === 429 || status === 503) return { kind: 'retry', code, cause };
  if (status === 401 || status === 403) {
    return { kind: 'blocked', code, cause, hint: 'Vérifier le certificat ORG_AUTH_CLI et les droits.' };
  }
  if (status === 404 || status === 405) {
    return { kind: 'blocked', code, cause, hint: 'Vérifier l’adresse du DMP dans la configuration.' };
  }
  if (status === 413) {
    return { kind: 'refused', code, cause, hint: 'Le document est trop volumineux pour le DMP.' };
  }
  if (status >= 400 && status < 500) {
    return { kind: 'refused', code, cause, hint: UNKNOWN_HINT };
  }
  return { kind: 'unknown', code: status === 200 ? 'DMP_ANSWER_UNREADABLE' : code, cause };
}
