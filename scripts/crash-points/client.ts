import { setTimeout as pause } from 'node:timers/promises';
import { patience } from './patience.js';

/** What the gateway answered: its status, and its body as JSON. */
export interface Answered<T> {
  readonly status: number;
  readonly body: T;
}

/** A platform that gives nothing up: without an answer it asks again, a POST under the same `Idempotency-Key`. */
export interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown, key: string): Promise<Answered<T>>;
  /** Lines of NDJSON, as a batch wants them. */
  postLines(path: string, lines: readonly unknown[]): Promise<readonly unknown[]>;
}

const AGAIN_AFTER_MS = 50;

export function createClient(baseUrl: string, key: string, deaths: () => number): Client {
  const authorization = `Bearer ${key}`;
  const asked = (path: string, init: RequestInit) => answerOf(`${baseUrl}${path}`, init, deaths);
  return {
    get: async <T>(path: string): Promise<T> => {
      const { status, text } = await asked(path, { headers: { authorization } });
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
      return JSON.parse(text) as T;
    },
    post: async <T>(path: string, body: unknown, idempotencyKey: string): Promise<Answered<T>> => {
      const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
      const { status, text } = await asked(path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status, body: JSON.parse(text) as T };
    },
    postLines: async (path, lines) => {
      const headers = { authorization, 'content-type': 'application/x-ndjson' };
      const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      const { status, text } = await asked(path, { method: 'POST', headers, body });
      if (status !== 200) throw new Error(`POST ${path}: ${status} ${text}`);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown);
    },
  };
}

async function answerOf(
  url: string,
  init: RequestInit,
  deaths: () => number,
): Promise<{ readonly status: number; readonly text: string }> {
  const waiting = patience(deaths);
  for (;;) {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch(() => null);
    if (answer !== null && !comesAgain(answer)) return answer;
    if (waiting.isOver()) throw new Error(`no answer from ${url}: ${answer?.status} ${answer?.text}`);
    await pause(AGAIN_AFTER_MS);
  }
}

/** What a platform asks again: no server, or the same request under way, which may be one whose process died. */
function comesAgain({ status, text }: { readonly status: number; readonly text: string }): boolean {
  return status >= 500 || (status === 409 && text.includes('IDEMPOTENCY_IN_PROGRESS'));
}
