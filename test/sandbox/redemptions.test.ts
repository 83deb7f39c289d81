import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CnClient, cnClient } from './cn-client.js';
import { newReference, NOON, type Running, run, type TestAnswer, type TestMember, until } from './running.js';

const HALF_AN_HOUR = 30 * 60_000;

let now: number;
let sandbox: Running;
let rail: CnClient;
let member: TestMember;
beforeEach(async () => {
  now = NOON;
  sandbox = await run({ clock: () => now });
  rail = cnClient(sandbox, 'test-rail', () => now);
  member = await memberWith(12_000);
});
afterEach(() => sandbox.stop());

const activity = (of: TestMember, points: number) =>
  sandbox.control('POST', '/test-rail/activity', { memberNumber: of.memberNumber, points, activity: {} });
/** A member whose balance has been this at some time; every one begins with at least 1,000 points. */
const memberWith = async (points: number): Promise<TestMember> => {
  const made = await sandbox.member('test-rail');
  if (points !== made.balance) await activity(made, points - made.balance);
  return { ...made, balance: points };
};
const available = async () => (await rail.send('GET', `/members/${member.memberNumber}`)).json['points'];
const read = (reference: string) => rail.send('GET', `/redemptions/${reference}`);
/** What redemptions of ours have taken; `memberWith` takes points as a trip of the member's own. */
const spent = async () =>
  (await sandbox.books('test-rail')).postings.filter((row) => row.kind === 'redemption' && row.reference !== null);
const told = ({ status, json }: TestAnswer): unknown[] => [status, json['code'] ?? json['status']];

describe('a hold', () => {
  it('sets the points aside for half an hour and posts nothing', async () => {
    const reference = newReference();
    const answer = await rail.hold(member, 5_000, reference);
    const record = {
      reference,
      supplierReference: expect.any(String),
      memberNo: member.memberNumber,
      points: 5_000,
      status: 'held',
      holdExpiresAt: '2026-03-10T04:30:00.000Z',
    };
    expect(answer).toMatchObject({ status: 201, json: record });
    expect((await read(reference)).json).toEqual(answer.json);
    expect(await available()).toBe(7_000);
    expect(await spent()).toEqual([]);
  });

  it('ends by the clock, to the millisecond, and gives the points back', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    now += HALF_AN_HOUR - 1;
    expect([told(await read(reference)), await available()]).toEqual([[200, 'held'], 7_000]);
    now += 1;
    expect([told(await read(reference)), await available()]).toEqual([[200, 'expired'], 12_000]);
    for (const step of ['confirm', 'release'] as const) {
      expect(told(await rail.step(step, reference))).toEqual([409, 'HOLD_EXPIRED']);
    }
    expect(await spent()).toEqual([]);
  });

  it('is refused beyond what is available, holds included', async () => {
    await rail.hold(member, 7_000);
    expect(told(await rail.hold(member, 5_001))).toEqual([422, 'INSUFFICIENT_POINTS']);
    expect(told(await rail.hold(member, 5_000))).toEqual([201, 'held']);
    now += HALF_AN_HOUR;
    expect(told(await rail.hold(member, 12_000))).toEqual([201, 'held']);
  });

  it('keeps points from being taken back by a reversal', async () => {
    const accrued = newReference();
    await rail.accrue(member, 100, accrued);
    await rail.hold(member, 12_050);
    const reverse = (points: number) =>
      rail.send('POST', `/accruals/${accrued}/reversals`, { points, reason: 'x' }, { key: newReference() });
    expect(told(await reverse(51))).toEqual([422, 'INSUFFICIENT_POINTS']);
    expect((await reverse(50)).status).toBe(201);
  });

  it('needs a member whose balance has once been enough, where the brand says so', async () => {
    expect(told(await rail.hold({ ...member, memberNumber: 'TR0' }, 1))).toEqual([404, 'MEMBER_NOT_FOUND']);
    const once = await memberWith(10_000);
    await activity(once, -9_500);
    expect(told(await rail.hold(once, 500))).toEqual([201, 'held']);
  });

  it('opens with 10,000 points and not with one less', async () => {
    const newcomer = await newcomerBelow(9_999);
    expect(told(await rail.hold(newcomer, 1))).toEqual([422, 'BELOW_FIRST_REDEMPTION']);
    await activity(newcomer, 1);
    expect(told(await rail.hold(newcomer, 1))).toEqual([201, 'held']);
  });

  /** A member who never had more than so many points and has them now. */
  const newcomerBelow = async (points: number): Promise<TestMember> => {
    for (;;) {
      const made = await sandbox.member('test-rail');
      if (made.balance >= points) continue;
      await activity(made, points - made.balance);
      return made;
    }
  };

  it('has no such threshold at a brand that names none', async () => {
    const miles = cnClient(sandbox, 'test-miles', () => now);
    expect(told(await miles.hold(await sandbox.member('test-miles'), 1))).toEqual([201, 'held']);
  });

  it('is for a beneficiary from the day on which that one takes effect', async () => {
    const beneficiaries = [{ beneficiaryNo: 'B1', name: '李四', idLast4: '123X' }];
    const path = `/members/${member.memberNumber}/beneficiaries`;
    await rail.send('PUT', path, { beneficiaries }, { key: newReference() });
    const holdFor = async (beneficiaryNo: string) =>
      told(await rail.hold(member, 1, newReference(), { beneficiaryNo }));
    expect(await holdFor('B1')).toEqual([422, 'BENEFICIARY_NOT_EFFECTIVE']);
    now = Date.parse('2026-05-08T16:00:00Z');
    expect(await holdFor('B1')).toEqual([201, 'held']);
    expect(await holdFor('B2')).toEqual([422, 'BENEFICIARY_NOT_EFFECTIVE']);
  });

  it.each([[{ points: 0 }], [{ points: 1.5 }], [{ ticket: {} }], [{ reference: '1' }], [{ memberNo: undefined }]])(
    'with %j is refused with 422 INVALID',
    async (other) => {
      expect(told(await rail.hold(member, 100, newReference(), other))).toEqual([422, 'INVALID']);
      expect(await available()).toBe(12_000);
    },
  );
});

