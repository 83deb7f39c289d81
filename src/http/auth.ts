import type { Request } from 'express';
import type { Authenticate, Caller, Scope } from '../core/access/caller.js';
import { Problem } from '../core/problem.js';
import type { Exchange } from './exchange.js';
import type { Log } from './log.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** Who is asking. No, an unknown, an expired and a garbled key are told alike; a key without the scope is told so. */
export async function callerOf(
  request: Request,
  exchange: Exchange,
  scope: Scope,
  authenticate: Authenticate,
): Promise<Caller> {
  const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
  const caller = token === undefined ? null : await authenticate(token);
  if (caller === null) throw new Problem('UNAUTHENTICATED');
  exchange.caller = caller;
  requireScope(caller, scope);
  return caller;
}

export function requireScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.has(scope)) throw new Problem('FORBIDDEN');
}

/** Refusals that may be somebody trying doors: they go to the security log, without keys, bodies or addresses of people. */
const SECURITY_EVENTS: Readonly<Partial<Record<Problem['code'], string>>> = {
  UNAUTHENTICATED: 'security.unauthenticated',
  SIGNATURE_INVALID: 'security.signature-invalid',
  FORBIDDEN: 'security.forbidden',
  SECOND_PERSON_NEEDED: 'security.second-person-needed',
  // Ours and another tenant's ids are answered alike, so every id that leads nowhere is noted.
  NOT_FOUND: 'security.not-found',
};

/** Notes a refusal in the security log, if it is one that belongs there. */
export function noteRefusal(log: Log, problem: Problem, request: Request, exchange: Exchange): void {
  const event = SECURITY_EVENTS[problem.code];
  if (event === undefined || (problem.code === 'NOT_FOUND' && exchange.caller === null)) return;
  const { requestId, route, caller } = exchange;
  log.warn(
    {
      event,
      requestId,
      route,
      method: request.method,
      remoteAddress: request.socket.remoteAddress,
      tenantId: caller?.tenantId,
      keyId: caller?.keyId,
    },
    'refused',
  );
}
