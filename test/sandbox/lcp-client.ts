import { call, newReference, type Running, type TestAnswer, type TestMember } from './running.js';

const AUTHORIZATION = `Basic ${Buffer.from('someone:secret:with:colons').toString('base64')}`;

/** Speaks the LP side to the test airline. */
export interface LcpClient {
  send(path: string, body: unknown, init?: RequestInit): Promise<TestAnswer>;
  post(member: TestMember, amount: number, reference?: string): Promise<TestAnswer>;
  statement(day: string, init?: RequestInit): Promise<TestAnswer>;
}

export function lcpClient(running: Running): LcpClient {
  const send = (path: string, body: unknown, init: RequestInit = {}): Promise<TestAnswer> =>
    call(`${running.url}/test-airline${path}`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...init,
    });
  return {
    send,
    post: (member, amount, reference) => send('/Posting', posting(member, amount, reference)),
    statement: (day, init = {}) =>
      call(`${running.url}/test-airline/Statements/${day}.csv`, { headers: { authorization: AUTHORIZATION }, ...init }),
  };
}

export function posting(member: TestMember, amount: number, reference = newReference()): Record<string, unknown> {
  const order = { orderType: 'FLIGHT', createdAt: '2026-03-10T04:00:00.000Z', confirmationNumber: '9991234567890-1' };
  return { callback: `urn:interline:tests:${reference}`, amount, memberId: member.memberNumber, bonus: false, order };
}
