import { type Identity, qualify, type StatedIdentity, type UnqualifiedIdentity } from '../report/identity.ts';
import { INS_OIDS, type InsOid } from '../report/ins.ts';

/** What this instance is for; set by the laboratory, without default (decisions.md, Inputs). */
export type Environment = 'production' | 'test' | 'demo';

const PRODUCTION_SPACES: readonly InsOid[] = [INS_OIDS.nir, INS_OIDS.nia];

/** Does an INS of this space belong to the environment? Production refuses the test spaces, and the reverse. */
export function belongsTo(environment: Environment, oid: InsOid): boolean {
  return PRODUCTION_SPACES.includes(oid) === (environment === 'production');
}

/**
 * The identity that documents and decisions may use. An INS of a foreign space is dropped here, before any document is
 * made, so that it can appear nowhere.
 */
export function usableIdentity(environment: Environment, stated: StatedIdentity): Identity {
  if (!stated.ins || belongsTo(environment, stated.ins.oid)) return qualify(stated);
  const { ins: _foreign, ...rest } = stated;
  const identity = qualify(rest) as UnqualifiedIdentity;
  return identity.cause === 'status-blocked' ? identity : { ...identity, cause: 'foreign-space' };
}
