/** The outcome of one check. `advice` says what to do about a failure. */
export type Finding =
  | { readonly check: string; readonly ok: true; readonly detail: string }
  | { readonly check: string; readonly ok: false; readonly detail: string; readonly advice: string };

export function passed(check: string, detail: string): Finding {
  return { check, ok: true, detail };
}

export function failed(check: string, detail: string, advice: string): Finding {
  return { check, ok: false, detail, advice };
}

/** The first line of whatever was thrown; drivers gather several refusals in an error without a message of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return (error instanceof Error ? error.message : String(error)).split('\n', 1).join('');
}
