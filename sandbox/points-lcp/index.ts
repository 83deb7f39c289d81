import { timingSafeEqual } from 'node:crypto';
import express from 'express';
import { Field } from '../engine/shape.js';
import type { Handler, Parts, Platform, Play, WireAnswer } from '../platform.js';
import type { SandboxScheme } from '../engine/scheme-file.js';
import { openLedger } from './ledger.js';
import { validateMember } from './member-validation.js';
import { post } from './posting.js';
import { retry } from './retry.js';
import { reverse } from './reversal.js';
import { openStatements } from './statements.js';

/**
 * The loyalty-programme side of the Points Loyalty Commerce Platform: Basic authentication, JSON, and success told by
 * `status` in the body of a 200. Sources: its "Loyalty Partner API Reference Manual" and `lp-api.raml`.
 */
export const pointsLcp: Platform = {
  adapter: 'points-lcp',
  open: openPointsLcp,
  throttled: (headers) => ({
    status: 429,
    headers: { ...headers, 'Content-Type': 'text/plain' },
    body: 'Too many requests',
  }),
};

function openPointsLcp(scheme: SandboxScheme, parts: Parts): Play {
  const ledger = openLedger(parts);
  const magicAmounts = new Field(scheme.behaviour).at('magicAmounts').optional((field) => field.flag()) ?? false;
  const secrets = new Field(scheme.secrets, '/secrets');
  const expected = `${secrets.at('username').text()}:${secrets.at('password').text()}`;
  const guarded = (handler: Handler): Handler => {
    return (request) => (authorised(request.headers.authorization, expected) ? handler(request) : UNAUTHORISED);
  };
  const serve = (handler: Handler) => parts.serve(guarded(handler));

  const router = express.Router();
  router.post(
    '/MemberValidation',
    serve((request) => validateMember(request, parts)),
  );
  router.post(
    '/Posting',
    serve((request) => post(request, { ...parts, ledger, magicAmounts })),
  );
  router.post(
    '/RetryTransaction',
    serve((request) => retry(request, { ...parts, ledger })),
  );
  router.post(
    '/Reversal',
    serve((request) => reverse(request, { ...parts, ledger })),
  );
  const statements = openStatements(parts, new Field(scheme.settings, '/settings').at('partner').text());
  router.get('/Statements/:day.csv', serve(statements.get));
  return { router, form: () => ({}), settlementFile: statements.text };
}

const UNAUTHORISED: WireAnswer = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Basic realm="LP API"', 'Content-Type': 'text/plain' },
  body: 'Unauthorized',
};

function authorised(header: string | undefined, expected: string): boolean {
  const given = Buffer.from(/^Basic (.+)$/.exec(header ?? '')?.[1] ?? '', 'base64');
  const wanted = Buffer.from(expected);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
