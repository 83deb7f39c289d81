import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decide as decideBy } from '../../src/core/operation/decide.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { middle, rules } from '../core/operation/situations.js';
import { brokenInvariants } from '../support/invariants.js';
import { accepted, carried, claim, hint, posted, postedAccrual, stored } from './operations.js';
import { ends, heldRedemption, reservation, tally } from './redemptions.js';
import { absentAccrual, actOn, askedFor, audited, bodyOf, decide } from './support-bench.js';
import { openSupportBench, supportOver, type SupportBench } from './support-bench.js';

let bench: SupportBench;
beforeAll(async () => {
  bench = await openSupportBench();
});
afterEach(async () => {
  expect(await brokenInvariants(bench.ownerUrl)).toEqual([]);
});
afterAll(() => bench.close());

const settle = { action: 'settle', evidence: { outcome: 'posted' } } as const;
const stateOf = async (id: string) => (await stored(bench, id))['state'];
const approvalOf = async (id: string) => (await bench.support.approval(bench.anna, id)).state;

describe('an act that takes two', () => {
  it('is asked for, approved and carried out, and every step is kept', async () => {
    const id = await absentAccrual(bench);
    const asked = await actOn(bench, bench.anna, {
      operationId: id,
      action: 'settle',
      evidence: { outcome: 'posted', supplierReference: 'S-TWO' },
    });
    const { approval } = bodyOf<{ approval: { id: string } }>(asked);
    expect([asked.status, asked.location]).toEqual([202, `/v1/support/approvals/${approval.id}`]);
    expect(await stateOf(id)).toBe('needs-review');
    const approvalId = (await bench.support.approvals(bench.anna, {}, { limit: 1 })).items[0]?.id;
    expect(approvalId).toBe(approval.id);
    const answer = await decide(bench, bench.bert, await askedAgain(id, 'S-TWO'));
    expect(bodyOf<object>(answer)).toMatchObject({ state: 'approved', decisionReason: 'Seen the mail' });
    expect(await stored(bench, id)).toMatchObject({ state: 'posted', supplier_reference: 'S-TWO' });
    const kept = (await audited(bench, '%')).filter(
      ({ subject }) => subject === toTypeId('op', id) || subject === approval.id,
    );
    expect(kept.map(({ act, reason, before, after }) => ({ act, reason, before, after }))).toMatchObject([
      {
        act: 'operation.settle',
        reason: 'Supplier wrote',
        before: { state: 'needs-review' },
        after: { approval: approval.id },
      },
      { act: 'operation.settle', after: { state: 'needs-review', approval: approval.id } },
      {
        act: 'operation.settle',
        reason: 'Seen the mail',
        before: { state: 'needs-review', reviewReason: 'absent' },
        after: { state: 'posted' },
      },
      { act: 'approval.approve', before: { state: 'pending' }, after: { state: 'approved' } },
    ]);
    expect(kept.map(({ actor }) => actor)).toEqual(
      [bench.anna, bench.anna, bench.bert, bench.bert].map(({ keyId }) => toTypeId('key', keyId)),
    );
  });

  /** Joins what stands. */
  const askedAgain = (operationId: string, supplierReference: string) =>
    askedFor(bench, bench.anna, { operationId, action: 'settle', evidence: { outcome: 'posted', supplierReference } });

  it('is not decided by the key that asked, whatever tenant that key speaks for', async () => {
    const operationId = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, { operationId, ...settle });
    const elsewhere = { ...bench.admin, keyId: bench.anna.keyId };
    for (const same of [bench.anna, elsewhere]) {
      for (const decision of ['approve', 'decline'] as const) {
        await expect(decide(bench, same, approval, decision)).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
      }
    }
    expect([await approvalOf(approval), await stateOf(operationId)]).toEqual(['pending', 'needs-review']);
    const forged = `UPDATE approval SET state = 'approved', decided_by = requested_by, decision_reason = 'x', decided_at = now() WHERE id = $1`;
    await expect(bench.owner.query(forged, [approval])).rejects.toThrow('approval_second_person');
  });

  it("is decided by the operator for any tenant, in that tenant's books, and by nobody of another", async () => {
    const operationId = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, { operationId, ...settle });
    await expect(decide(bench, bench.carl, approval)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(bench.support.approval(bench.carl, approval)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const all = await bench.support.approvals(bench.admin, { state: 'pending' }, { limit: 200 });
    expect(all.items.map(({ id }) => id)).toContain(toTypeId('apr', approval));
    await decide(bench, bench.admin, approval);
    expect(await stateOf(operationId)).toBe('posted');
    const [kept] = (await audited(bench, 'approval.approve')).slice(-1);
    expect(kept).toMatchObject({ tenant_id: bench.demo.id, actor: toTypeId('key', bench.admin.keyId) });
  });

  it('is declined, and nothing changes', async () => {
    const operationId = await absentAccrual(bench);
    const before = await stored(bench, operationId);
    const approval = await askedFor(bench, bench.anna, { operationId, ...settle });
    expect(bodyOf<object>(await decide(bench, bench.bert, approval, 'decline'))).toMatchObject({ state: 'declined' });
    expect(await stored(bench, operationId)).toEqual(before);
    await expect(decide(bench, bench.bert, approval)).rejects.toMatchObject({
      code: 'APPROVAL_STATE',
      details: { state: 'declined' },
    });
  });

  it('of twenty people at once is one, and of twenty deciders one decides', async () => {
    const operationId = await absentAccrual(bench);
    const twenty = Array.from({ length: 20 }, () => askedFor(bench, bench.anna, { operationId, ...settle }));
    const approvals = new Set(await Promise.all(twenty));
    expect(approvals.size).toBe(1);
    const [approval = ''] = approvals;
    const desks = [bench, { support: supportOver(bench.pools) }];
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_none, i) =>
        decide(
          desks[i % 2] ?? bench,
          i % 3 === 0 ? bench.admin : bench.bert,
          approval,
          i % 4 === 0 ? 'decline' : 'approve',
        ),
      ),
    );
    const [ended] = ends(tries).filter((end) => !end.startsWith('APPROVAL_STATE'));
    expect(tally(ends(tries))).toEqual({ [ended ?? '']: 1, [`APPROVAL_STATE ${ended ?? ''}`]: 19 });
    expect(await stateOf(operationId)).toBe(ended === 'approved' ? 'posted' : 'needs-review');
  });

  it('is not possible any more after a day; whoever still wants it asks anew', async () => {
    const operationId = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, { operationId, ...settle });
    await bench.owner.query(`UPDATE approval SET expires_at = now() WHERE id = $1`, [approval]);
    expect(await approvalOf(approval)).toBe('expired');
    await expect(decide(bench, bench.bert, approval)).rejects.toMatchObject({ details: { state: 'expired' } });
    const anew = await askedFor(bench, bench.anna, { operationId, ...settle });
    expect([anew === approval, await approvalOf(approval), await approvalOf(anew)]).toEqual([
      false,
      'expired',
      'pending',
    ]);
  });

  it('is overtaken by what was learnt meanwhile, and changes nothing', async () => {
    const operationId = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, {
      operationId,
      action: 'settle',
      evidence: { outcome: 'rejected' },
    });
    await evidence(operationId);
    const answer = await decide(bench, bench.bert, approval);
    expect(bodyOf<object>(answer)).toMatchObject({ state: 'overtaken' });
    expect(await stateOf(operationId)).toBe('posted');
  });

  it('is overtaken, too, by news that leave the operation where it is', async () => {
    const operationId = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, { operationId, action: 'resend' });
    const mismatch = { type: 'told-posted', supplierReference: 'S', matches: false, by: 'settlement' } as const;
    await bench.store.evidence(bench.demo.id, operationId, (_row, snapshot) =>
      decideBy(snapshot, mismatch, rules('none'), middle),
    );
    expect(bodyOf<object>(await decide(bench, bench.bert, approval))).toMatchObject({ state: 'overtaken' });
    expect(await stored(bench, operationId)).toMatchObject({
      state: 'needs-review',
      review_reason: 'evidence-mismatch',
    });
  });

  it('is asked for anew once the operation stands otherwise, and the new one is carried out', async () => {
    const operationId = await absentAccrual(bench);
    const before = await askedFor(bench, bench.anna, { operationId, ...settle });
    const mismatch = { type: 'told-posted', supplierReference: 'S', matches: false, by: 'settlement' } as const;
    await bench.store.evidence(bench.demo.id, operationId, (_row, snapshot) =>
      decideBy(snapshot, mismatch, rules('none'), middle),
    );
    const after = await askedFor(bench, bench.anna, { operationId, ...settle });
    expect([await approvalOf(before), await approvalOf(after)]).toEqual(['expired', 'pending']);
    expect(bodyOf<object>(await decide(bench, bench.bert, after))).toMatchObject({ state: 'approved' });
    expect(await stateOf(operationId)).toBe('posted');
  });

  it('and evidence that arrives at the same instant end in one outcome', async () => {
    for (let i = 0; i < 10; i += 1) {
      const operationId = await absentAccrual(bench);
      const approval = await askedFor(bench, bench.anna, {
        operationId,
        action: 'settle',
        evidence: { outcome: 'rejected' },
      });
      const [decided] = await Promise.all([decide(bench, bench.bert, approval), evidence(operationId)]);
      const { state } = bodyOf<{ state: string }>(decided);
      expect(await stateOf(operationId)).toBe(state === 'approved' ? 'rejected' : 'posted');
    }
  });

  it('is refused while another operation has the supplier reference, and waits', async () => {
    await postedAccrual(bench, bench.demo);
    const other = await carried(bench, bench.demo, await accepted(bench, bench.demo), posted('S-MINE'));
    const operationId = await absentAccrual(bench);
    const approval = await askedAgain(operationId, 'S-MINE');
    await expect(decide(bench, bench.bert, approval)).rejects.toMatchObject({ code: 'SUPPLIER_REFERENCE_TAKEN' });
    expect([await approvalOf(approval), await stateOf(operationId), await stateOf(other)]).toEqual([
      'pending',
      'needs-review',
      'posted',
    ]);
    await decide(bench, bench.bert, approval, 'decline');
  });

  it('may bring another supplier reference than the one it was taken under', async () => {
    const submitted = {
      to: 'submitted',
      nextActionInMs: 86_400_000,
      everSent: true,
      supplierReference: 'S-TAKEN',
    } as const;
    const operationId = await carried(bench, bench.demo, await accepted(bench, bench.demo), submitted);
    await bench.store.evidence(bench.demo.id, operationId, () => ({
      to: 'needs-review',
      nextActionInMs: 86_400_000,
      reviewReason: 'awaiting-file',
    }));
    await decide(bench, bench.bert, await askedAgain(operationId, 'S-FINAL'));
    expect(await stored(bench, operationId)).toMatchObject({ state: 'posted', supplier_reference: 'S-FINAL' });
    const receipts = 'SELECT supplier_reference FROM receipt WHERE operation_id = $1 ORDER BY 1';
    expect((await bench.owner.query(receipts, [operationId])).rows).toEqual([
      { supplier_reference: 'S-FINAL' },
      { supplier_reference: 'S-TAKEN' },
    ]);
    for (const reference of ['S-TAKEN', 'S-FINAL']) {
      const { items } = await bench.support.search(bench.anna, reference);
      expect(items.map(({ id }) => id)).toEqual([toTypeId('op', operationId)]);
    }
  });

  /** The supplier's settlement says that it was posted. */
  const evidence = (operationId: string) => {
    const told = { type: 'told-posted', supplierReference: null, matches: true, by: 'settlement' } as const;
    return bench.store.evidence(bench.demo.id, operationId, (_row, snapshot) =>
      decideBy(snapshot, told, rules('none'), middle),
    );
  };
});

