import { BlockList, isIP } from 'node:net';

/** Who may connect: by address, and by what a client certificate says. */

/** One allowed address or network: `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/**
 * @param networks as isNetwork takes them; empty: any address
 * @returns whether the address of a socket is allowed
 */
export function addressFilter(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    // A listener on `::` sees IPv4 peers as mapped addresses.
    const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
    return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
}

/** Attributes of a subject that a client certificate must bear: `CN=sgl.labo.example, O=LABO`. */
export type SubjectPattern = readonly (readonly [type: string, value: string])[];

/** @returns undefined when the text names no attribute */
export function subjectPattern(text: string): SubjectPattern | undefined {
  // A comma within a value is written `\,`.
  const parts = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  const pairs = parts.map((part): readonly [string, string] => {
    const at = part.indexOf('=');
    return [
      part.slice(0, Math.max(at, 0)).trim().toUpperCase(),
      part
        .slice(at + 1)
        .trim()
        .replace(/\\(.)/g, '$1'),
    ];
  });
  const whole = pairs.length > 0 && pairs.every(([type, value]) => /^[A-Z]+$/.test(type) && value !== '');
  return whole ? pairs : undefined;
}

/**
 * @param patterns empty: any certificate that the authorities vouch for
 * @param subject of the peer's verified certificate, as node:tls gives it
 */
export function isAllowedSubject(
  patterns: readonly SubjectPattern[],
  subject: Readonly<Record<string, string | readonly string[] | undefined>>,
): boolean {
  if (patterns.length === 0) return true;
  return patterns.some((pattern) =>
    pattern.every(([type, value]) => [subject[type] ?? []].flat().includes(value)),
  );
}
