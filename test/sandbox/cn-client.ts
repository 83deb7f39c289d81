import { createHash, createHmac, randomUUID } from 'node:crypto';
import { call, newReference, type Running, type TestAnswer, type TestMember } from './running.js';

/** What a test may do otherwise than the contract says. */
interface CnOverrides {
  readonly key?: string | null;
  readonly timestamp?: number;
  readonly nonce?: string;
  readonly partnerId?: string;
  readonly signature?: string;
  /** What is signed instead of what is sent. */
  readonly signed?: { readonly method?: string; readonly target?: string; readonly body?: string };
}

/** Speaks the cn-partner contract to one of the test brands. */
export interface CnClient {
  readonly scheme: string;
  send(method: string, path: string, body?: unknown, other?: CnOverrides): Promise<TestAnswer>;
  accrue(
    member: TestMember,
    points: number,
    reference?: string,
    activity?: Record<string, unknown>,
  ): Promise<TestAnswer>;
  hold(member: TestMember, points: number, reference?: string, other?: Record<string, unknown>): Promise<TestAnswer>;
  /** Under the redemption's own reference, unless another key is given. */
  step(step: 'confirm' | 'release', reference: string, key?: string): Promise<TestAnswer>;
}

const KEYS = { 'test-rail': 'rail-key', 'test-miles': 'miles-key' } as const;

export function cnClient(running: Running, scheme: keyof typeof KEYS, now: () => number = Date.now): CnClient {
  const send: CnClient['send'] = (method, path, body, other = {}) => {
    const target = `/${scheme}/partner/v1${path}`;
    const text = body === undefined ? '' : JSON.stringify(body);
    const timestamp = String(other.timestamp ?? now());
    const nonce = other.nonce ?? randomUUID();
    const signed = { method, target, body: text, ...other.signed };
    const digest = createHash('sha256').update(signed.body).digest('hex');
    const lines = [signed.method, signed.target, timestamp, nonce, digest];
    const signature = createHmac('sha256', KEYS[scheme]).update(lines.join('\n')).digest('base64');
    const headers: Record<string, string> = {
      'x-partner-id': other.partnerId ?? 'tests',
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-signature': other.signature ?? signature,
    };
    if (typeof other.key === 'string') headers['idempotency-key'] = other.key;
    return call(`${running.url}${target}`, { method, headers, ...(text === '' ? {} : { body: text }) });
  };
  return {
    scheme,
    send,
    accrue: (member, points, reference = newReference(), activity = {}) =>
      send('POST', '/accruals', accrual(member, points, reference, activity), { key: reference }),
    hold: (member, points, reference = newReference(), other = {}) =>
      send('POST', '/redemptions', redemption(member, points, reference, other), { key: reference }),
    step: (step, reference, key = reference) => send('POST', `/redemptions/${reference}/${step}`, undefined, { key }),
  };
}

function redemption(
  member: TestMember,
  points: number,
  reference: string,
  other: Record<string, unknown>,
): Record<string, unknown> {
  const ticket = { type: 'rail', orderNo: 'E987654321', item: 'G7', date: '2026-04-01' };
  return { reference, memberNo: member.memberNumber, points, ticket, ...other };
}

export function accrual(
  member: TestMember,
  points: number,
  reference: string,
  activity: Record<string, unknown> = {},
): Record<string, unknown> {
  const trip = { type: 'rail', orderNo: 'E123456789', item: 'G1', passenger: 1, date: '2026-03-10', ...activity };
  return { reference, memberNo: member.memberNumber, activity: trip, points };
}
