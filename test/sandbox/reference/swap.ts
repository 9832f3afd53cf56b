/** A change of a text, for one thing to be wrong in it; one that changes nothing would make a test prove nothing. */
export const swap =
  (from: string | RegExp, to: string) =>
  (text: string): string => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`nothing to change: ${from}`);
    return changed;
  };
