import type { TokenCache } from '../spec/adapter.js';
import { AdapterFault } from '../spec/errors.js';

const MAX_NAMES = 64;
const MAX_TTL_MS = 24 * 3_600_000;
/** A token is left alone this long before its end, or a tenth of its life if that is less, so that it outlives the call it opens. */
const MARGIN_MS = 60_000;

/**
 * The tokens of one connection, at most 64 names, single flight. A token lives at most a day, counted from before it was asked
 * for. When making one ends in an unknown outcome, the fault becomes `not-sent`: what needed the token has not left.
 * `now` is in milliseconds.
 */
export function createTokenCache(now: () => number): TokenCache {
  const kept = new Map<string, { readonly value: string; readonly until: number }>();
  const flights = new Map<string, Promise<string>>();

  const fetch: TokenCache['get'] = async (name, make) => {
    const asked = now();
    try {
      const { value, ttlMs } = await make();
      const life = Math.min(ttlMs, MAX_TTL_MS);
      kept.delete(name);
      kept.set(name, { value, until: asked + life - Math.min(MARGIN_MS, life / 10) });
      const [oldest] = kept.keys();
      if (kept.size > MAX_NAMES && oldest !== undefined) kept.delete(oldest);
      return value;
    } catch (error) {
      throw withoutToken(error);
    } finally {
      flights.delete(name);
    }
  };

  return {
    get: (name, make) => {
      const token = kept.get(name);
      if (token !== undefined && now() < token.until) return Promise.resolve(token.value);
      let flight = flights.get(name);
      if (flight === undefined) {
        flight = fetch(name, make);
        flights.set(name, flight);
      }
      return flight;
    },
    drop: (name, value) => {
      if (kept.get(name)?.value === value) kept.delete(name);
    },
  };
}

function withoutToken(error: unknown): unknown {
  if (!(error instanceof AdapterFault) || error.fault.kind !== 'unknown-outcome') return error;
  return new AdapterFault({ kind: 'not-sent', detail: `no token: ${error.fault.detail}` });
}