describe('a confirmed redemption', () => {
  it('is one row in the books, and one line of the settlement', async () => {
    const reference = newReference();
    const { json } = await rail.hold(member, 5_000, reference);
    const answer = await rail.step('confirm', reference);
    expect(answer).toMatchObject({
      status: 200,
      json: { reference, points: 5_000, status: 'confirmed', businessDate: '2026-03-10' },
    });
    const { supplierReference } = json;
    expect(await spent()).toMatchObject([{ reference, supplierReference, points: -5_000, kind: 'redemption' }]);
    expect(await available()).toBe(7_000);
    const summary = await sandbox.control('POST', '/test-rail/close-day');
    expect(summary.json).toMatchObject({ lines: 1, points: -5_000 });
  });

  it('stays as it is when confirmed again, under the same key or another', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    const first = await rail.step('confirm', reference);
    expect((await rail.step('confirm', reference)).text).toBe(first.text);
    expect((await rail.step('confirm', reference, newReference())).text).toBe(first.text);
    expect(await spent()).toHaveLength(1);
  });

  it('is past releasing, and survives the end of its hold', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    await rail.step('confirm', reference);
    now += HALF_AN_HOUR;
    expect(told(await rail.step('release', reference))).toEqual([409, 'HOLD_EXPIRED']);
    expect([told(await read(reference)), await available()]).toEqual([[200, 'confirmed'], 7_000]);
  });

  it('spends what was held also when the member has lost the points meanwhile', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    await activity(member, -10_000);
    expect(told(await rail.step('confirm', reference))).toEqual([200, 'confirmed']);
    expect(await available()).toBe(-3_000);
  });
});

