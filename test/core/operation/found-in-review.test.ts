import { expect, it } from '@jest/globals';
import { decide } from '../../../src/core/operation/decide.js';
import { plan } from '../../../src/core/operation/plan.js';
import { createSlots } from '../../../src/core/operation/slots.js';
import { attempt } from '../../../src/core/operation/attempt.js';
import { applied } from './applied.js';
import { accruing, claimed, LEASE, supplierOf, vaultOf } from './fake-claim.js';
import { hints, many, running, slow } from './fake-engine.js';
import { CONNECTION } from './fake-scheme.js';
import { LEARNT, middle, rules, situation, unknownFor } from './situations.js';

it('a push about something never sent stays in review however often it comes', () => {
  const never = situation({ state: 'queued', attempts: 0, sinceFirstSentMs: null, sinceLastSentMs: null });
  const once = applied(never, decide(never, LEARNT['told posted'], rules('key'), middle));
  const twice = applied(once, decide(once, LEARNT['told posted'], rules('key'), middle));
  expect([once.state, twice.state]).toEqual(['needs-review', 'needs-review']);
});

it('one connection holds at most perConnection, over both lanes', async () => {
  const slots = createSlots({ total: 10, perConnection: 4, retries: 5, onError: () => undefined });
  slots.take('a', 4, 'first');
  const second = slots.room('a', 4, 'retry');
  const r = await Promise.race([second, new Promise<'waits'>((res) => setImmediate(() => res('waits')))]);
  expect(r).toBe('waits');
});

it('claims nothing after stop, also where a wake-up waits for a slot', async () => {
  const { supplier, answer } = slow();
  const { engine, wake, claims } = running({ supplier, pages: [many(1), many(1)], slots: 1 });
  await wake('live', CONNECTION, hints(1));
  await wake('live', CONNECTION, hints(1));
  const stopped = engine.stop();
  answer();
  await stopped;
  expect(claims).toHaveLength(1);
});

it('what leaves unknown for review by plan is no longer counted as unknown', () => {
  const next = plan(unknownFor(60_000), rules('none'), middle);
  if (next.act !== 'become') throw new Error('no');
  expect(applied(unknownFor(60_000), next.decision).unknownForMs).toBeNull();
});

it('the report of a bug names it', async () => {
  const { report } = await attempt(
    claimed(),
    supplierOf(accruing(() => Promise.reject(new TypeError('x')))),
    vaultOf(),
    LEASE,
  );
  expect(report).toMatchObject({ outcome: 'bug', detail: 'TypeError' });
});
