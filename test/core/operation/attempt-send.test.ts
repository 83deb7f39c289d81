import { describe, expect, it } from '@jest/globals';
import { attempt, type Attempted } from '../../../src/core/operation/attempt.js';
import type { AccrualInput, Attempt, Receipt } from '../../../src/spec/adapter.js';
import { AdapterFault, type Fault } from '../../../src/spec/errors.js';
import { points } from '../../../src/spec/values.js';
import {
  accruing,
  claimed,
  type Exchanged,
  LEASE,
  MEMBER,
  READ,
  SENDING,
  supplierOf,
  vaultOf,
  WRITE,
} from './fake-claim.js';
import { FLIGHT } from './fake-scheme.js';
import { receipt } from './situations.js';

type Perform = Parameters<typeof accruing>[0];
const refused = new AdapterFault({ kind: 'rejected', reason: 'member-closed', supplierCode: 'E7' });
const notSent: Fault = { kind: 'not-sent', detail: 'refused connection' };
const lost: Fault = { kind: 'unknown-outcome', detail: 'timeout' };

/** One send by this adapter, over a wire that does this. */
function send(perform: Perform, wire: readonly Exchanged[] = []): Promise<Attempted> {
  return attempt(claimed(), supplierOf(accruing(perform), wire), vaultOf(), LEASE);
}
/** Calls the token endpoint, then posts. */
const post: Perform = async (context) => {
  await context.http.send(READ);
  await context.http.send(WRITE);
  return receipt({ echo: {} });
};
/** The same, and then breaks in its own code. */
const broken: Perform = async (context, input, given) => {
  await post(context, input, given);
  throw new TypeError('cannot read CA12345678');
};
/** Breaks between its token and its write. */
const brokenEarly: Perform = async (context) => {
  await context.http.send(READ);
  throw new TypeError('x');
};
/** Breaks although its write did not leave. */
const brokenUnsent: Perform = async (context) => {
  await context.http.send(WRITE).catch(() => undefined);
  throw new TypeError('x');
};

describe('a send that succeeds', () => {
  it.each<[string, Receipt['echo'], boolean]>([
    ['says nothing more', {}, true],
    ['says what we asked', { reference: SENDING.reference, points: points(600), memberNumber: 'ca-1234-5678' }, true],
    ['leaves out the bonus', { points: points(500) }, false],
    ['is about somebody else', { memberNumber: 'CA00000000' }, false],
  ])('gives a receipt; one that %s matches: %p', async (_name, echo, matches) => {
    const answer = receipt({ echo });
    const { learnt, report } = await send(async () => answer);
    expect(learnt).toEqual({ type: 'receipt', receipt: answer, matches });
    expect(report.outcome).toBe(matches ? 'receipt' : 'mismatch');
  });

  it('is reported with its exchanges and their last status', async () => {
    const { report } = await send(post, [200, 201]);
    expect(report).toMatchObject({ status: 201, detail: null, latencyMs: expect.any(Number) });
    expect(report.exchanges).toEqual([
      { effect: 'read', outcome: 'answered', status: 200 },
      { effect: 'write', outcome: 'answered', status: 201 },
    ]);
  });
});

