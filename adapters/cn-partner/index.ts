import type { JsonRecord } from '../../src/kit/answer.js';
import { jsonObject } from '../../src/kit/answer.js';
import type { Attempt, Context, HoldStep, HttpResponse, Receipt } from '../../src/spec/adapter.js';
import { defineAdapter } from '../../src/spec/adapter.js';
import {
  endRedemption,
  getAccrual,
  getMember,
  getRedemption,
  holdRedemption,
  postAccrual,
  reverseAccrual,
  verifyMember,
} from './client.js';
import type { Config } from './config.js';
import { configure } from './config.js';
import { codeOf, faultOf, faultOfHeld } from './errors.js';
import { inbound } from './inbound.js';
import { ACTIVITIES, accrualRequest, readAccrualFound, readAccrualReceipt } from './map-accrual.js';
import { readAccount, readVerified, verifyRequest } from './map-member.js';
import { readRedemptionFound, readRedemptionReceipt, redemptionRequest, REWARDS } from './map-redemption.js';
import { readReversalFound, readReversalReceipt, reversalRequest } from './map-reversal.js';
import { settlement } from './settlement.js';

/** What the steps of a redemption have in common: a key each, and one look-up that tells how far it is. */
const step: Omit<Extract<HoldStep<Config>, { idempotency: 'key' }>, 'perform'> = {
  idempotency: 'key',
  windowMs: (config) => config.windowMs,
  conclusiveAfterMs: (config) => config.conclusiveAfterMs,
  find: async (context, input, attempt) =>
    found(await getRedemption(context, attempt.reference), (record) => readRedemptionFound(record, input, attempt)),
};

/** Chinese programmes behind the reference contract `contracts/suppliers/cn-partner.yaml`. */
export const cnPartner = defineAdapter<Config>({
  spec: 1,
  id: 'cn-partner',
  contract: { document: 'contracts/suppliers/cn-partner.yaml', version: '1.0' },
  configure,
  linking: {
    method: 'credentials',
    verify: async (context, input) => {
      const response = succeeded(await verifyMember(context, verifyRequest(input)));
      return readVerified(jsonObject(response), input.memberNumber);
    },
  },
  member: {
    account: async (context, member) => {
      const response = succeeded(await getMember(context, member.number));
      return readAccount(jsonObject(response), member.number);
    },
  },
  accrual: {
    activities: ACTIVITIES,
    accrue: {
      idempotency: 'key',
      windowMs: (config) => config.windowMs,
      conclusiveAfterMs: (config) => config.conclusiveAfterMs,
      perform: async (context, input, attempt) =>
        readAccrualReceipt(succeeded(await postAccrual(context, accrualRequest(input, attempt)))),
      find: async (context, _input, attempt) => found(await getAccrual(context, attempt.reference), readAccrualFound),
    },
    reverse: {
      idempotency: 'key',
      windowMs: (config) => config.windowMs,
      conclusiveAfterMs: (config) => config.conclusiveAfterMs,
      perform: async (context, input, attempt) => {
        const { reference } = input.original;
        const response = await reverseAccrual(context, attempt.reference, reference, reversalRequest(input));
        return readReversalReceipt(jsonObject(succeeded(response)));
      },
      find: async (context, input, attempt) =>
        found(await getAccrual(context, input.original.reference), (accrual) => readReversalFound(accrual, attempt)),
    },
  },
  redemption: {
    flow: 'hold-first',
    rewards: REWARDS,
    hold: {
      ...step,
      perform: async (context, input, attempt) => {
        const response = await holdRedemption(context, redemptionRequest(input, attempt));
        return readRedemptionReceipt('hold', succeeded(response));
      },
    },
    confirm: { ...step, perform: (context, _input, attempt) => end(context, 'confirm', attempt) },
    release: { ...step, perform: (context, _input, attempt) => end(context, 'release', attempt) },
  },
  settlement,
  inbound,
});

function succeeded(response: HttpResponse, faultIn = faultOf): HttpResponse {
  const fault = faultIn(response);
  if (fault !== null) throw fault;
  return response;
}

/** Only the supplier's own NOT_FOUND is absence; a 404 of a proxy or a wrong address is not. */
function found<F>(response: HttpResponse, read: (record: JsonRecord) => F): F | { readonly found: 'absent' } {
  if (response.status === 404 && codeOf(response) === 'NOT_FOUND') return { found: 'absent' };
  return read(jsonObject(succeeded(response)));
}

/** Ends a hold in one way or the other. */
async function end(context: Context<Config>, step: 'confirm' | 'release', { reference }: Attempt): Promise<Receipt> {
  const response = await endRedemption(context, step, reference);
  return readRedemptionReceipt(step, succeeded(response, faultOfHeld));
}
