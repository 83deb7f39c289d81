import type {
  AccrualInput,
  Attempt,
  Context,
  Member,
  RedemptionInput,
  RefundInput,
  ReversalInput,
} from '../../spec/adapter.js';
import { AdapterFault } from '../../spec/errors.js';
import { points } from '../../spec/values.js';
import { memberOf, secretsOf } from '../link/member.js';
import type { MemberVault } from '../link/vault.js';
import type { CallOptions, Supplier } from '../supplier/ports.js';
import type { Asked } from './echo.js';
import type { LookSubject } from './ports.js';
import { writeOf } from './recovery.js';

/** A write of the adapter with everything that it is called with. */
export interface PreparedCall {
  readonly write: NonNullable<ReturnType<typeof writeOf>>;
  readonly context: Context<never>;
  readonly input: never;
  readonly attempt: Attempt;
  readonly asked: Asked;
}

/** Opens the member's data for the length of one call. Throws before anything is sent when the operation cannot be carried. */
export function prepareCall(
  subject: LookSubject,
  supplier: Supplier,
  vault: MemberVault,
  options: Pick<CallOptions, 'observe' | 'lease' | 'signal' | 'priority' | 'admitted'>,
): PreparedCall {
  const { operation, resume } = subject;
  const write = writeOf(supplier.adapter, operation);
  if (write === null) throw new AdapterFault({ kind: 'unmapped', supplierCode: 'capability-missing' });
  const member = vault.open(subject.member);
  return {
    write,
    context: supplier.context({ secrets: secretsOf(member), ...options }),
    // A write's input fits by the operation's kind, which chose the write.
    input: inputOf(subject, memberOf(member, supplier)) as never,
    attempt: {
      reference: operation.reference,
      createdAt: operation.createdAt.toISOString(),
      ...(resume === null ? {} : { resume }),
    },
    asked: {
      reference: operation.reference,
      points: operation.points + operation.bonusPoints,
      memberNumber: member.memberNumber,
    },
  };
}

type Input = AccrualInput | ReversalInput | RedemptionInput | RefundInput;

function inputOf({ operation, original }: LookSubject, member: Member): Input {
  const { kind, activity, reward } = operation;
  const amount = points(operation.points);
  const reason = operation.reason ?? '';
  if (kind === 'accrual' && activity !== null) {
    return { member, activity, points: amount, bonusPoints: points(operation.bonusPoints) };
  }
  if (kind === 'redemption' && reward !== null) return { member, reward, points: amount };
  if (original?.supplierReference == null) throw new Error('an operation that cannot be sent');
  const { reference, supplierReference } = original;
  const posted = { reference, supplierReference, points: points(original.points) };
  if (kind === 'reversal' && original.activity !== null) {
    const was = { ...posted, activity: original.activity, bonusPoints: points(original.bonusPoints) };
    return { member, original: was, points: amount, reason };
  }
  if (kind === 'refund' && original.reward !== null) {
    return { member, original: { ...posted, reward: original.reward }, points: amount, reason };
  }
  throw new Error('an operation that cannot be sent');
}
