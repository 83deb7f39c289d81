import type { components } from '../../contracts/generated/reference.js';
import type { Context, Download, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';
import type { Config } from './config.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

/** Reads only, although it is a POST: names belong in no URL. */
export function verifyMember(context: Context<Config>, body: Wire['VerifyRequest']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: '/members/verify', effect: 'read', body });
}

export function getMember(context: Context<Config>, memberNumber: string): Promise<HttpResponse> {
  return send(context, { method: 'GET', path: `/members/${encodeURIComponent(memberNumber)}`, effect: 'read' });
}

/** Both days belong to the range. */
export function getStatement(
  context: Context<Config>,
  memberNumber: string,
  range: { readonly since: string; readonly until: string },
): Promise<HttpResponse> {
  const path = `/members/${encodeURIComponent(memberNumber)}/statement?${new URLSearchParams(range).toString()}`;
  return send(context, { method: 'GET', path, effect: 'read' });
}

export function postAccrual(context: Context<Config>, body: Wire['AccrualRequest']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: '/accruals', effect: 'write', key: body.reference, body });
}

export function postReversal(context: Context<Config>, body: Wire['ReversalRequest']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: '/reversals', effect: 'write', key: body.reference, body });
}

/** Spends at once, or sets aside: the request is the same. */
export function spend(
  context: Context<Config>,
  how: '/redemptions' | '/holds',
  body: Wire['RedemptionRequest'],
): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: how, effect: 'write', key: body.reference, body });
}

export function endHold(
  context: Context<Config>,
  how: 'confirm' | 'release',
  reference: string,
): Promise<HttpResponse> {
  const path = `/holds/${encodeURIComponent(reference)}/${how}`;
  return send(context, { method: 'POST', path, effect: 'write', key: reference });
}

export function getOperation(context: Context<Config>, reference: string): Promise<HttpResponse> {
  return send(context, { method: 'GET', path: `/operations/${encodeURIComponent(reference)}`, effect: 'read' });
}

/** `day` is yyyymmdd. */
export function getSettlement({ http, config }: Context<Config>, day: string): Promise<Download> {
  const headers = { accept: 'text/csv', authorization: `Bearer ${config.token}` };
  return http.download({ method: 'GET', url: `${config.apiUrl}/settlements/${day}.csv`, headers });
}

interface Call {
  readonly method: HttpRequest['method'];
  readonly path: string;
  /** No default: it decides what a lost answer means. */
  readonly effect: HttpRequest['effect'];
  readonly key?: string;
  readonly body?: object;
}

function send({ http, config }: Context<Config>, { method, path, effect, key, body }: Call): Promise<HttpResponse> {
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${config.token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const text = body === undefined ? undefined : JSON.stringify(body);
  return http.send({ method, url: `${config.apiUrl}${path}`, effect, headers, body: text });
}
