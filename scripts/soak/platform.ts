import { setTimeout as pause } from 'node:timers/promises';

/** An answer that was got, whatever it says. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** How many times it was asked before this answer came. */
  readonly tries: number;
}

/** One tenant's platform, as a careful client would be: what got no answer is sent again under the same key until it gets one. */
export interface Platform {
  post(path: string, body: unknown, key: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  get(path: string): Promise<Answered>;
}

/** Longer than any answer that is held by `Prefer: wait`. */
const TIMEOUT_MS = 20_000;
const AGAIN_AFTER_MS = 100;
const AGAIN_AT_MOST_MS = 1_000;

export function createPlatform(baseUrl: string, apiKey: string, giveUp: AbortSignal): Platform {
  const ask = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answered> => {
    for (let tries = 0; ; tries += 1) {
      giveUp.throwIfAborted();
      const answer = await once(`${baseUrl}${path}`, method, headers, body);
      if (answer !== null && !comesAgain(answer)) return { status: answer.status, body: answer.body, tries };
      const backoff = Math.min(AGAIN_AT_MOST_MS, AGAIN_AFTER_MS * 2 ** Math.min(tries, 4));
      await pause(Math.max(backoff, answer?.retryAfterMs ?? 0));
    }
  };
  const authorization = `Bearer ${apiKey}`;
  return {
    get: (path) => ask('GET', path, { authorization }),
    post: (path, body, key, headers) => {
      const own = { authorization, 'content-type': 'application/json', 'idempotency-key': key, ...headers };
      return ask('POST', path, own, JSON.stringify(body));
    },
  };
}

interface Once {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** What the gateway asked for; 0 where it said nothing. */
  readonly retryAfterMs: number;
}

/** No answer, or one that says to come again. A 409 that names no running request is an answer like any other. */
function comesAgain({ status, body }: Pick<Once, 'status' | 'body'>): boolean {
  return status === 429 || status >= 500 || (status === 409 && body['code'] === 'IDEMPOTENCY_IN_PROGRESS');
}

async function once(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
): Promise<Once | null> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
    const retryAfterMs = 1_000 * Number(answer.headers.get('retry-after') ?? 0);
    return { status: answer.status, body: (await answer.json()) as Once['body'], retryAfterMs };
  } catch {
    return null;
  }
}

/** A call to the sandbox's control API, which no fault is played on. */
export async function control<T>(sandboxUrl: string, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${sandboxUrl}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
