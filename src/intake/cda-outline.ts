import { parseTimestamp, type Timestamp } from '../report/timestamp.ts';
import { at, every, readCdaTree } from './cda-tree.ts';

/** What tells a CDA apart before anything of it is checked. */
export interface CdaOutline {
  readonly level: 'n1' | 'n3';
  /** setId, `root` or `root^extension`: the same in every version. */
  readonly setId: string;
  readonly issuedAt: Timestamp | undefined;
  /** serviceEvent statusCode `active`: more results are to come. */
  readonly partial: boolean;
}

/** A header is some 10 KB, a stylesheet around it ten times that. */
const MAX_BEGINNING = 1024 * 1024;

/**
 * Reads the header of a CDA, bare or self-presenting, UTF-8; the body is not looked at.
 * @param zone IANA zone of times without an offset
 * @returns undefined when it is no CDA, or has no set
 */
export function outlineOf(cda: Uint8Array, zone: string): CdaOutline | undefined {
  const beginning = Buffer.from(cda.buffer, cda.byteOffset, Math.min(cda.byteLength, MAX_BEGINNING)).toString(
    'utf8',
  );
  const start = /<(?:([\w-]+):)?ClinicalDocument[\s>]/.exec(beginning);
  if (!start) return undefined;
  const body = /<(?:[\w-]+:)?(nonXMLBody|structuredBody)[\s/>]/.exec(beginning.slice(start.index));
  const end = /<\/(?:[\w-]+:)?componentOf\s*>/.exec(beginning.slice(start.index));
  if (!body || !end || end.index > body.index) return undefined;
  const prefix = start[1] === undefined ? '' : `${start[1]}:`;
  const header = `${beginning.slice(start.index, start.index + end.index + end[0].length)}</${prefix}ClinicalDocument>`;
  const root = readCdaTree(Buffer.from(header, 'utf8'));
  const { root: oid, extension } = at(root, 'setId')?.attributes ?? {};
  if (!oid) return undefined;
  return {
    level: body[1] === 'nonXMLBody' ? 'n1' : 'n3',
    setId: extension === undefined ? oid : `${oid}^${extension}`,
    issuedAt: parseTimestamp(at(root, 'effectiveTime')?.attributes.value ?? '', zone),
    partial: every(root, 'documentationOf', 'serviceEvent', 'statusCode').some(
      ({ attributes }) => attributes.code === 'active',
    ),
  };
}
