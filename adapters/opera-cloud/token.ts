import { commonFault, jsonObject, optionalPoints, requiredText } from '../../src/kit/answer.js';
import type { Context, HttpResponse } from '../../src/spec/adapter.js';
import { AdapterFault } from '../../src/spec/errors.js';
import type { Config } from './config.js';

const TOKEN = 'access-token';
/** `expires_in` is optional in the contract; typically it says an hour. */
const UNSTATED_TTL_MS = 300_000;

/** The connection's access token, shared by all its calls; the cache makes one at a time. */
export function accessToken(context: Context<Config>): Promise<string> {
  return context.tokens.get(TOKEN, () => make(context));
}

/** Forgets a token that the gateway has just refused. */
export function dropToken(context: Context<Config>, value: string): void {
  context.tokens.drop(TOKEN, value);
}

async function make(context: Context<Config>): Promise<{ readonly value: string; readonly ttlMs: number }> {
  const answer = jsonObject(granted(await askForToken(context)));
  const seconds = optionalPoints(answer, 'expires_in');
  return {
    value: requiredText(answer, 'access_token'),
    ttlMs: seconds === undefined ? UNSTATED_TTL_MS : seconds * 1000,
  };
}

function askForToken({ config, http }: Context<Config>): Promise<HttpResponse> {
  const client = Buffer.from(`${config.clientId}:${config.clientSecret}`, 'utf8').toString('base64');
  return http.send({
    method: 'POST',
    url: `${config.baseUrl}/oauth/v1/tokens`,
    effect: 'read',
    headers: {
      authorization: `Basic ${client}`,
      'x-app-key': config.appKey,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: config.scope }).toString(),
  });
}

/** 402 stands in the supplier's guide to common errors. Whatever this says, what needed the token has not left. */
function granted(response: HttpResponse): HttpResponse {
  const { status } = response;
  if (status === 200) return response;
  const detail = `token: HTTP ${status}`;
  if (status === 400 || status === 402) throw new AdapterFault({ kind: 'auth', detail });
  throw commonFault(response) ?? new AdapterFault({ kind: 'not-sent', detail });
}
