import type { StoredAnswer } from '../core/answer.js';
import { refusalSentence } from '../core/operation/refusal-sentences.js';
import { type FieldError, Problem, type ProblemDetails } from '../core/problem.js';
import { toTypeId } from '../spec/typeid.js';
import type { Exchange, Reply } from './exchange.js';
import type { Language } from './language.js';
import { PROBLEMS_EN } from './problem-sentences-en.js';
import { PROBLEMS_ZH } from './problem-sentences-zh.js';
import { PROBLEMS, type DoorCode } from './problem-table.js';
import { send } from './send.js';

/** The error documents of this gateway live under this address; the code ends it. */
const PROBLEM_BASE = 'https://interline.dev/problems/';

const SENTENCES = { en: PROBLEMS_EN, zh: PROBLEMS_ZH };

/** What only the door refuses, with the same details as a `Problem`; `checks` are those of a readiness that failed. */
export interface DoorProblem {
  readonly code: DoorCode;
  readonly details: ProblemDetails & { readonly checks?: Readonly<Record<string, boolean>> };
}

/** A problem as it is sent and stored (RFC 9457), in the language of the exchange. */
export function renderProblem(problem: DoorProblem, exchange: Pick<Exchange, 'requestId' | 'language'>): StoredAnswer {
  const { status } = PROBLEMS[problem.code];
  const { title, detail } = SENTENCES[exchange.language][problem.code];
  const { errors, reason, supplierCode, operationId, linkId, state, checks } = problem.details;
  const body = {
    type: PROBLEM_BASE + problem.code,
    title,
    status,
    detail: reason === undefined ? detail : refusalSentence(reason, exchange.language),
    code: problem.code,
    requestId: exchange.requestId,
    errors: errors?.map(({ pointer, message }) => ({ pointer, message: inLanguage(message, exchange.language) })),
    reason,
    supplierCode,
    operationId: operationId === undefined ? undefined : toTypeId('op', operationId),
    linkId: linkId === undefined ? undefined : toTypeId('lnk', linkId),
    state,
    checks,
  };
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

function inLanguage(message: FieldError['message'], language: Language): string {
  return typeof message === 'string' ? message : message[language];
}

/** How to come back from a 401 (RFC 9110, 15.5.2). */
const CHALLENGES: Readonly<Partial<Record<DoorCode, string>>> = {
  UNAUTHENTICATED: 'Bearer',
  SIGNATURE_INVALID: 'Signature',
};

/** The headers that go with a problem: when to try again, and how to authenticate. */
function headersOf(problem: DoorProblem): Record<string, string> {
  const challenge = CHALLENGES[problem.code];
  const seconds = problem.details.retryAfterSeconds ?? PROBLEMS[problem.code].retryAfterSeconds;
  return {
    ...(seconds === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) }),
    ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
  };
}

export function sendProblem(reply: Reply, problem: DoorProblem, headers?: Readonly<Record<string, string>>): void {
  const { status, contentType, body } = renderProblem(problem, reply.locals.exchange);
  send(reply, status, contentType, body, { ...headersOf(problem), ...headers });
}

/** Whatever was thrown, as something a caller may be told. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express could not decode a part of the path: it names nothing.
  if (error instanceof URIError) return new Problem('NOT_FOUND');
  return new Problem('INTERNAL');
}
