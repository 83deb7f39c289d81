/** Works on the items in order, at most `few` at once; rejects with the first error once those under way have ended. */
export async function fewAtATime<T>(items: readonly T[], few: number, work: (item: T) => Promise<void>): Promise<void> {
  // One iterator for all: whoever is free takes the next.
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: few }, lane));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
