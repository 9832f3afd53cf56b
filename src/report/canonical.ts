/**
 * JSON with one form only, so that equal values have equal texts and hashes: object keys sorted by code unit, members
 * that are undefined left out, no blanks (the part of RFC 8785 that plain data needs).
 * @param value plain data: null, booleans, finite numbers, strings, arrays, objects
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
