import { contractFaults, schemaFaults, type Received } from '../../test/http/contract-check.js';
import type { KeyOf } from './keys.js';
import type { FuzzRequest, Spoilt } from './requests.js';

/** What became of one request. */
export interface Asked {
  readonly status: number;
  readonly ms: number;
  /** What the contract, or any contract, has against the answer. */
  readonly faults: readonly string[];
}

/** Sends it and judges the answer by the contract alone. */
export async function ask(baseUrl: string, keyOf: KeyOf, request: FuzzRequest): Promise<Asked> {
  const { method, path, headers, body, scope } = request;
  const from = performance.now();
  const answer = await fetch(`${baseUrl}${path}`, {
    method,
    headers: { ...headers, ...(scope === null ? {} : { authorization: `Bearer ${keyOf(scope)}` }) },
    ...(body === null || method === 'GET' || method === 'HEAD' ? {} : { body }),
    redirect: 'manual',
  });
  const text = await answer.text();
  const ms = performance.now() - from;
  const received: Received = { status: answer.status, headers: new Map(answer.headers), text };
  return { status: answer.status, ms, faults: judge(request, received) };
}

function judge(request: FuzzRequest, received: Received): string[] {
  const said = `${request.method} ${request.path} (${request.spoilt}): ${received.status}`;
  const { status } = received;
  const faults =
    status === 501 || request.spoilt === 'path'
      ? problemOnly(received)
      : contractFaults(request.method, request.path, received);
  const ours = status >= 500 && status !== 503 ? ['a fault of ours'] : [];
  return [...faults, ...ours, ...notRefused(request, received)].map((fault) => `${said}: ${fault}`);
}

/** A path whose id is junk may lead to another path, or to none. */
function problemOnly({ status, headers, text }: Received): string[] {
  if (status < 400) return [];
  if (headers.get('content-type') !== 'application/problem+json') return ['not a problem'];
  return text === '' ? [] : schemaFaults('/components/schemas/Problem', JSON.parse(text));
}

/** What is wrong whatever else a request says, and the only answer to it; who asks is looked at before what is asked. */
const REFUSED_WITH: Readonly<Partial<Record<Spoilt, number>>> = {
  caller: 401,
  scope: 403,
  'no key': 400,
  'media type': 415,
  syntax: 400,
};

function notRefused({ spoilt, scope }: FuzzRequest, { status }: Received): string[] {
  const wanted = REFUSED_WITH[spoilt];
  if (wanted === undefined || (scope === null && spoilt !== 'caller')) return [];
  return status === wanted ? [] : [`not refused with ${wanted}`];
}
