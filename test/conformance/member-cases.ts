import { describe, expect, it } from '@jest/globals';
import type { AnyAdapter, Verified } from '../../src/spec/adapter.js';
import { type Bench, type Call, verifyInput } from './bench.js';
import type { SandboxMember } from './control.js';
import { faultIn, faultOf } from './outcome.js';

/** Links a sandbox member as the core does; fails where the adapter has no linking. */
export async function linked(bench: Bench, member: SandboxMember): Promise<Verified> {
  if (bench.adapter.linking === undefined) return { handle: {} };
  return bench.adapter.linking.verify(bench.call().context, verifyInput(member));
}

const secretsOf = ({ memberNumber, familyName, givenName }: SandboxMember): string[] => [
  memberNumber,
  `${familyName} ${givenName}`,
];

/**
 * Asks again while the supplier answers about somebody else. A wrong answer can be told only where the right one names the member;
 * where it does not, or this supplier gave none, there is nothing to see through.
 */
async function seesThrough(bench: Bench, number: string, ask: (call: Call) => Promise<unknown>): Promise<void> {
  const right = bench.call();
  await ask(right);
  await bench.control.faults({ wrongEcho: 1 });
  const wrong = bench.call();
  const fault = await ask(wrong)
    .then(() => null, faultIn)
    .finally(() => bench.control.clearFaults());
  const named = ({ answers }: Call): boolean => answers.join('\n').includes(`"${number}"`);
  expect(fault?.kind).toBe(named(right) && !named(wrong) ? 'unknown-outcome' : undefined);
}

/** Linking: the right holder, and everybody else. */
export function linkingCases({ linking }: AnyAdapter, bench: () => Bench): void {
  if (linking === undefined) return;
  describe('linking', () => {
    it('takes the holder of a number, and changes nothing at the supplier', async () => {
      const { control, call } = bench();
      const { context, exchanges } = call();
      const verified = await linking.verify(context, verifyInput(await control.member()));
      expect(Object.values(verified.handle).every((id) => typeof id === 'string' && id !== '')).toBe(true);
      expect(exchanges.map(({ effect }) => effect)).not.toContain('write');
    });

    it('refuses a wrong name', async () => {
      const { control, call } = bench();
      const member = await control.member();
      const other = { ...member, familyName: member.familyName === 'Zabłocka' ? 'Nowak' : 'Zabłocka', givenName: 'Q' };
      const fault = await faultOf(linking.verify(call().context, verifyInput(other)), secretsOf(member));
      expect(fault.kind).toBe('rejected');
      expect(['name-mismatch', 'member-not-found']).toContain('reason' in fault ? fault.reason : undefined);
    });

    it('refuses a number that nobody has', async () => {
      const { scheme, control, call } = bench();
      const member = await control.member();
      const { prefix, length } = scheme.sandbox?.members ?? { prefix: '', length: 0 };
      const stranger = { ...member, memberNumber: prefix.padEnd(length, '0') };
      const fault = await faultOf(linking.verify(call().context, verifyInput(stranger)), secretsOf(stranger));
      expect(fault).toMatchObject({ kind: 'rejected', reason: 'member-not-found' });
    });

    it('links nobody on an answer about somebody else', async () => {
      const member = await bench().control.member();
      await seesThrough(bench(), member.memberNumber, ({ context }) => linking.verify(context, verifyInput(member)));
    });

    it.each(['garbage', 'commitThenDrop', 'errorAfterCommit', 'throttle'])('links nobody on %s', async (kind) => {
      const { control, call } = bench();
      const member = await control.member();
      await linked(bench(), member);
      await control.faults({ [kind]: 1 });
      const fault = await faultOf(linking.verify(call().context, verifyInput(member)), secretsOf(member));
      await control.clearFaults();
      expect(fault.kind).toBe(kind === 'throttle' ? 'rate-limited' : 'unknown-outcome');
    });
  });
}

/** The account: what the member has, and never a balance that nobody stated. */
export function accountCases({ member: port }: AnyAdapter, bench: () => Bench): void {
  if (port === undefined) return;
  const open = async () => {
    const sandboxMember = await bench().control.member();
    const { handle } = await linked(bench(), sandboxMember);
    const { memberNumber: number } = sandboxMember;
    return { sandboxMember, member: { number, name: verifyInput(sandboxMember).name, handle } };
  };

  describe('account', () => {
    it("has the supplier's balance, and changes nothing there", async () => {
      const { sandboxMember, member } = await open();
      const { context, exchanges } = bench().call();
      const account = await port.account(context, member);
      expect(account.available).toBe(sandboxMember.balance);
      expect(exchanges.map(({ effect }) => effect)).not.toContain('write');
    });

    it('follows what the supplier posts by itself', async () => {
      const { sandboxMember, member } = await open();
      await bench().control.ownActivity(member.number, 321);
      const account = await port.account(bench().call().context, member);
      expect(account.available).toBe(sandboxMember.balance + 321);
    });

    it("is not somebody else's", async () => {
      const { member } = await open();
      await seesThrough(bench(), member.number, ({ context }) => port.account(context, member));
    });

    it.each([1, 2, 3, 4, 5, 6])('has no balance in garbage (seed %i)', async (seed) => {
      const { sandboxMember, member } = await open();
      await bench().control.faults({ garbage: 1 }, seed);
      const fault = await faultOf(port.account(bench().call().context, member), secretsOf(sandboxMember));
      await bench().control.clearFaults();
      expect(fault.kind).toBe('unknown-outcome');
    });
  });
}
