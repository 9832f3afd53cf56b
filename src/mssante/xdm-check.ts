import { createHash } from 'node:crypto';
import { readCdaHeader } from '../xds/cda-header.ts';
import { cx } from '../xds/datatypes.ts';
import { findAll, readXml, type XmlElement } from '../xds/xml-reader.ts';
import { type ArchiveFiles, readArchive } from './xdm-archive.ts';
import { type ArchivedEntry, identifierOf, readEntry, slotOf } from './xdm-entry.ts';

/** A rule that an archive breaks. */
export interface XdmFinding {
  /** Stable name. */
  readonly rule: string;
  /** French, without any data of the patient. */
  readonly cause: string;
  /** Path inside the archive. */
  readonly where?: string;
  readonly source: string;
}

export interface XdmCheck {
  readonly findings: readonly XdmFinding[];
  /** The documents that METADATA.XML names, for whoever checks what is in them. */
  readonly documents: readonly ArchivedDocument[];
}

interface ArchivedDocument {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly entry: ArchivedEntry;
}

const ITI_32 = 'IHE ITI-32';
const METADATA_PATH = /^IHE_XDM\/[A-Z0-9_]{1,8}\/METADATA\.XML$/;
const MAX_METADATA = 4 * 1024 * 1024;
const SET_PATIENT = 'urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446';
const HAS_MEMBER = ':HasMember';

/** Checks an XDM archive as a receiver would (mssante.md §7). Bounded; nothing is written to disk. */
export async function checkXdm(bytes: Uint8Array): Promise<XdmCheck> {
  const findings: XdmFinding[] = [];
  const report = (rule: string, cause: string, where?: string) =>
    findings.push({ rule, cause, source: ITI_32, ...(where === undefined ? {} : { where }) });

  const files = await readArchive(bytes);
  if ('problem' in files) {
    report('xdm-archive', files.problem);
    return { findings, documents: [] };
  }
  checkTree(files, report);
  const documents: ArchivedDocument[] = [];
  for (const [path, content] of files) {
    if (!METADATA_PATH.test(path)) continue;
    const metadata = readXml(content.toString('utf8'), MAX_METADATA);
    if ('fault' in metadata) report('xdm-metadata', "METADATA.XML n'est pas un XML bien formé", path);
    else documents.push(...checkMetadata(metadata, path, files, report));
  }
  return { findings, documents };
}

type Report = (rule: string, cause: string, where?: string) => void;

function checkTree(files: ArchiveFiles, report: Report): void {
  const paths = [...files.keys()];
  for (const path of paths) {
    const isLevel1 = path.split('/').every((part) => /^[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?$/.test(part));
    if (!isLevel1) report('xdm-names', "un nom de fichier n'est pas au format 8.3 en majuscules", path);
  }
  for (const name of ['INDEX.HTM', 'README.TXT'])
    if (!files.has(name)) report('xdm-tree', `il manque ${name} à la racine`);
  if (!paths.some((path) => METADATA_PATH.test(path)))
    report('xdm-tree', 'il manque METADATA.XML dans un sous-dossier de IHE_XDM');
}

function checkMetadata(
  root: XmlElement,
  path: string,
  files: ArchiveFiles,
  report: Report,
): ArchivedDocument[] {
  const wrong = (rule: string, cause: string) => report(rule, cause, path);
  const [set, ...others] = findAll(root, 'RegistryPackage');
  const entries = findAll(root, 'ExtrinsicObject');
  if (!set || others.length > 0) wrong('xdm-metadata', 'un lot (RegistryPackage) et un seul est attendu');
  if (entries.length === 0) wrong('xdm-metadata', 'aucun document (ExtrinsicObject)');
  checkIdentifiers(root, entries, wrong);

  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const named = new Map<string, ArchivedDocument>();
  for (const entry of entries) {
    const uri = slotOf(entry, 'URI') ?? '';
    const name = `${folder}${uri}`;
    const file = files.get(name);
    if (!file) wrong('xdm-uri', "une URI ne désigne aucun fichier de l'archive");
    else {
      const said = readEntry(entry);
      named.set(name, { name, bytes: file, entry: said });
      checkEntry(said, set, file, (rule, cause) => report(rule, cause, name));
    }
  }
  for (const other of files.keys()) {
    if (other !== path && other.startsWith(folder) && !named.has(other) && !/\.XSL?$/.test(other))
      report('xdm-uri', "un fichier n'est désigné par aucun document de METADATA.XML", other);
  }
  return [...named.values()];
}

/** Ids unique, every end resolved, one HasMember for each document. */
function checkIdentifiers(
  root: XmlElement,
  entries: readonly XmlElement[],
  wrong: (rule: string, cause: string) => void,
): void {
  const ids = new Set<string>();
  const ends: string[] = [];
  const visit = (element: XmlElement): void => {
    const { id, ...attributes } = element.attributes;
    if (id !== undefined && ids.has(id)) wrong('xdm-ids', 'un identifiant est utilisé deux fois');
    if (id !== undefined) ids.add(id);
    for (const name of ['classifiedObject', 'registryObject', 'sourceObject', 'targetObject']) {
      const end = attributes[name];
      if (end !== undefined) ends.push(end);
    }
    element.children.forEach(visit);
  };
  visit(root);
  // An entryUUID names an entry of an earlier submission.
  if (ends.some((end) => !ids.has(end) && !end.startsWith('urn:uuid:')))
    wrong('xdm-ids', 'une référence ne désigne aucun objet de METADATA.XML');
  const members = findAll(root, 'Association')
    .filter(({ attributes }) => attributes.associationType?.endsWith(HAS_MEMBER))
    .map(({ attributes }) => attributes.targetObject);
  for (const entry of entries) {
    if (members.filter((target) => target === entry.attributes.id).length !== 1)
      wrong('xdm-ids', "un document n'est pas rattaché au lot par une association HasMember et une seule");
  }
}

function checkEntry(
  entry: ArchivedEntry,
  set: XmlElement | undefined,
  file: Buffer,
  wrong: (rule: string, cause: string) => void,
): void {
  if (entry.size !== file.byteLength) wrong('xdm-size', "size n'est pas la taille du fichier");
  if (entry.hash !== createHash('sha1').update(file).digest('hex'))
    wrong('xdm-hash', "hash n'est pas l'empreinte SHA-1 du fichier");
  if (set && identifierOf(set, SET_PATIENT) !== entry.patientId)
    wrong('xdm-patient', "le patient du document n'est pas celui du lot");
  const header = readCdaHeader(file);
  if ('cause' in header) {
    wrong('xdm-document', header.cause);
    return;
  }
  if (entry.uniqueId !== header.id)
    wrong('xdm-unique-id', "uniqueId n'est pas l'identifiant du document CDA");
  const patient = header.patient.ins ?? header.patient.localId;
  // CX.7 and beyond may follow the type.
  if (!patient || !entry.patientId.startsWith(cx(patient)))
    wrong('xdm-patient', "patientId n'est pas l'identifiant du patient dans le document CDA");
  if (entry.typeCode.code !== header.code.code)
    wrong('xdm-type', "typeCode n'est pas le code du document CDA");
}
