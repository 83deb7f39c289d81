import type { components } from '../../contracts/generated/points-lcp.js';
import type { Context, Download, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';
import type { Config } from './config.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

/** Reads only, although it is a POST. */
export function validateMember(context: Context<Config>, body: Wire['Mv']): Promise<HttpResponse> {
  return post(context, '/MemberValidation', 'read', body);
}

export function transact(context: Context<Config>, body: Wire['Posting']): Promise<HttpResponse> {
  return post(context, '/Posting', 'write', body);
}

export function retryTransaction(context: Context<Config>, body: Wire['RetryTransaction']): Promise<HttpResponse> {
  return post(context, '/RetryTransaction', 'write', body);
}

export function reverseTransaction(context: Context<Config>, body: Wire['Reversal']): Promise<HttpResponse> {
  return post(context, '/Reversal', 'write', body);
}

/** `day` is yyyymmdd. */
export function getStatement({ config, http }: Context<Config>, day: string): Promise<Download> {
  const headers = { authorization: authorization(config), accept: 'text/csv' };
  return http.download({ method: 'GET', url: `${config.baseUrl}/Statements/${day}.csv`, headers });
}

function post(
  { config, http }: Context<Config>,
  path: string,
  effect: HttpRequest['effect'],
  body: object,
): Promise<HttpResponse> {
  return http.send({
    method: 'POST',
    url: `${config.baseUrl}${path}`,
    effect,
    headers: {
      authorization: authorization(config),
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
}

function authorization({ username, password }: Config): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
