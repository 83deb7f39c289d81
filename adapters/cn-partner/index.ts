import { jsonObject } from '../../src/kit/answer.js';
import type { Context, Found, HttpResponse } from '../../src/spec/adapter.js';
import { defineAdapter } from '../../src/spec/adapter.js';
import { getAccrual, getMember, postAccrual, reverseAccrual, verifyMember } from './client.js';
import type { Config } from './config.js';
import { configure } from './config.js';
import { codeOf, faultOf } from './errors.js';
import { inbound } from './inbound.js';
import { ACTIVITIES, accrualRequest, readAccrualFound, readAccrualReceipt } from './map-accrual.js';
import { readAccount, readVerified, verifyRequest } from './map-member.js';
import { readReversalFound, readReversalReceipt, reversalRequest } from './map-reversal.js';

/** The contract's GET sees a commit at once; half an hour leaves room for a request that was still on its way. */
const CONCLUSIVE_AFTER_MS = 1_800_000;

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
      conclusiveAfterMs: () => CONCLUSIVE_AFTER_MS,
      perform: async (context, input, attempt) =>
        readAccrualReceipt(succeeded(await postAccrual(context, accrualRequest(input, attempt)))),
      find: async (context, _input, attempt) => findAccrual(context, attempt.reference, readAccrualFound),
    },
    reverse: {
      idempotency: 'key',
      windowMs: (config) => config.windowMs,
      conclusiveAfterMs: () => CONCLUSIVE_AFTER_MS,
      perform: async (context, input, attempt) => {
        const { reference } = input.original;
        const response = await reverseAccrual(context, attempt.reference, reference, reversalRequest(input));
        return readReversalReceipt(jsonObject(succeeded(response)));
      },
      find: async (context, input, attempt) =>
        findAccrual(context, input.original.reference, (accrual) => readReversalFound(accrual, attempt)),
    },
  },
  inbound,
});

function succeeded(response: HttpResponse): HttpResponse {
  const fault = faultOf(response);
  if (fault !== null) throw fault;
  return response;
}

/** Only the supplier's own NOT_FOUND is absence; a 404 of a proxy or a wrong address is not. */
async function findAccrual(
  context: Context<Config>,
  reference: string,
  read: (accrual: ReturnType<typeof jsonObject>) => Found,
): Promise<Found> {
  const response = await getAccrual(context, reference);
  if (response.status === 404 && codeOf(response) === 'NOT_FOUND') return { found: 'absent' };
  return read(jsonObject(succeeded(response)));
}