describe('a released redemption', () => {
  it('gives the points back, posts nothing and cannot be confirmed', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    const first = await rail.step('release', reference);
    expect(told(first)).toEqual([200, 'released']);
    expect((await rail.step('release', reference, newReference())).text).toBe(first.text);
    expect(told(await rail.step('confirm', reference))).toEqual([409, 'HOLD_EXPIRED']);
    expect([await available(), await spent()]).toEqual([12_000, []]);
  });
});

describe('idempotency', () => {
  it('gives the first answer to the same hold, and refuses another one under its key', async () => {
    const reference = newReference();
    await sandbox.faults('test-rail', { rates: { commitThenDrop: 1 } });
    await expect(rail.hold(member, 5_000, reference)).rejects.toThrow();
    await sandbox.control('DELETE', '/test-rail/faults');
    const again = await rail.hold(member, 5_000, reference);
    expect(told(again)).toEqual([201, 'held']);
    expect(told(await rail.hold(member, 5_001, reference))).toEqual([409, 'KEY_REUSED']);
    expect(await available()).toBe(7_000);
    await rail.step('release', reference);
    expect((await rail.hold(member, 5_000, reference)).text).toBe(again.text);
    expect(await available()).toBe(12_000);
  });

  it('never uses a reference twice, also when its key is long forgotten', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    now += 8 * 86_400_000;
    expect(told(await rail.hold(member, 5_000, reference))).toEqual([409, 'KEY_REUSED']);
  });

  it('is wanted of every write', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    for (const step of ['confirm', 'release'] as const) {
      expect(told(await rail.step(step, reference, 'no-reference'))).toEqual([422, 'INVALID']);
    }
    expect(told(await rail.step('confirm', newReference()))).toEqual([404, 'NOT_FOUND']);
    expect(told(await read(reference))).toEqual([200, 'held']);
  });

  it('of a confirm whose answer was lost is one effect', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    await sandbox.faults('test-rail', { rates: { commitThenDrop: 1 } });
    await expect(rail.step('confirm', reference)).rejects.toThrow();
    await sandbox.control('DELETE', '/test-rail/faults');
    expect(told(await read(reference))).toEqual([200, 'confirmed']);
    expect(told(await rail.step('confirm', reference))).toEqual([200, 'confirmed']);
    expect(await spent()).toHaveLength(1);
  });
});

describe('a confirm under a fault', () => {
  it.each([
    ['refuse', 'held'],
    ['dropBeforeCommit', 'held'],
    ['throttle', 'held'],
    ['errorBeforeCommit', 'held'],
    ['errorAfterCommit', 'confirmed'],
    ['commitThenDrop', 'confirmed'],
    ['skewedClock', 'confirmed'],
    ['wrongEcho', 'confirmed'],
  ])('%s leaves it %s, and repeated it is one effect', async (kind, status) => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    await sandbox.faults('test-rail', { rates: { [kind]: 1 } });
    await rail.step('confirm', reference).catch(() => null);
    await sandbox.control('DELETE', '/test-rail/faults');
    expect(told(await read(reference))).toEqual([200, status]);
    expect(told(await rail.step('confirm', reference))).toEqual([200, 'confirmed']);
    expect((await spent()).map((row) => row.points)).toEqual([-5_000]);
  });

  it('applied late loses to the release that came first', async () => {
    const reference = newReference();
    await rail.hold(member, 5_000, reference);
    await sandbox.faults('test-rail', { rates: { commitLate: 1 }, lateMs: 1_500 });
    await expect(rail.step('confirm', reference)).rejects.toThrow();
    // Comes late as well, and after the confirm: once it is in the books, the confirm has been made.
    await expect(rail.accrue(member, 7)).rejects.toThrow();
    await sandbox.control('DELETE', '/test-rail/faults');
    expect(told(await rail.step('release', reference))).toEqual([200, 'released']);
    await until(async () => (await sandbox.books('test-rail')).postings.some((row) => row.points === 7));
    expect([told(await read(reference)), await spent()]).toEqual([[200, 'released'], []]);
  });
});

