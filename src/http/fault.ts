import type { NextFunction, Request } from 'express';
import { noteRefusal } from './auth.js';
import type { Exchange, Reply } from './exchange.js';
import type { Log } from './log.js';
import { problemOf, sendProblem } from './problem.js';

/** Express' last stop: everything thrown on the way becomes a problem, and is noted where somebody should know. */
export function answerFault(log: Log) {
  return (error: unknown, request: Request, reply: Reply, _next: NextFunction): void => {
    const { exchange } = reply.locals;
    const problem = problemOf(error);
    if (problem.code === 'INTERNAL') noteFault(log, error, exchange);
    else noteRefusal(log, problem, request, exchange);
    sendProblem(reply, problem);
  };
}

/**
 * Notes a fault of ours by what it is and where it was thrown. Its message stays out: it may quote what was being worked on,
 * and that may be a member number.
 */
export function noteFault(log: Log, error: unknown, exchange: Exchange): void {
  const { name, stack, code } = (error instanceof Error ? error : new Error()) as Error & { readonly code?: unknown };
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const { requestId, route } = exchange;
  log.error({ requestId, route, error: name, code, frames }, 'failed');
}
