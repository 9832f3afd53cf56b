import { OID } from '../report/coding.ts';
import type { Address, PerformingLaboratory, Professional } from '../report/people.ts';
import type { CdaElement } from './cda-tree.ts';
import { at, childrenOf } from './cda-tree.ts';

/** People and laboratories of a CDA header or entry. */

const numberIn = (owner: CdaElement | undefined, root: string): string | undefined =>
  childrenOf(owner, 'id').find(({ attributes }) => attributes.root === root)?.attributes.extension;

const said = (element: CdaElement | undefined): string | undefined => element?.text.trim() || undefined;

const known = <Value>(key: string, value: Value | undefined): Record<string, Value> =>
  value === undefined ? {} : { [key]: value };

/** assignedEntity, assignedAuthor or participantRole. */
export function readProfessional(entity: CdaElement | undefined): Professional | undefined {
  const name = at(entity, 'assignedPerson', 'name') ?? at(entity, 'playingEntity', 'name');
  const family = said(at(name, 'family')) ?? (name?.children.length === 0 ? said(name) : undefined);
  if (family === undefined) return undefined;
  const civility = said(at(name, 'prefix'));
  return {
    family,
    ...known('idNat', numberIn(entity, OID.professionals)),
    ...known('given', said(at(name, 'given'))),
    ...(civility === 'M' || civility === 'MME' ? { civility } : {}),
    ...known('title', said(at(name, 'suffix'))),
  };
}

/** A `performer`: the laboratory, and the director named with it. */
export function readPerformer(performer: CdaElement | undefined): PerformingLaboratory | undefined {
  const entity = at(performer, 'assignedEntity');
  const organization = at(entity, 'representedOrganization');
  const name = said(at(organization, 'name'));
  if (name === undefined) return undefined;
  const phone = childrenOf(organization, 'telecom')
    .map(({ attributes }) => attributes.value ?? '')
    .find((value) => value.startsWith('tel:'))
    ?.slice(4);
  const address = readAddress(at(organization, 'addr')) ?? readAddress(at(entity, 'addr'));
  const director = readProfessional(entity);
  return {
    name,
    ...known('idNat', numberIn(organization, OID.organizations)),
    ...known('phone', phone),
    ...known('address', address),
    ...known('director', director),
  };
}

const STREET = [
  'houseNumber',
  'houseNumberNumeric',
  'streetNameType',
  'streetName',
  'additionalLocator',
  'postBox',
];

function readAddress(addr: CdaElement | undefined): Address | undefined {
  if (!addr || addr.attributes.nullFlavor !== undefined) return undefined;
  const lines = childrenOf(addr, 'streetAddressLine').flatMap((line) => said(line) ?? []);
  const parts = STREET.flatMap((part) => said(at(addr, part)) ?? []);
  const street = [...lines, ...(parts.length > 0 ? [parts.join(' ')] : [])];
  const postalCode = said(at(addr, 'postalCode'));
  const city = said(at(addr, 'city'));
  if (street.length === 0 && city === undefined) return undefined;
  return { lines: street, ...known('postalCode', postalCode), ...known('city', city) };
}
