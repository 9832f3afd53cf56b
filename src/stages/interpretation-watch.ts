/** Who waits for a message to be interpreted: its application acknowledgement tells what became of it. */
export function createInterpretationWatch() {
  const waiting = new Map<number, (() => void)[]>();
  return {
    /** Resolves at the next interpretation of this message. */
    of: (inboxId: number): Promise<void> =>
      new Promise((resolve) => {
        waiting.set(inboxId, [...(waiting.get(inboxId) ?? []), resolve]);
      }),
    /** The message was interpreted, and the outcome is committed. */
    done(inboxId: number): void {
      for (const resolve of waiting.get(inboxId) ?? []) resolve();
      waiting.delete(inboxId);
    },
  };
}

export type InterpretationWatch = ReturnType<typeof createInterpretationWatch>;
