/** Where the business acknowledgements of a source go. */
export interface PfiSettings {
  readonly host: string;
  readonly port: number;
  /** Absent: plain TCP. */
  readonly tls?: {
    /** PEM of the only accepted authorities. */
    readonly authorities: string;
    /** Name that the peer's certificate must bear, when it is not `host`. */
    readonly servername?: string;
    /** PEM. */
    readonly client?: { readonly certificate: string; readonly key: string };
  };
  /** One exchange, connection included. */
  readonly timeoutMs: number;
}
