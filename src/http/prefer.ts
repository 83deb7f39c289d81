import { setTimeout as pause } from 'node:timers/promises';
import type { Caller } from '../core/access/caller.js';
import type { Answer } from '../core/answer.js';
import type { Links } from '../core/link/links.js';
import type { Operations } from '../core/operation/operations.js';
import type { Language } from './language.js';

const MAX_SECONDS = 30;
const LINK_POLL_MS = 250;

/** The seconds of `Prefer: wait=N` (RFC 7240), at most 30; `null` without the preference. */
export function preferredWait(header: string | readonly string[] | undefined): number | null {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  const seconds = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;[^,]*)?(?=,|$)/i.exec(text)?.[1];
  return seconds === undefined ? null : Math.min(Number(seconds), MAX_SECONDS);
}

/** How long to hold an answer; `stopping` ends the wait early when the server is going down. */
export interface Wait {
  readonly seconds: number;
  readonly stopping: AbortSignal;
}

/**
 * Holds a 202 until its operation rests, and answers 200 with the operation as it is then. When it does not rest in time, or
 * waiting fails, the answer goes out as it is stored: it was accepted.
 */
async function settledOperation(
  operations: Pick<Operations, 'rested' | 'get'>,
  caller: Caller,
  answer: Answer,
  language: Language,
  wait: Wait,
): Promise<Answer> {
  const id = answer.operationId;
  if (answer.status !== 202 || id === undefined || wait.seconds === 0) return answer;
  try {
    if (!(await unlessStopping(operations.rested(id, wait.seconds), wait.stopping))) return answer;
    return { ...answer, status: 200, body: JSON.stringify(await operations.get(caller, id, language)) };
  } catch {
    return answer;
  }
}

/** Has `settledOperation` hold the answers of a creation. */
export function operationSettler(operations: Pick<Operations, 'rested' | 'get'>) {
  return (asked: { readonly caller: Caller; readonly language: Language }, answer: Answer, wait: Wait) =>
    settledOperation(operations, asked.caller, answer, asked.language, wait);
}

/** Holds a 202 until its link is no longer pending, and answers 201 with it; as stored if that takes too long or the link is gone. */
export async function settledLink(
  links: Pick<Links, 'get'>,
  caller: Caller,
  answer: Answer,
  wait: Wait,
): Promise<Answer> {
  const id = answer.linkId;
  if (answer.status !== 202 || id === undefined) return answer;
  const until = performance.now() + wait.seconds * 1000;
  try {
    while (performance.now() < until) {
      await pause(LINK_POLL_MS, undefined, { signal: wait.stopping });
      const link = await links.get(caller, id);
      if (link.state !== 'pending') return { ...answer, status: 201, body: JSON.stringify(link) };
    }
  } catch {
    return answer;
  }
  return answer;
}

/** What the promise says, or `false` as soon as the server is going down. */
async function unlessStopping(promise: Promise<boolean>, stopping: AbortSignal): Promise<boolean> {
  if (stopping.aborted) return false;
  return new Promise((resolve, reject) => {
    const stop = () => resolve(false);
    stopping.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => stopping.removeEventListener('abort', stop));
  });
}
