import { randomBytes } from 'node:crypto';
import type { Clock } from '../engine/clock.js';
import type { SandboxScheme } from '../engine/scheme-file.js';
import { Field } from '../engine/shape.js';
import type { WireAnswer, WireRequest } from '../platform.js';

/** The pattern that the contract sets for `x-app-key`, a UUID of version 4. */
const APP_KEY = /^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89aAbB][a-f0-9]{3}-[a-f0-9]{12}$/;
const HOUR_SECONDS = 3_600;

/** Whose calls are let in. Tokens live in memory: after a restart everybody asks for a new one. */
export interface Gate {
  /** `POST /oauth/v1/tokens`, grant client_credentials. */
  issue(request: WireRequest): WireAnswer;
  /** Why a call is not let in; `null` when it is. */
  refusal(request: WireRequest): WireAnswer | null;
}

/** A refusal in the API's own form. */
export type Refuse = (status: 400 | 401 | 403, code: string, detail: string) => WireAnswer;

export function openGate(scheme: SandboxScheme, clock: Clock, refuse: Refuse): Gate {
  const secrets = new Field(scheme.secrets, '/secrets');
  const client = `${secrets.at('clientId').text()}:${secrets.at('clientSecret').text()}`;
  const appKey = secrets.at('appKey').text({ pattern: APP_KEY });
  const scope = secrets.at('scope').text();
  const hotelId = new Field(scheme.settings, '/settings').at('hotelId').text();
  const ttl = new Field(scheme.behaviour).at('tokenTtlSeconds').optional((field) => field.whole({ min: 1 }));
  const expiries = new Map<string, number>();

  return {
    issue: (request) => {
      const form = new URLSearchParams(request.body.toString('utf8'));
      if (request.headers['x-app-key'] !== appKey || basic(request) !== client) return unauthorised('invalid_client');
      if (form.get('grant_type') !== 'client_credentials')
        return { status: 400, body: { error: 'unsupported_grant_type' } };
      if (form.get('scope') !== scope) return unauthorised('invalid_scope');
      const token = randomBytes(24).toString('base64url');
      const seconds = ttl ?? HOUR_SECONDS;
      forgetExpired(expiries, clock());
      expiries.set(token, clock() + seconds * 1_000);
      return { status: 200, body: { access_token: token, expires_in: seconds, token_type: 'Bearer' } };
    },
    refusal: ({ headers }) => {
      const key = headers['x-app-key'];
      if (typeof key !== 'string' || !APP_KEY.test(key))
        return refuse(400, 'APP_KEY_INVALID', 'x-app-key is not a UUID');
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
      if ((expiries.get(token) ?? 0) <= clock())
        return refuse(401, 'TOKEN_INVALID', 'The token is unknown or has expired');
      if (key !== appKey) return refuse(403, 'APP_KEY_UNKNOWN', 'This application is not known');
      if (headers['x-hotelid'] === undefined) return refuse(400, 'HOTEL_MISSING', 'x-hotelid is required');
      return headers['x-hotelid'] === hotelId ? null : refuse(403, 'HOTEL_UNKNOWN', 'No access to this hotel');
    },
  };
}

function basic(request: WireRequest): string {
  return Buffer.from(/^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '', 'base64').toString('utf8');
}

function unauthorised(error: string): WireAnswer {
  return { status: 401, body: { error } };
}

function forgetExpired(expiries: Map<string, number>, now: number): void {
  for (const [token, expiry] of expiries) if (expiry <= now) expiries.delete(token);
}
