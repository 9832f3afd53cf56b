import type { DirectoryEntry } from '../report/directory-entry.ts';

/**
 * A searchset of `Practitioner?identifier=…&_revinclude=PractitionerRole:practitioner` (Annuaire Santé, FHIR R4) as
 * entries: the mailboxes of the professional, and of each activity with its structure.
 * @param body JSON; what is not understood of it is passed over
 * @returns undefined when it is no Bundle
 */
export function readBundle(body: string, idNat: string): DirectoryEntry[] | undefined {
  let bundle: unknown;
  try {
    bundle = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (text(bundle, 'resourceType') !== 'Bundle') return undefined;
  const resources = items(bundle, 'entry').map((entry) => member(entry, 'resource'));
  const practitioner = resources.find((one) => isPractitioner(one, idNat));
  if (!practitioner) return [];
  const roles = resources.filter(
    (one) =>
      text(one, 'resourceType') === 'PractitionerRole' &&
      text(member(one, 'practitioner'), 'reference').endsWith(`Practitioner/${text(practitioner, 'id')}`),
  );
  const names = [practitioner, ...roles].flatMap(namesOf);
  const name = names.find(({ family }) => family !== '');
  const person = { idNat, family: name?.family, given: name?.given || undefined };
  return [
    { kind: 'activity', ...person },
    ...[practitioner, ...roles].flatMap((resource) =>
      items(resource, 'telecom').flatMap((telecom): DirectoryEntry[] => {
        const box = mailboxOf(telecom);
        return box ? [{ kind: 'mailbox', ...person, structure: structureOf(resource), ...box }] : [];
      }),
    ),
  ];
}

/** The number that was asked, and active: an answer about somebody else is none. */
function isPractitioner(resource: unknown, idNat: string): boolean {
  return (
    text(resource, 'resourceType') === 'Practitioner' &&
    member(resource, 'active') !== false &&
    items(resource, 'identifier').some((identifier) =>
      [idNat, idNat.replace(/^8(?=\d{11}$)/, '')].includes(text(identifier, 'value')),
    )
  );
}

/** A mailbox is a telecom with the metadata extension of MSSanté; a plain e-mail address is none (mssante.md §5). */
function mailboxOf(
  telecom: unknown,
): Pick<DirectoryEntry, 'mailbox' | 'mailboxType' | 'paperOnly'> | undefined {
  const mailbox = text(telecom, 'value').replace(/^mailto:/, '');
  const metadata = items(telecom, 'extension').find((one) => text(one, 'url').endsWith(METADATA));
  if (text(telecom, 'system') !== 'email' || !metadata || !/^[^\s@<>"|,;]+@[^\s@<>"|,;]+$/.test(mailbox))
    return undefined;
  const details = items(metadata, 'extension');
  const detail = (url: string) => details.find((one) => text(one, 'url') === url);
  const type = detail('type');
  const [coding] = items(member(type, 'valueCodeableConcept'), 'coding');
  return {
    mailbox,
    mailboxType: text(coding, 'code') || text(type, 'valueCode') || undefined,
    paperOnly: member(detail('digitization'), 'valueBoolean') === false || undefined,
  };
}

const METADATA = '/as-ext-mailbox-mss-metadata';

/** FINESS or SIRET of a role's organization, when the reference names it itself. */
function structureOf(role: unknown): string | undefined {
  const value = text(member(member(role, 'organization'), 'identifier'), 'value');
  if (/^(?:1(?:\d{2}|2[AB])\d{7}|3\d{14})$/.test(value)) return value;
  if (/^(?:\d{2}|2[AB])\d{7}$/.test(value)) return `1${value}`;
  return /^\d{14}$/.test(value) ? `3${value}` : undefined;
}

/** Names of practice: on the practitioner, or in an extension of the role. */
function namesOf(resource: unknown): { family: string; given: string }[] {
  const inExtensions = items(resource, 'extension').map((one) => member(one, 'valueHumanName'));
  return [...items(resource, 'name'), ...inExtensions].map((name) => {
    const [given] = items(name, 'given');
    return { family: text(name, 'family'), given: typeof given === 'string' ? given : '' };
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function items(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === 'string' ? found : '';
}
