import type { Context, HttpResponse } from '../spec/adapter.js';
import { AdapterFault } from '../spec/errors.js';
import { commonFault, jsonObject, optionalPoints, requiredText } from './answer.js';

/** What a token is asked for with; `headers` are what the gateway wants beside the client's own. */
export interface Grant {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Connection = Pick<Context<unknown>, 'http' | 'tokens'>;

const TOKEN = 'access-token';
/** RFC 6749 leaves `expires_in` optional; typically it says an hour. */
const UNSTATED_TTL_MS = 300_000;

/**
 * Makes a call with the connection's access token (OAuth 2.0 client credentials, RFC 6749, section 4.4), which is shared by all its
 * calls and made one at a time. A 401 was not processed, so the call goes out once more with a new token; a second one stands.
 */
export async function withToken(
  connection: Connection,
  grant: Grant,
  call: (token: string) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { tokens } = connection;
  const token = () => tokens.get(TOKEN, () => make(connection, grant));
  const first = await token();
  const response = await call(first);
  if (response.status !== 401) return response;
  tokens.drop(TOKEN, first);
  return call(await token());
}

async function make(connection: Connection, grant: Grant): Promise<{ readonly value: string; readonly ttlMs: number }> {
  const answer = jsonObject(granted(await askForToken(connection, grant)));
  const seconds = optionalPoints(answer, 'expires_in');
  return {
    value: requiredText(answer, 'access_token'),
    ttlMs: seconds === undefined ? UNSTATED_TTL_MS : seconds * 1000,
  };
}

function askForToken({ http }: Connection, grant: Grant): Promise<HttpResponse> {
  const client = Buffer.from(`${grant.clientId}:${grant.clientSecret}`, 'utf8').toString('base64');
  return http.send({
    method: 'POST',
    url: grant.url,
    effect: 'read',
    headers: {
      ...grant.headers,
      authorization: `Basic ${client}`,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: grant.scope }).toString(),
  });
}

/** 402 is what a gateway answers whose subscription has run out. Whatever this says, what needed the token has not left. */
function granted(response: HttpResponse): HttpResponse {
  const { status } = response;
  if (status === 200) return response;
  const detail = `token: HTTP ${status}`;
  if (status === 400 || status === 402) throw new AdapterFault({ kind: 'auth', detail });
  throw commonFault(response) ?? new AdapterFault({ kind: 'not-sent', detail });
}