describe('two people', () => {
  it('send again what is proven absent, under the reference it always had', async () => {
    const operationId = await absentAccrual(bench);
    const before = await stored(bench, operationId);
    await decide(bench, bench.bert, await askedFor(bench, bench.anna, { operationId, action: 'resend' }));
    const after = await stored(bench, operationId);
    expect(after).toMatchObject({ state: 'queued', reference: before['reference'], absences: 0, version: 4 });
    const [claimed] = await claim(bench.store, 'live', [hint(bench.demo, operationId)]);
    expect([claimed?.act, claimed?.operation.attempts]).toEqual(['send', 2]);
  });

  it.each([
    ['confirmed', 'spent'],
    ['released', 'freed'],
    ['expired', 'freed'],
    ['rejected', 'freed'],
  ] as const)('settle a redemption as %s, and its reservation is %s', async (outcome, ended) => {
    const id = await heldRedemption(bench, 'soft', 10);
    await bench.owner.query(
      `WITH moved AS (UPDATE operation SET state = 'needs-review', review_reason = 'awaiting-file', version = version + 1, ever_sent = true
         WHERE id = $1 RETURNING *)
       INSERT INTO event (tenant_id, subject_kind, subject_id, sequence, link_id, type, from_state, to_state, at)
       SELECT tenant_id, 'operation', id, version, link_id, 'operation.needs-review', 'held', 'needs-review', now() FROM moved`,
      [id],
    );
    await decide(
      bench,
      bench.bert,
      await askedFor(bench, bench.anna, { operationId: id, action: 'settle', evidence: { outcome } }),
    );
    expect([await stateOf(id), await reservation(bench, id)]).toMatchObject([outcome, { open: false, outcome: ended }]);
  });

  it('settle nothing as what it cannot be', async () => {
    const operationId = await absentAccrual(bench);
    const wrong = actOn(bench, bench.anna, { operationId, action: 'settle', evidence: { outcome: 'confirmed' } });
    await expect(wrong).rejects.toMatchObject({
      code: 'INVALID',
      details: { errors: [{ pointer: '/evidence/outcome' }] },
    });
  });
});

