import { CHANNELS, type Channel } from '../report/delivery.ts';
import { type CommonOptions, type Output, say } from './output.ts';

/** The channels that a person named; the unknown one is told, and nothing is returned. */
export function readChannels(
  output: Output,
  options: CommonOptions,
  named: readonly string[],
): readonly Channel[] | undefined {
  const unknown = named.find((channel) => !(CHANNELS as readonly string[]).includes(channel));
  if (unknown === undefined) return named as readonly Channel[];
  const known = CHANNELS.join(', ');
  output.err(say(options, `canal inconnu : ${unknown} (${known})`, `unknown channel: ${unknown} (${known})`));
  return undefined;
}
