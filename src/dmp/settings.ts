import type { Coding } from '../report/coding.ts';

/** A certificate with its key, PEM; intermediates follow the leaf. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** All that the DMP client needs to know. Plain data: it can be sent to a worker thread. */
export interface DmpSettings {
  /** Up to `…/services`, without a final slash; `/repository`, `/registry`, `/patients` are appended (dmp.md §2). */
  readonly url: string;
  /** The homologated product, as the "about" page states it (EX_GEN-1180). */
  readonly software: {
    /** OID of the product (LPS_ID). */
    readonly id: string;
    readonly name: string;
    readonly version: string;
    /** LPS_ID_HOMOLOGATION_DMP: secret, never logged (EX_GEN-1490). */
    readonly homologation: string;
  };
  /** The structure in whose name documents are fed: Struct_IdNat, equal to the OU of both certificates. */
  readonly structure: { readonly idNat: string; readonly sector: Coding };
  /** ORG_SIGN: signs the VIHF and the lot. */
  readonly signing: KeyPair;
  /** ORG_AUTH_CLI: TLS client. */
  readonly client: KeyPair;
  /** PEM of the authorities that the server's certificate must chain to. */
  readonly ca: string;
  /** OID of this system: XDS sourceId, and the root under which lots and signature documents get their OIDs. */
  readonly sourceId: string;
  readonly options: DmpOptions;
}

/** What the public documents leave open (dmp.md §14): each has the value that samples support as default. */
export interface DmpOptions {
  readonly lotDigest: DigestAlgorithm;
  readonly vihf: {
    readonly version: '3.0' | '4.0';
    readonly digest: DigestAlgorithm;
    /** Spelling of the attribute that holds INDIRECTE. */
    readonly modeAttribute: 'Authentification_Mode' | 'Authentification_mode';
    readonly authnContext: 'unspecified' | 'Password';
  };
  /** Association type of a replacement. */
  readonly replacementAssociation: string;
  /** TD0.2 before a patient's first feed, and how long its answer is trusted. */
  readonly existenceTest: { readonly enabled: boolean; readonly cacheMs: number };
  /** TCP and TLS handshake. */
  readonly connectTimeoutMs: number;
  /** From the end of the handshake to the last byte of the answer. */
  readonly answerTimeoutMs: number;
  readonly maxConnections: number;
  /** An answer is a few kilobytes; more is refused. */
  readonly maxAnswerBytes: number;
}

export type DigestAlgorithm = 'sha1' | 'sha256';

export const DEFAULT_DMP_OPTIONS: DmpOptions = {
  // Every sample and client seen signs the lot with SHA-1 (dmp.md §6.3).
  lotDigest: 'sha1',
  vihf: {
    version: '3.0',
    digest: 'sha256',
    modeAttribute: 'Authentification_Mode',
    authnContext: 'unspecified',
  },
  replacementAssociation: 'urn:ihe:iti:2007:AssociationType:RPLC',
  existenceTest: { enabled: true, cacheMs: 24 * 3_600_000 },
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 60_000,
  // The DMP asks for less than 5 feeds a second and structure (dmp.md §5).
  maxConnections: 4,
  maxAnswerBytes: 2 * 1024 * 1024,
};
