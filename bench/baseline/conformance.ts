/** One pass of a regular expression over the tags: they close in order, and some templateIds are there. */
export function scanDocument(bytes: Uint8Array, templates: readonly string[]): boolean {
  const xml = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const open: string[] = [];
  const found = new Set<string>();
  for (const [, closing, name = '', attributes = '', empty] of xml.matchAll(
    /<(\/?)([\w:.-]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/g,
  )) {
    if (closing) {
      if (open.pop() !== name) return false;
    } else if (!empty) open.push(name);
    const root = name === 'templateId' && /root="([^"]*)"/.exec(attributes)?.[1];
    if (root) found.add(root);
  }
  return open.length === 0 && templates.every((template) => found.has(template));
}
