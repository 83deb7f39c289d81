import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { AccrualRequest, LinkFacts, NewOperation } from '../../src/core/operation/ports.js';
import { prepareAccrual } from '../../src/core/operation/prepare.js';
import { operationAnswers } from '../../src/core/operation/view.js';
import { activityKey } from '../../src/spec/activity.js';
import { schemeFacts } from '../core/operation/fake-scheme.js';
import { accrual, count, idOf } from './operations.js';
import { openStoreBench, request, type StoreBench } from './store-bench.js';

let bench: StoreBench;
beforeAll(async () => {
  bench = await openStoreBench();
});
afterAll(() => bench.close());

/** An accrual to accept; `spoil` has the last word on what is written. */
function asked(spoil: (operation: NewOperation) => NewOperation = (operation) => operation): AccrualRequest {
  const { caller } = bench.demo;
  const input = accrual(bench.demo);
  const id = uuidv7();
  const prepare = (link: LinkFacts | null, now: Date): NewOperation =>
    spoil(prepareAccrual(input, { caller, link, facts: () => schemeFacts(), now, id }));
  const key = activityKey(input.activity);
  return {
    caller,
    linkId: input.linkId,
    activityKey: key,
    id,
    request: request(input),
    answers: operationAnswers,
    prepare,
  };
}

it.each<[string, (operation: NewOperation) => NewOperation, object]>([
  [
    'breaks our own code',
    () => {
      throw new TypeError('x');
    },
    { name: 'TypeError' },
  ],
  ['the database refuses', (operation) => ({ ...operation, points: -1 }), { code: '23514' }],
  [
    'is for the link of another tenant',
    (operation) => ({ ...operation, linkId: bench.other.links[0] ?? '' }),
    { code: '23503' },
  ],
  [
    'is for another tenant',
    (operation) => ({ ...operation, tenantId: bench.other.id }),
    { code: expect.stringMatching(/^(42501|23503)$/) },
  ],
])('one request that %s fails alone; the others of its batch are accepted', async (_name, spoil, error) => {
  const before = await count(bench, 'operation');
  const requests = [asked(), asked(), asked(spoil), asked(), asked()];
  const results = await Promise.allSettled(requests.map((one) => bench.store.acceptAccrual(one)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(results[2]).toMatchObject({ reason: error });
  expect(await count(bench, 'operation')).toBe(before + 4);
  const bad = requests[2];
  expect(await count(bench, 'idempotency_key WHERE key = $1', [bad?.request.key])).toBe(0);
  expect(await count(bench, 'activity_key WHERE key = $1', [bad?.activityKey])).toBe(0);
});

it('a request that its rules stop is told so; the others of its batch ride on', async () => {
  const gone = { ...asked(), linkId: uuidv7() };
  const results = await Promise.allSettled([asked(), gone, asked()].map((one) => bench.store.acceptAccrual(one)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ reason: { code: 'NOT_FOUND' } });
});

it('a batch of two tenants gives each its own operation', async () => {
  const both = [bench.demo, bench.other, bench.demo, bench.other];
  const answers = await Promise.all(
    both.map(({ caller, links }) => {
      const input = { ...accrual(bench.demo), linkId: links[0] ?? '' };
      return bench.operations.accrue(caller, input, request(input));
    }),
  );
  for (const [index, tenant] of both.entries()) {
    const id = idOf(answers[index] ?? { status: 0, contentType: 'application/json', body: '', replayed: false });
    expect(await count(bench, 'operation WHERE id = $1 AND tenant_id = $2', [id, tenant.id])).toBe(1);
  }
});
