import type { Config } from './config.js';

/** The programme deduplicates on it and repeats it in its statement, so it is written and read by one rule. */
function prefix({ partner }: Pick<Config, 'partner'>): string {
  return `urn:interline:${partner}:`;
}

/** The `callback` of a transaction: a URI of our own, unique by our reference. */
export function callbackOf(config: Pick<Config, 'partner'>, reference: string): string {
  return `${prefix(config)}${reference}`;
}

/** What stands in the place of our reference; `undefined` where the `callback` is not one of ours. */
export function referenceOf(config: Pick<Config, 'partner'>, callback: string): string | undefined {
  const ours = prefix(config);
  return callback.startsWith(ours) ? callback.slice(ours.length) : undefined;
}
