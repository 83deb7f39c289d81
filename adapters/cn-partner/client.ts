import type { components } from '../../contracts/generated/cn-partner.js';
import type { Context, Download, HttpRequest, HttpResponse } from '../../src/spec/adapter.js';
import type { Config } from './config.js';
import { signature } from './sign.js';

/** The contract's own schemas. */
export type Wire = components['schemas'];

/** Reads only, although it is a POST: the contract keeps the identity digits out of the URL. */
export function verifyMember(context: Context<Config>, body: Wire['VerifyRequest']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: '/members/verify', effect: 'read', body });
}

export function getMember(context: Context<Config>, memberNo: string): Promise<HttpResponse> {
  return send(context, { method: 'GET', path: `/members/${encodeURIComponent(memberNo)}`, effect: 'read' });
}

export function postAccrual(context: Context<Config>, body: Wire['AccrualRequest']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: '/accruals', effect: 'write', key: body.reference, body });
}

export function getAccrual(context: Context<Config>, reference: string): Promise<HttpResponse> {
  return send(context, { method: 'GET', path: `/accruals/${encodeURIComponent(reference)}`, effect: 'read' });
}

/** `key` is the reversal's own reference, `accrual` that of the accrual it takes back. */
export function reverseAccrual(
  context: Context<Config>,
  key: string,
  accrual: string,
  body: Wire['ReversalRequest'],
): Promise<HttpResponse> {
  const path = `/accruals/${encodeURIComponent(accrual)}/reversals`;
  return send(context, { method: 'POST', path, effect: 'write', key, body });
}

export function holdRedemption(context: Context<Config>, body: Wire['RedemptionRequest']): Promise<HttpResponse> {
  return send(context, { method: 'POST', path: '/redemptions', effect: 'write', key: body.reference, body });
}

/** The key may be the same for both: each step has a key space of its own. */
export function endRedemption(
  context: Context<Config>,
  step: 'confirm' | 'release',
  reference: string,
): Promise<HttpResponse> {
  const path = `/redemptions/${encodeURIComponent(reference)}/${step}`;
  return send(context, { method: 'POST', path, effect: 'write', key: reference });
}

export function getRedemption(context: Context<Config>, reference: string): Promise<HttpResponse> {
  return send(context, { method: 'GET', path: `/redemptions/${encodeURIComponent(reference)}`, effect: 'read' });
}

/** `day` is yyyymmdd. */
export function getSettlement({ http, ...context }: Context<Config>, day: string): Promise<Download> {
  const target = new URL(`${context.config.apiUrl}/settlements/${day}.csv.gz`);
  const headers = { accept: 'application/gzip', ...signed(context, 'GET', target) };
  return http.download({ method: 'GET', url: target.href, headers });
}

interface Call {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly effect: HttpRequest['effect'];
  readonly key?: string;
  readonly body?: object;
}

function send({ http, ...context }: Context<Config>, call: Call): Promise<HttpResponse> {
  const target = new URL(`${context.config.apiUrl}${call.path}`);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
    ...signed(context, call.method, target, body),
  };
  return http.send({ method: call.method, url: target.href, effect: call.effect, headers, body });
}

/** The headers that prove who asks, made anew for every request. */
function signed(
  { config, now, nonce }: Pick<Context<Config>, 'config' | 'now' | 'nonce'>,
  method: HttpRequest['method'],
  target: URL,
  body = '',
) {
  const stamp = { timestamp: String(now()), nonce: nonce() };
  const path = `${target.pathname}${target.search}`;
  return {
    'x-partner-id': config.partnerId,
    'x-timestamp': stamp.timestamp,
    'x-nonce': stamp.nonce,
    'x-signature': signature(config.hmacKey, { method, path, ...stamp, body }),
  };
}