describe('a send that fails', () => {
  it.each<[string, Perform, Exchanged[], Fault]>([
    ['a lost write', post, [200, lost], lost],
    ['a write that did not leave', post, [200, notSent], notSent],
    ['a lost token: nothing was written', post, [lost], { kind: 'not-sent', detail: 'timeout' }],
    ['a token that could not be had', post, [notSent], notSent],
    ['a refusal', async () => Promise.reject(refused), [], refused.fault],
  ])('%s', async (_name, perform, wire, fault) => {
    const { learnt, report } = await send(perform, wire);
    expect(learnt).toEqual({ type: 'fault', fault });
    expect(report.outcome).toBe(fault.kind);
  });

  /** Whatever an adapter makes of a lost write afterwards, the write may have been performed. */
  it.each<[string, Fault]>([
    ['refused', refused.fault],
    ['throttled', { kind: 'rate-limited' }],
    ['unauthorised', { kind: 'auth', detail: '401' }],
    ['unmapped', { kind: 'unmapped', supplierCode: 'E9' }],
    ['not sent', notSent],
  ])('after a lost write, "%s" is still an unknown outcome', async (_name, fault) => {
    const swallow: Perform = async (context) => {
      await context.http.send(WRITE).catch(() => undefined);
      throw new AdapterFault(fault);
    };
    const { learnt } = await send(swallow, [lost]);
    expect(learnt).toMatchObject({ type: 'fault', fault: { kind: 'unknown-outcome' } });
    expect((await send(swallow, [notSent])).learnt).toEqual({ type: 'fault', fault });
    expect((await send(swallow, [401])).learnt).toEqual({ type: 'fault', fault });
  });

  it('hands on what the supplier gave to resume by', async () => {
    const fault: Fault = { ...lost, resume: 'T1' };
    const { learnt } = await send(post, [200, fault]);
    expect(learnt).toEqual({ type: 'fault', fault });
  });

  it.each<[string, Perform, Exchanged[], boolean]>([
    ['before anything', async () => Promise.reject(new TypeError('x')), [], false],
    ['after a read', brokenEarly, [200], false],
    ['after a write that did not leave', brokenUnsent, [notSent], false],
    ['after a lost write', brokenUnsent, [lost], true],
    ['after a write', broken, [200, 200], true],
    ['after a refused write', broken, [200, 400], true],
  ])('by our own fault %s', async (_name, perform, wire, sent) => {
    expect((await send(perform, wire)).learnt).toEqual({ type: 'bug', sent, detail: 'TypeError' });
  });

  it('counts what is no error at all as our own fault', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    expect((await send(() => Promise.reject('nonsense'))).learnt).toEqual({
      type: 'bug',
      sent: false,
      detail: 'not an error',
    });
  });

  it('tells nothing of a member, however it failed', async () => {
    expect(JSON.stringify(await send(broken))).not.toContain(MEMBER.memberNumber);
  });

  it('without its personal data, or without the capability, is not sent', async () => {
    const erased = vaultOf(() => {
      throw new Error('the personal data of this link was erased');
    });
    const supplier = supplierOf(accruing(post));
    expect((await attempt(claimed(), supplier, erased, LEASE)).learnt).toMatchObject({ type: 'bug', sent: false });
    const gone = claimed({ operation: { ...SENDING, kind: 'attachment' } });
    expect((await attempt(gone, supplier, vaultOf(), LEASE)).learnt).toEqual({
      type: 'fault',
      fault: { kind: 'unmapped', supplierCode: 'capability-missing' },
    });
    const empty = claimed({ operation: { ...SENDING, activity: null } });
    expect((await attempt(empty, supplier, vaultOf(), LEASE)).learnt).toMatchObject({ type: 'bug', sent: false });
    expect(supplier.requests).toEqual([]);
  });
});

describe('what a send is given', () => {
  const given: { input?: AccrualInput; attempt?: Attempt } = {};
  const keep: Perform = async (_context, input, attempted) => {
    Object.assign(given, { input, attempt: attempted });
    return receipt({ echo: {} });
  };

  it('the member with the spelling the supplier compares, the activity and the points', async () => {
    await send(keep);
    expect(given.input).toEqual({
      member: { number: MEMBER.memberNumber, name: MEMBER.holder.names[1], handle: { profile: 'P-77' } },
      activity: FLIGHT,
      points: 500,
      bonusPoints: 100,
    });
  });

  it('the same reference and time at each attempt, and the token to resume by', async () => {
    const same = { reference: SENDING.reference, createdAt: '2026-03-02T01:00:00.000Z' };
    await send(keep);
    expect(given.attempt).toEqual(same);
    await attempt(claimed({ act: 'repeat', resume: 'T1' }), supplierOf(accruing(keep)), vaultOf(), LEASE);
    expect(given.attempt).toEqual({ ...same, resume: 'T1' });
  });

  it('a lease, and what no record may show', async () => {
    const supplier = supplierOf(accruing(keep));
    await attempt(claimed(), supplier, vaultOf(), LEASE);
    expect(supplier.calls).toHaveLength(1);
    expect(supplier.calls[0]?.lease).toBe(LEASE);
    // A name of one letter is a word like any other; hiding it would hide everything.
    expect(supplier.calls[0]?.secrets).toEqual(['CA12345678', 'P-77', '欧阳', '欧阳娜', 'OUYANG', 'NA', 'OUYANGNA']);
  });
});
