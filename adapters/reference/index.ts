import { jsonObject } from '../../src/kit/answer.js';
import type {
  AccrualInput,
  Attempt,
  Context,
  Found,
  HoldFound,
  HttpResponse,
  LoyaltyAdapter,
  RedemptionInput,
  RedemptionPort,
  ReversalInput,
} from '../../src/spec/adapter.js';
import { defineAdapter } from '../../src/spec/adapter.js';
import {
  endHold,
  getMember,
  getOperation,
  getStatement,
  postAccrual,
  postReversal,
  spend,
  verifyMember,
} from './client.js';
import { type Config, configure, type Promises, readPromises } from './config.js';
import { codeOf, refusalsWith, succeeded } from './errors.js';
import { inboundWith } from './inbound.js';
import { readAccount, readStatement, readVerified, verifyRequest } from './map-member.js';
import {
  accrualRequest,
  readFound,
  readHoldFound,
  readReceipt,
  redemptionRequest,
  REWARDS,
  reversalRequest,
} from './map-operation.js';
import { type Recovered, recoveredBy } from './recovery.js';
import { settlement } from './settlement.js';

/** The test double: one contract whose programmes differ in what they promise, so that its schemes' settings choose the ports. */
export const reference = defineAdapter<Config>({
  ...portsOf({ recovery: 'key', keyFind: true, redemption: 'hold-first', settlement: 'daily', refusals: {} }),
  forSettings: (settings) => portsOf(readPromises(settings)),
});

function portsOf(promises: Promises): LoyaltyAdapter<Config> {
  const recovered = recoveredBy(promises);
  const redemption = redemptionOf(promises.redemption, recovered);
  return {
    spec: 1,
    id: 'reference',
    contract: { document: 'contracts/suppliers/reference.yaml', version: '1.0' },
    configure,
    linking: {
      method: 'credentials',
      verify: async (context, input) =>
        readVerified(believed(context, await verifyMember(context, verifyRequest(input))), input.memberNumber),
    },
    member: {
      account: async (context, { number }) => readAccount(believed(context, await getMember(context, number)), number),
      statement: async (context, { number }, range) =>
        readStatement(believed(context, await getStatement(context, number, range)), number),
    },
    accrual: {
      activities: ['flight', 'stay', 'rail', 'other'],
      accrue: recovered<AccrualInput, Found>(
        async (context, input, attempt) =>
          readReceipt('post', done(context, await postAccrual(context, accrualRequest(input, attempt)))),
        findWrite,
      ),
      reverse: recovered<ReversalInput, Found>(
        async (context, input, attempt) =>
          readReceipt('post', done(context, await postReversal(context, reversalRequest(input, attempt)))),
        findWrite,
      ),
    },
    ...(redemption === undefined ? {} : { redemption }),
    ...(promises.settlement === 'daily' ? { settlement } : {}),
    ...(promises.recovery === 'push' ? { inbound: inboundWith(refusalsWith(promises.refusals)) } : {}),
  };
}

function redemptionOf(flow: Promises['redemption'], recovered: Recovered): RedemptionPort<Config> | undefined {
  switch (flow) {
    case 'none':
      return undefined;
    case 'one-step':
      return {
        flow,
        rewards: REWARDS,
        confirm: recovered<RedemptionInput, Found>(
          async (context, input, attempt) =>
            readReceipt(
              'redeem',
              done(context, await spend(context, '/redemptions', redemptionRequest(input, attempt))),
            ),
          findWrite,
        ),
      };
    case 'hold-first': {
      const ending = (how: 'confirm' | 'release') =>
        recovered<RedemptionInput, HoldFound>(
          async (context, _input, attempt) =>
            readReceipt(how, done(context, await endHold(context, how, attempt.reference))),
          findHold,
        );
      return {
        flow,
        rewards: REWARDS,
        hold: recovered<RedemptionInput, HoldFound>(
          async (context, input, attempt) =>
            readReceipt('hold', done(context, await spend(context, '/holds', redemptionRequest(input, attempt)))),
          findHold,
        ),
        confirm: ending('confirm'),
        release: ending('release'),
      };
    }
    default:
      return flow satisfies never;
  }
}

async function findWrite(context: Context<Config>, _input: unknown, { reference: ours }: Attempt): Promise<Found> {
  const response = await getOperation(context, ours);
  return isAbsent(response) ? { found: 'absent' } : readFound(believed(context, response), context.config.refusals);
}

async function findHold(context: Context<Config>, input: RedemptionInput, attempt: Attempt): Promise<HoldFound> {
  const response = await getOperation(context, attempt.reference);
  return isAbsent(response) ? { found: 'absent' } : readHoldFound(believed(context, response), input, attempt);
}

/** Only the programme's own code is absence; a 404 of a proxy or a wrong address is not. */
function isAbsent(response: HttpResponse): boolean {
  return response.status === 404 && codeOf(response) === 'OPERATION_NOT_FOUND';
}

function done({ config }: Context<Config>, response: HttpResponse): HttpResponse {
  return succeeded(response, config.refusals);
}

function believed(context: Context<Config>, response: HttpResponse) {
  return jsonObject(done(context, response));
}
