import type { ErrorRequestHandler, Response } from 'express';
import { ShapeError } from './shape.js';

/** A complaint of the control API, RFC 9457. */
export class ControlProblem extends Error {
  override readonly name = 'ControlProblem';
  constructor(
    readonly status: 404 | 422,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Turns what a control route threw into problem+json: 400 for what is no JSON, 404, 422, and 500 for our own mistakes. */
export const answerProblem: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  if (error instanceof ControlProblem) {
    problem(res, error.status, error.code, error.message);
  } else if (error instanceof ShapeError) {
    const errors = [{ pointer: error.pointer, message: error.complaint }];
    problem(res, 422, 'INVALID_BODY', error.message, errors);
  } else if (error instanceof SyntaxError) {
    problem(res, 400, 'NOT_JSON', 'The body is not JSON.');
  } else if (isTooLarge(error)) {
    problem(res, 413, 'TOO_LARGE', 'The body is larger than 1 MiB.');
  } else {
    console.error('sandbox:', error);
    problem(res, 500, 'SANDBOX_BUG', 'The sandbox has a bug; its standard error tells more.');
  }
};

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 413;
}

function problem(res: Response, status: number, code: string, detail: string, errors?: readonly unknown[]): void {
  const body = { type: 'about:blank', title: code, status, code, detail, errors };
  res.status(status).type('application/problem+json').send(JSON.stringify(body));
}
