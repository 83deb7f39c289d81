import { setMaxListeners } from 'node:events';
import type { Express, Request } from 'express';
import type { Caller } from '../core/access/caller.js';
import type { Answer, IdempotentRequest } from '../core/answer.js';
import { Problem } from '../core/problem.js';
import type { Json } from '../spec/values.js';
import type { Deps } from './deps.js';
import { callerOf } from './auth.js';
import { jsonOf, MAX_JSON, mayHaveBody, readBody, requireMediaType } from './body.js';
import type { BodyOf, Contract, ContractOperation, OperationName, QueryOf } from './contract.js';
import type { Reply } from './exchange.js';
import { idempotencyKeyOf, idempotentRequest } from './idempotency.js';
import type { Language } from './language.js';
import { preferredWait, type Wait } from './prefer.js';
import { parseQuery } from './query.js';
import { sendAnswer, sendView } from './send.js';

/** Where resources hang their routes. */
export interface Door {
  readonly app: Express;
  readonly contract: Contract;
  readonly deps: Deps;
}

/** A request whose key, scope, query and path were found right. */
export interface Asked<Name extends OperationName> {
  readonly caller: Caller;
  readonly language: Language;
  readonly query: QueryOf<Name>;
  /** A parameter of the path, decoded. */
  readonly param: (name: string) => string;
}

/** A request whose body was found right too. */
interface AskedWithBody<Name extends OperationName> extends Asked<Name> {
  readonly body: BodyOf<Name>;
}

/** A request that creates. */
interface AskedToCreate<Name extends OperationName> extends AskedWithBody<Name> {
  readonly request: IdempotentRequest;
}

/** Serves an operation of the contract. Whatever `handle` throws becomes a problem. */
export function serve(
  door: Door,
  name: OperationName,
  handle: (request: Request, reply: Reply, operation: ContractOperation) => Promise<void> | void,
): void {
  const operation = operationOf(door, name);
  door.app[operation.method](operation.route, (request: Request, reply: Reply) => {
    reply.locals.exchange.route = operation.path;
    return handle(request, reply, operation);
  });
}

/** Serves a GET that needs a key: the answer is 200 with the view that `read` gives. */
export function serveView<Name extends OperationName>(
  door: Door,
  name: Name,
  read: (asked: Asked<Name>) => Promise<unknown>,
): void {
  serve(door, name, async (request, reply, operation) => {
    const caller = await authorised(door, request, reply, operation);
    const asked = askedOf<Name>(request, reply, operation, caller);
    requirePath(request, operation);
    sendView(reply, 200, await read(asked));
  });
}

/** Serves a POST that may be asked again at will, so without an Idempotency-Key: the answer is 200 with what `answer` gives. */
export function serveQuestion<Name extends OperationName>(
  door: Door,
  name: Name,
  answer: (asked: AskedWithBody<Name>) => Promise<unknown>,
): void {
  serve(door, name, async (request, reply, operation) => {
    const caller = await authorised(door, request, reply, operation);
    const body = await bodyOf(request, operation, reply.locals.exchange.language);
    const asked = askedOf<Name>(request, reply, operation, caller);
    operation.checkBody?.(body, asked.language);
    requirePath(request, operation);
    sendView(reply, 200, await answer({ ...asked, body: body as BodyOf<Name> }));
  });
}

/**
 * Serves a POST that creates. Checked in this order, each before the next: key and scope, Idempotency-Key, media type, size,
 * syntax, contract, path. `settle` holds the answer when the request prefers to wait; without it there is no waiting.
 */
export function serveCreation<Name extends OperationName>(
  door: Door,
  name: Name,
  create: (asked: AskedToCreate<Name>) => Promise<Answer>,
  settle?: (asked: Asked<Name>, answer: Answer, wait: Wait) => Promise<Answer>,
): void {
  const { stopping = NEVER } = door.deps;
  // Every answer that is held listens to it, and Node takes more than ten listeners for a leak.
  setMaxListeners(0, stopping);
  serve(door, name, async (request, reply, operation) => {
    const { exchange } = reply.locals;
    const caller = await authorised(door, request, reply, operation);
    const key = idempotencyKeyOf(request);
    const body = await bodyOf(request, operation, exchange.language);
    const asked = askedOf<Name>(request, reply, operation, caller);
    operation.checkBody?.(body, exchange.language);
    requirePath(request, operation);
    const answer = await create({
      ...asked,
      body: body as BodyOf<Name>,
      request: idempotentRequest(door.deps, { key, method: request.method, path: request.path, body }, exchange),
    });
    const replayed = answer.replayed ? { 'Idempotency-Replayed': 'true' } : {};
    // A replay is never held: it is the stored answer.
    const seconds = answer.replayed || answer.status >= 400 ? null : preferredWait(request.headers['prefer']);
    if (settle === undefined || seconds === null) {
      sendAnswer(reply, answer, replayed);
    } else {
      const settled = await settle(asked, answer, { seconds, stopping });
      sendAnswer(reply, settled, { 'Preference-Applied': `wait=${seconds}` });
    }
  });
}

const NEVER = new AbortController().signal;

function operationOf(door: Door, name: OperationName): ContractOperation {
  const operation = door.contract.operations.get(name);
  if (operation === undefined) throw new Error(`the contract has no operation ${name}`);
  return operation;
}

/** The caller of an operation that needs a key. */
export async function authorised(
  door: Door,
  request: Request,
  reply: Reply,
  operation: ContractOperation,
): Promise<Caller> {
  if (operation.scope === null) throw new Error(`the contract names no scope for ${operation.path}`);
  return callerOf(request, reply.locals.exchange, operation.scope, door.deps.authenticate);
}

/** The body as JSON, not yet judged. Where none is needed, none is the same as an empty object. */
async function bodyOf(request: Request, operation: ContractOperation, language: Language): Promise<Json> {
  if (!operation.needsBody && !mayHaveBody(request)) return {};
  requireMediaType(request, operation.mediaTypes);
  const bytes = await readBody(request, MAX_JSON);
  return !operation.needsBody && bytes.length === 0 ? {} : jsonOf(bytes, language);
}

function askedOf<Name extends OperationName>(
  request: Request,
  reply: Reply,
  operation: ContractOperation,
  caller: Caller,
): Asked<Name> {
  const { language } = reply.locals.exchange;
  const query = queryOf(request, operation, language) as QueryOf<Name>;
  return { caller, language, query, param: (name) => paramOf(request, name) };
}

/** The query parameters, as the contract describes them. */
export function queryOf(request: Request, operation: ContractOperation, language: Language): unknown {
  const query = parseQuery(request.url, operation.wholeNumbers, language);
  operation.checkQuery(query, language, '/query');
  return query;
}

/** An id that is not one and an id that leads nowhere are the same to a caller, so this comes after everything else. */
function requirePath(request: Request, operation: ContractOperation): void {
  if (!operation.fitsPath(request.params)) throw new Problem('NOT_FOUND');
}

function paramOf(request: Request, name: string): string {
  const value = request.params[name];
  if (typeof value !== 'string') throw new Problem('NOT_FOUND');
  return value;
}
