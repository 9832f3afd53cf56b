import { NAMESPACE } from '../xds/registry-objects.ts';
import { descend, find, findAll, type XmlElement } from '../xds/xml-reader.ts';
import { element, text } from '../xds/xml-writer.ts';

/** TD3.1b: IHE ITI-18 GetDocuments by uniqueId, which gives the entryUUID (dmp.md §9). */
export const FIND_DOCUMENT = {
  service: 'registry',
  action: 'urn:ihe:iti:2007:RegistryStoredQuery',
} as const;

const GET_DOCUMENTS = 'urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4';

/** @param uniqueId an OID */
export function findDocument(uniqueId: string): string {
  return element(
    'q:AdhocQueryRequest',
    { 'xmlns:q': NAMESPACE.query, 'xmlns:rim': NAMESPACE.rim },
    element('q:ResponseOption', { returnComposedObjects: 'true', returnType: 'ObjectRef' }),
    element(
      'rim:AdhocQuery',
      { id: GET_DOCUMENTS },
      element(
        'rim:Slot',
        { name: '$XDSDocumentEntryUniqueId' },
        element('rim:ValueList', {}, element('rim:Value', {}, text(`('${uniqueId}')`))),
      ),
    ),
  );
}

/** The entryUUID in a successful answer; undefined when the registry has no such document. */
export function entryUuidIn(body: XmlElement): string | undefined {
  const response = find(body, 'AdhocQueryResponse');
  const list = descend(response, 'RegistryObjectList');
  const [reference] = list ? findAll(list, 'ObjectRef') : [];
  const [object] = list ? findAll(list, 'ExtrinsicObject') : [];
  return (reference ?? object)?.attributes.id;
}
