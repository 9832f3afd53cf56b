/**
 * The fields of a machine-readable part: `Name: value` lines in groups that blank lines part (RFC 3464 §2.1, RFC 8098
 * §3.1). Read as leniently as they are written.
 */
export type FieldGroup = ReadonlyMap<string, string>;

/** A report on more recipients than this is none of ours: each of our mails has one. */
const MAX_GROUPS = 200;
const MAX_CHARACTERS = 64 * 1024;
/** What a field may hold: a longer one is cut. */
const MAX_VALUE = 2_000;

/** @returns the groups that hold at least one field; names in lower case, the first of a name counts */
export function readFields(text: string): FieldGroup[] {
  const groups: Map<string, string>[] = [];
  let group = new Map<string, string>();
  let last: string | undefined;
  const close = () => {
    if (group.size > 0) groups.push(group);
    group = new Map();
    last = undefined;
  };
  for (const line of text.slice(0, MAX_CHARACTERS).split(/\r\n?|\n/)) {
    if (line.trim() === '') close();
    else if (/^[ \t]/.test(line) && last !== undefined) append(group, last, line);
    else last = addField(group, line) ?? last;
    if (groups.length === MAX_GROUPS) return groups;
  }
  close();
  return groups;
}

function addField(group: Map<string, string>, line: string): string | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) return undefined;
  if (!group.has(name)) group.set(name, line.slice(colon + 1, colon + 1 + MAX_VALUE).trim());
  return name;
}

/** A folded line (RFC 5322 §2.2.3). */
function append(group: Map<string, string>, name: string, line: string): void {
  group.set(name, `${group.get(name) ?? ''} ${line.trim()}`.slice(0, MAX_VALUE).trim());
}

/** The address of `rfc822; name@domain`; lower case. */
export function addressOf(value: string | undefined): string | undefined {
  const found = /([^\s<>;,"]{1,64}@[^\s<>;,"]{1,253})/.exec(value ?? '')?.[1];
  return found?.replace(/\.$/, '').toLowerCase();
}
