/** The name without its prefix. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Attributes by their names without prefix; declarations of namespaces are none. */
export function localAttributes(
  attributes: readonly (readonly [name: string, value: string])[],
): Record<string, string> {
  const byName: Record<string, string> = {};
  for (const [name, value] of attributes)
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) byName[localName(name)] = value;
  return byName;
}
