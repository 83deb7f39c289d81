import type {
  AnyAdapter,
  Attempt,
  Context,
  Found,
  HoldFound,
  HoldStep,
  Member,
  RedemptionPort,
  Write,
} from '../../../src/spec/adapter.js';
import { type Notification } from '../../../src/spec/notification.js';
import { AdapterFault } from '../../../src/spec/errors.js';
import { points, type Points } from '../../../src/spec/values.js';
import { bodyOf, type FoundBody, receiptOf, type Told } from './answers.js';
import type { Request, Verb } from './books.js';
import type { SupplierCharacter } from './kinds.js';

/** What travels: which request, and whether it is carried out or only asked about. */
export interface Sent extends Request {
  readonly asks: 'to do' | 'what was done' | 'the account';
}

interface Input {
  readonly member: Member;
  readonly points: Points;
  readonly bonusPoints?: Points;
}

const DAY_MS = 86_400_000;

/** The adapter of a simulated platform of that character. */
export function simulatedAdapter(character: SupplierCharacter): AnyAdapter {
  const write = <F extends Found | HoldFound>(verb: Verb): Write<Input, never, F> => writeOf<F>(character, verb);
  const confirm = 'confirm' as const;
  const redemption: RedemptionPort<never> =
    character.flow === 'soft'
      ? { flow: 'one-step', rewards: ['flight'], confirm: write<Found>(confirm), refund: write<Found>('refund') }
      : {
          flow: 'hold-first',
          rewards: ['flight'],
          hold: write<HoldFound>('hold') as HoldStep<never>,
          confirm: write<HoldFound>(confirm) as HoldStep<never>,
          release: write<HoldFound>('release') as HoldStep<never>,
          refund: write<Found>('refund'),
        };
  return {
    spec: 1,
    id: 'simulated',
    contract: { document: 'none', version: '1' },
    configure: () => ({}) as never,
    member: { account: async (context, member) => account(context, member) },
    accrual: { activities: ['flight', 'other'], accrue: write<Found>('accrual'), reverse: write<Found>('reversal') },
    redemption,
    inbound: {
      verify: (push) => ({ ok: true, eventId: push.headers['event-id'] ?? '' }),
      parse: (push) => [JSON.parse(push.body.toString('utf8')) as Notification],
    },
  };
}

function writeOf<F extends Found | HoldFound>(character: SupplierCharacter, verb: Verb): Write<Input, never, F> {
  const { kind, conclusiveAfterMs } = character;
  const perform = async (context: Context<never>, input: Input, attempt: Attempt) =>
    receiptOf((await exchange(context, input, attempt, verb, 'to do')) as Told);
  const find = async (context: Context<never>, input: Input, attempt: Attempt) =>
    foundOf((await exchange(context, input, attempt, verb, 'what was done')) as FoundBody) as F;
  switch (kind) {
    case 'key':
      return { idempotency: 'key', windowMs: () => 7 * DAY_MS, perform };
    case 'key and find':
      return {
        idempotency: 'key',
        windowMs: () => 7 * DAY_MS,
        perform,
        find,
        conclusiveAfterMs: () => conclusiveAfterMs,
      };
    case 'lookup':
    case 'eventual look-up':
      return {
        idempotency: 'lookup',
        conclusiveAfterMs: () => conclusiveAfterMs,
        eventual: kind === 'eventual look-up',
        perform,
        find,
      };
    case 'file only':
    case 'push only':
      return { idempotency: 'none', oneOpenAtATime: false, perform };
    default:
      return kind satisfies never;
  }
}

async function exchange(
  context: Context<never>,
  input: Input,
  { reference }: Attempt,
  verb: Verb,
  asks: Sent['asks'],
): Promise<unknown> {
  const asked = input.points + (input.bonusPoints ?? 0);
  const sent: Sent = { verb, reference, member: input.member.number, points: asked, asks };
  return bodyOf(await call(context, sent));
}

async function account(context: Context<never>, member: Member): Promise<{ available: Points }> {
  const sent: Sent = { verb: 'hold', reference: '', member: member.number, points: 0, asks: 'the account' };
  const told = bodyOf(await call(context, sent)) as { available: number };
  return { available: points(told.available) };
}

function call({ http }: Context<never>, sent: Sent) {
  const effect = sent.asks === 'to do' ? 'write' : 'read';
  return http.send({ method: 'POST', url: 'https://supplier.invalid/', effect, body: JSON.stringify(sent) });
}

function foundOf(body: FoundBody): Found | HoldFound {
  switch (body.found) {
    case 'posted':
      return { found: 'posted', receipt: receiptOf(body.told) };
    case 'refused':
      return { found: 'refused', reason: 'insufficient-points', supplierCode: 'E7' };
    case 'held':
    case 'confirmed':
      return { found: body.found, receipt: receiptOf(body.told) };
    case 'released':
    case 'expired':
    case 'absent':
      return { found: body.found };
    default:
      throw new AdapterFault({ kind: 'unknown-outcome', detail: 'not understood' });
  }
}