describe('approvals', () => {
  it("are listed with those that wait first, by the page, and only the caller's own", async () => {
    const mine = await Promise.all(
      [1, 2, 3].map(async () => askedFor(bench, bench.anna, { operationId: await absentAccrual(bench), ...settle })),
    );
    await decide(bench, bench.bert, mine[2] ?? '', 'decline');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await bench.support.approvals(bench.anna, {}, { limit: 4, cursor });
      seen.push(...page.items.map(({ state }) => state));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen.lastIndexOf('pending')).toBe(seen.filter((state) => state === 'pending').length - 1);
    expect(seen.length).toBeGreaterThan(10);
    expect((await bench.support.approvals(bench.carl, {}, { limit: 200 })).items).toEqual([]);
    const within = { ...bench.anna, organisation: 'acme' };
    expect((await bench.support.approvals(within, {}, { limit: 200 })).items).toEqual([]);
    await expect(decide(bench, { ...bench.bert, organisation: 'acme' }, mine[0] ?? '')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('of all tenants are for nobody whose key is of one organisation, the operator’s neither', async () => {
    await askedFor(bench, bench.anna, { operationId: await absentAccrual(bench), ...settle });
    expect((await bench.support.approvals(bench.admin, {}, { limit: 200 })).items.length).toBeGreaterThan(0);
    const within = { ...bench.admin, organisation: 'acme' };
    expect((await bench.support.approvals(within, {}, { limit: 200 })).items).toEqual([]);
  });
});

describe('a process that dies', () => {
  it.each(['before', 'during', 'after'])('%s the commit of an approval has done all of it or nothing', async (when) => {
    const operationId = await absentAccrual(bench);
    const approval = await askedFor(bench, bench.anna, { operationId, ...settle });
    if (when === 'during') await dieOn('approval');
    if (when === 'before') await dieOn('operation');
    const key = `dies-${when}`;
    const first = await decide(bench, bench.bert, approval, 'approve', key).catch((error: unknown) => error);
    await live();
    if (when !== 'after') {
      expect(String(first)).toContain('terminat');
      expect([await approvalOf(approval), await stateOf(operationId)]).toEqual(['pending', 'needs-review']);
    }
    // Its client has no answer and asks again with the same key.
    const again = await decide(bench, bench.bert, approval, 'approve', key);
    expect([again.replayed, bodyOf<{ state: string }>(again).state]).toEqual([when === 'after', 'approved']);
    expect(await stateOf(operationId)).toBe('posted');
  });

  /** Ends the connection of whoever changes this table next, in the middle of its transaction. */
  const dieOn = (table: string) =>
    bench.owner.query(`
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
      CREATE TRIGGER die AFTER UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION die()`);
  const live = () => bench.owner.query('DROP FUNCTION IF EXISTS die() CASCADE');
});
