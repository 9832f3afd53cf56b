/** Folders of the archive: `YYYY/MM/DD`, days of this machine's time zone. */
export function archiveDay(instant: number): [year: string, month: string, day: string] {
  const date = new Date(instant);
  const pad = (n: number) => String(n).padStart(2, '0');
  return [String(date.getFullYear()), pad(date.getMonth() + 1), pad(date.getDate())];
}
