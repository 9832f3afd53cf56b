/** The one item of a list; undefined where there is none, or several to choose from. */
export const sole = <T>(items: readonly T[] = []): T | undefined =>
  items.length === 1 ? items[0] : undefined;
