/** A stable word for an unexpected error: its code or class, never its message, which may quote data. */
export function codeOf(error: unknown): string {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.name;
  return 'UNKNOWN';
}
