import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { Caller } from '../core/access/caller.js';
import { toTypeId } from '../spec/typeid.js';
import { languageOf, type Language } from './language.js';
import type { Log, RequestSample } from './log.js';

/** What is known of the request being answered. `route` is the contract's path once one has matched. */
export interface Exchange {
  readonly requestId: string;
  readonly language: Language;
  readonly startedAt: number;
  route: string;
  caller: Caller | null;
}

/** A response with its exchange at hand. */
export type Reply = Response<unknown, { exchange: Exchange }>;

/** Opens an exchange for every request, and tells log and metrics when its response is over. */
export function openExchange(log: Log, metricsHook: ((sample: RequestSample) => void) | undefined) {
  return (request: Request, reply: Reply, next: NextFunction): void => {
    const exchange = newExchange(request.headers['accept-language']);
    reply.locals.exchange = exchange;
    reply.on('close', () => {
      const sample = {
        method: request.method,
        route: exchange.route,
        status: reply.statusCode,
        seconds: (performance.now() - exchange.startedAt) / 1000,
      };
      metricsHook?.(sample);
      log.debug({ ...sample, requestId: exchange.requestId, tenantId: exchange.caller?.tenantId }, 'answered');
    });
    next();
  };
}

/** An exchange that has begun just now. */
export function newExchange(acceptLanguage: string | undefined): Exchange {
  return {
    requestId: toTypeId('req', randomUUID()),
    language: languageOf(acceptLanguage),
    startedAt: performance.now(),
    route: 'none',
    caller: null,
  };
}
