/** What an antivirus says of a document. */
export type ScanVerdict =
  | { readonly state: 'clean' }
  | { readonly state: 'infected'; readonly signature: string }
  /** Larger than the antivirus takes: nobody has looked at it. */
  | { readonly state: 'too-large' }
  /** It did not answer, or not with a verdict: to be asked again. */
  | { readonly state: 'unavailable'; readonly code: string };

/** Never fails: what goes wrong is a verdict. */
export interface Scanner {
  scan(bytes: Uint8Array): Promise<ScanVerdict>;
  /** Is it there? The code of the failure when it is not. */
  reach(): Promise<{ readonly ok: true } | { readonly ok: false; readonly code: string }>;
}

/** Name of a signature, as an antivirus writes it, without anything that could be an order to a terminal or a long text. */
export function signatureName(text: string): string {
  return text.replace(/[^\w.:+-]/g, '_').slice(0, 100) || 'inconnue';
}
