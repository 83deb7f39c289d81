/**
 * Where a moment of the database's clock lies on this process's own: somewhere between `earliest` and `latest`. Answers narrow it down: the database
 * read its clock after it was asked and before it answered.
 */
export interface SharedTime {
  readonly learn: (databaseAt: number, askedAt: number, answeredAt: number) => void;
  readonly earliest: (databaseAt: number) => number;
  readonly latest: (databaseAt: number) => number;
}

/** Clocks drift apart; what was learnt is narrowed down anew after this time. */
const REMEMBER_MS = 30_000;

export function createSharedTime(): SharedTime {
  /** The database's clock is ahead of ours by at least `least` and at most `most`. */
  let least = Number.NEGATIVE_INFINITY;
  let most = Number.POSITIVE_INFINITY;
  let since = Number.NEGATIVE_INFINITY;
  return {
    learn: (databaseAt, askedAt, answeredAt) => {
      const low = databaseAt - answeredAt;
      const high = databaseAt - askedAt;
      // Somebody set the clock, or it was long ago.
      const anew = low > most || high < least || answeredAt - since > REMEMBER_MS;
      if (anew) since = answeredAt;
      least = anew ? low : Math.max(least, low);
      most = anew ? high : Math.min(most, high);
    },
    earliest: (databaseAt) => databaseAt - most,
    latest: (databaseAt) => databaseAt - least,
  };
}
