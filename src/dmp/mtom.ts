/** One attached part: raw bytes, never base64. */
export interface MtomPart {
  /** Content-ID without brackets. */
  readonly id: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface HttpBody {
  readonly contentType: string;
  /** Sent one after the other; documents are not copied. */
  readonly chunks: readonly Uint8Array[];
}

/** A plain SOAP 1.2 message. */
export function soapBody(envelope: string, action: string): HttpBody {
  return {
    contentType: `application/soap+xml; charset=UTF-8; action="${action}"`,
    chunks: [Buffer.from(envelope, 'utf8')],
  };
}

/**
 * An MTOM message (W3C XOP; dmp.md §6.1). Receivers depend on the order and quoting of the parameters of Content-Type.
 * @param boundary occurs in no part: made from the message's UUID
 */
export function mtomBody(
  envelope: string,
  action: string,
  parts: readonly MtomPart[],
  boundary: string,
): HttpBody {
  const root = `root.${boundary}@crbio`;
  const head = (id: string, contentType: string, first: boolean) =>
    Buffer.from(
      `${first ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Transfer-Encoding: binary\r\nContent-ID: <${id}>\r\n\r\n`,
      'latin1',
    );
  return {
    contentType:
      `multipart/related; boundary="${boundary}"; type="application/xop+xml"; start="<${root}>"; ` +
      `start-info="application/soap+xml"; action="${action}"`,
    chunks: [
      head(root, 'application/xop+xml; charset=UTF-8; type="application/soap+xml"', true),
      Buffer.from(envelope, 'utf8'),
      ...parts.flatMap((part) => [head(part.id, part.contentType, false), part.bytes]),
      Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'),
    ],
  };
}

/** The root part of a multipart answer, or the whole of a plain one; undefined when the multipart is damaged. */
export function rootPart(contentType: string, body: Buffer): Buffer | undefined {
  if (!/^\s*multipart\/related/i.test(contentType)) return body;
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const start = body.indexOf(`--${boundary}`);
  const content = start < 0 ? -1 : body.indexOf('\r\n\r\n', start);
  const end = content < 0 ? -1 : body.indexOf(`\r\n--${boundary}`, content);
  // The root is the first part unless `start` says otherwise; every DMP answer has one part only.
  return end < 0 ? undefined : body.subarray(content + 4, end);
}