describe('confirm and release at once', () => {
  it('end in one of the two, whatever the order of 40 requests', async () => {
    const references = Array.from({ length: 5 }, () => newReference());
    for (const reference of references) await rail.hold(member, 1_000, reference);
    const answers = await Promise.all(
      references.flatMap((reference, index) =>
        Array.from({ length: 8 }, (_, n) =>
          rail.step((n + index) % 2 === 0 ? 'confirm' : 'release', reference, newReference()),
        ),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const ends = await Promise.all(references.map(async (each) => (await read(each)).json['status']));
    const confirmed = references.filter((_, index) => ends[index] === 'confirmed');
    expect(ends.every((end) => end === 'confirmed' || end === 'released')).toBe(true);
    expect((await spent()).map((row) => row.reference).toSorted()).toEqual(confirmed.toSorted());
    expect(await available()).toBe(12_000 - 1_000 * confirmed.length);
  });
});

describe('any order of calls and of time', () => {
  /** What the contract says of one redemption of 1,000 points, kept apart from the sandbox's own code. */
  interface Model {
    status: 'none' | 'held' | 'confirmed' | 'released';
    until: number;
  }
  const statusOf = (model: Model) => (model.status === 'held' && now >= model.until ? 'expired' : model.status);
  const move = fc.oneof(
    fc.record({ call: fc.constantFrom('hold', 'confirm', 'release'), which: fc.nat(2) }),
    fc.record({ call: fc.constant('wait'), which: fc.constantFrom(1, 15 * 60_000, HALF_AN_HOUR) }),
  );

  it('leaves books, balance and states as the contract has them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 14 }), async (moves) => {
        member = await memberWith(12_000);
        const redemptions = Array.from({ length: 3 }, () => {
          const model: Model = { status: 'none', until: 0 };
          return { reference: newReference(), model };
        });
        for (const { call, which } of moves) {
          if (call === 'wait') now += which;
          else await play(call, redemptions[which] as (typeof redemptions)[number]);
        }
        const states = redemptions.map(({ model }) => statusOf(model));
        const count = (status: string) => states.filter((each) => each === status).length;
        const rows = (await spent()).filter((row) => row.memberNumber === member.memberNumber);
        expect(rows.map((row) => row.points)).toEqual(Array.from({ length: count('confirmed') }, () => -1_000));
        expect(await available()).toBe(12_000 - 1_000 * (count('confirmed') + count('held')));
      }),
      { numRuns: 40 },
    );
  });

  async function play(call: string, { reference, model }: { reference: string; model: Model }): Promise<void> {
    const before = statusOf(model);
    if (call === 'hold') {
      const answer = await rail.hold(member, 1_000, reference);
      if (before === 'none') Object.assign(model, { status: 'held', until: now + HALF_AN_HOUR });
      expect(told(answer)).toEqual([201, 'held']);
      return;
    }
    const answer = await rail.step(call as 'confirm' | 'release', reference, newReference());
    const done = call === 'confirm' ? 'confirmed' : 'released';
    if (before === 'none') expect(told(answer)).toEqual([404, 'NOT_FOUND']);
    else if (before === 'held' || before === done) {
      expect(told(answer)).toEqual([200, done]);
      model.status = done;
    } else expect(told(answer)).toEqual([409, 'HOLD_EXPIRED']);
  }
});

describe('wrongEcho', () => {
  it('tells of another redemption, and the kept answer is right', async () => {
    const reference = newReference();
    await sandbox.faults('test-rail', { rates: { wrongEcho: 1 } });
    const wrong = await rail.hold(member, 5_000, reference);
    expect([wrong.json['points'], wrong.json['reference']]).not.toEqual([5_000, reference]);
    await sandbox.control('DELETE', '/test-rail/faults');
    expect((await rail.hold(member, 5_000, reference)).json).toMatchObject({ reference, points: 5_000 });
  });
});
