import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequeueView } from '../../src/core/support/support.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, count, postedAccrual, stored, UNKNOWN } from './operations.js';
import {
  absentAccrual,
  audited,
  bodyOf,
  decide,
  openSupportBench,
  requeue,
  type SupportBench,
  uuidIn,
} from './support-bench.js';

let bench: SupportBench;
beforeEach(async () => {
  bench = await openSupportBench();
});
afterEach(async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
  await bench.close();
});

const RESEND = { scope: { reviewReason: 'absent' }, action: 'resend' } as const;
const publicId = (id: string) => toTypeId('op', id);

async function previewOf(what: Parameters<typeof requeue>[2] = { ...RESEND, dryRun: true }): Promise<RequeueView> {
  return bodyOf<RequeueView>(await requeue(bench, bench.anna, what));
}

const runOf = (preview: RequeueView, key?: string) => {
  const { scope, action, id } = preview;
  const operationIds = scope.operationIds?.map(uuidIn);
  const given = { ...scope, ...(operationIds === undefined ? {} : { operationIds }) };
  return requeue(bench, bench.anna, { scope: given, action, dryRun: false, previewId: uuidIn(id) }, key);
};

const absent = (n: number) => Promise.all(Array.from({ length: n }, () => absentAccrual(bench)));

describe('a preview', () => {
  it('says which operations, which are left out and why, and does nothing', async () => {
    const [one = '', two = ''] = await absent(2);
    const mine = await postedAccrual(bench, bench.demo);
    const operationIds = [one, two, mine].sort();
    const view = await previewOf({ scope: { operationIds }, action: 'resend', dryRun: true });
    expect(view).toMatchObject({ state: 'previewed', dryRun: true, total: 2, leftOut: 1, approval: null });
    expect(view.items).toContainEqual({
      operationId: publicId(mine),
      state: 'posted',
      leftOut: 'final',
      message: 'It has ended and does not change any more.',
      result: null,
    });
    expect(await count(bench, `operation WHERE state = 'needs-review'`)).toBe(2);
    expect((await bench.support.getRequeue(bench.anna, uuidIn(view.id), 'en')).digest).toBe(view.digest);
  });

  it('holds what waits for a person, and no more than a thousand', async () => {
    await absent(1);
    await postedAccrual(bench, bench.demo);
    const all = await previewOf({ scope: { scheme: 'blue-air', olderThan: 0 }, action: 'resend', dryRun: true });
    expect(all.items).toHaveLength(1);
    await expect(previewOf({ scope: { olderThan: 3600 }, action: 'resend', dryRun: true })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await expect(previewOf({ scope: { scheme: 'nobody' }, action: 'resend', dryRun: true })).rejects.toMatchObject({
      code: 'SCHEME_UNKNOWN',
    });
    await bench.owner.query(
      `WITH made AS (
         INSERT INTO operation (tenant_id, id, kind, state, scheme, connection_id, link_id, reference, points, deadline_at, next_action_at,
           review_reason, created_at, updated_at)
         SELECT tenant_id, rising_uuid(), kind, state, scheme, connection_id, link_id, lpad(n::text, 20, '0'), points, deadline_at,
           next_action_at, review_reason, created_at, updated_at
         FROM operation, generate_series(1, 1000) AS n WHERE state = 'needs-review' RETURNING *)
       INSERT INTO event (tenant_id, subject_kind, subject_id, sequence, link_id, type, to_state, at)
       SELECT tenant_id, 'operation', id, 1, link_id, 'x', state, created_at FROM made`,
    );
    await expect(previewOf()).rejects.toMatchObject({ code: 'INVALID', details: { errors: [{ pointer: '/scope' }] } });
  });

  it("names nobody else's operations", async () => {
    const foreign = await absentAccrual(bench, bench.other);
    const asked = { scope: { operationIds: [foreign] }, action: 'resend', dryRun: true } as const;
    await expect(previewOf(asked)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const own = bodyOf<RequeueView>(await requeue(bench, bench.carl, asked));
    await expect(bench.support.getRequeue(bench.anna, uuidIn(own.id), 'en')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const run = { ...asked, dryRun: false, previewId: uuidIn(own.id) };
    await expect(requeue(bench, bench.anna, run)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a run', () => {
  it('sends again exactly what was shown, once a second person approves', async () => {
    const ids = await absent(3);
    const preview = await previewOf();
    await absent(1);
    const run = bodyOf<RequeueView>(await runOf(preview));
    expect(run).toMatchObject({ state: 'awaiting-approval', previewId: preview.id, digest: preview.digest, total: 3 });
    expect(run.approval).toMatchObject({ act: 'requeue', state: 'pending', requeueId: run.id });
    expect(await count(bench, `operation WHERE state = 'queued'`)).toBe(0);
    const approval = uuidIn(run.approval?.id ?? '');
    await expect(decide(bench, bench.anna, approval)).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    await decide(bench, bench.bert, approval);
    const done = await bench.support.getRequeue(bench.anna, uuidIn(run.id), 'en');
    expect([done.state, done.approval?.state]).toEqual(['done', 'approved']);
    expect(done.items.map(({ operationId, result }) => [operationId, result]).sort()).toEqual(
      ids.map((id) => [publicId(id), 'queued']).sort(),
    );
    expect(await count(bench, `operation WHERE state = 'queued'`)).toBe(3);
    expect(await count(bench, `outbox WHERE lane = 'live' AND operation_id = ANY ($1)`, [ids])).toBeGreaterThanOrEqual(
      3,
    );
    const subjects = (await audited(bench, 'operation.resend')).filter(
      ({ actor }) => actor === toTypeId('key', bench.bert.keyId),
    );
    expect(subjects.map(({ subject }) => subject).sort()).toEqual(ids.map(publicId).sort());
  });

  it('of one preview is one, however often and by whomever it is asked for', async () => {
    await absent(2);
    const preview = await previewOf();
    const runs = await Promise.all(Array.from({ length: 10 }, () => runOf(preview)));
    expect(new Set(runs.map((run) => bodyOf<RequeueView>(run).id)).size).toBe(1);
    expect(await count(bench, 'approval')).toBe(1);
    expect((await runOf(preview, 'same')).body).toBe((await runOf(preview, 'same')).body);
  });

  it('is refused when something of it has moved on, and does nothing', async () => {
    const [one = ''] = await absent(2);
    const preview = await previewOf();
    await bench.store.evidence(bench.demo.id, one, () => ({
      to: 'posted',
      nextActionInMs: null,
      reviewReason: null,
      evidence: {},
    }));
    await expect(runOf(preview)).rejects.toMatchObject({ code: 'REQUEUE_CHANGED' });
    expect(await count(bench, 'approval')).toBe(0);
  });

  it('leaves out what moves on while it waits, and is overtaken when that is all of it', async () => {
    const ids = await absent(2);
    const post = (id = '') =>
      bench.store.evidence(bench.demo.id, id, () => ({
        to: 'posted',
        nextActionInMs: null,
        reviewReason: null,
        evidence: {},
      }));
    const approvalOf = (run: RequeueView) => uuidIn(run.approval?.id ?? '');
    const first = bodyOf<RequeueView>(await runOf(await previewOf()));
    const second = bodyOf<RequeueView>(await runOf(await previewOf()));
    await post(ids[0]);
    await decide(bench, bench.bert, approvalOf(first));
    const results = (await bench.support.getRequeue(bench.anna, uuidIn(first.id), 'en')).items.map(
      ({ result }) => result,
    );
    expect(results.sort()).toEqual(['overtaken', 'queued']);
    expect(bodyOf<object>(await decide(bench, bench.bert, approvalOf(second)))).toMatchObject({ state: 'overtaken' });
    expect((await bench.support.getRequeue(bench.anna, uuidIn(second.id), 'en')).state).toBe('overtaken');
    expect((await stored(bench, ids[1] ?? ''))['state']).toBe('queued');
  });

  it('is declined, or expires, with its approval', async () => {
    await absent(1);
    const declined = bodyOf<RequeueView>(await runOf(await previewOf()));
    await decide(bench, bench.bert, uuidIn(declined.approval?.id ?? ''), 'decline');
    const expired = bodyOf<RequeueView>(await runOf(await previewOf()));
    await bench.owner.query(`UPDATE approval SET expires_at = now() WHERE state = 'pending'`);
    const states = [declined, expired].map(
      async ({ id }) => (await bench.support.getRequeue(bench.anna, uuidIn(id), 'en')).state,
    );
    expect(await Promise.all(states)).toEqual(['declined', 'expired']);
  });

  it('looks at what was shown by one resync, once', async () => {
    const lost = await carried(bench, bench.demo, await accepted(bench, bench.demo), UNKNOWN);
    const fresh = await accepted(bench, bench.demo);
    const what = { scope: { operationIds: [lost, fresh].sort() }, action: 'look-up', dryRun: true } as const;
    const preview = await previewOf(what);
    expect([preview.total, preview.leftOut]).toEqual([1, 1]);
    const run = bodyOf<RequeueView>(await runOf(preview));
    expect(run).toMatchObject({ state: 'done', approval: null });
    expect(run.items.map(({ leftOut, result }) => [leftOut, result]).sort()).toEqual(
      [
        [null, 'looked-up'],
        ['never-sent', null],
      ].sort(),
    );
    expect(bodyOf<RequeueView>(await runOf(preview)).resyncId).toBe(run.resyncId);
    expect(await count(bench, 'resync')).toBe(1);
    expect((await audited(bench, 'operation.look-up')).map(({ subject }) => subject)).toEqual([publicId(lost)]);
  });

  it('needs the preview of its own scope and action, and something in it', async () => {
    const fresh = await accepted(bench, bench.demo);
    await absent(1);
    const preview = await previewOf();
    const other = {
      scope: { reviewReason: 'deadline' },
      action: 'resend',
      dryRun: false,
      previewId: uuidIn(preview.id),
    } as const;
    const wrong = { code: 'INVALID', details: { errors: [{ pointer: '/previewId' }] } };
    await expect(requeue(bench, bench.anna, other)).rejects.toMatchObject(wrong);
    const run = bodyOf<RequeueView>(await runOf(preview));
    await expect(
      requeue(bench, bench.anna, { ...RESEND, dryRun: false, previewId: uuidIn(run.id) }),
    ).rejects.toMatchObject(wrong);
    const empty = await previewOf({ scope: { operationIds: [fresh] }, action: 'resend', dryRun: true });
    await expect(runOf(empty)).rejects.toMatchObject(wrong);
  });
});
