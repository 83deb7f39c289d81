import type { Field } from '../engine/shape.js';
import { readJson } from '../engine/wire-body.js';
import type { Handler, Parts, WireAnswer } from '../platform.js';
import { invalid, refusal } from './answers.js';
import { refusalAtOnce, refusalOf, type WriteParts } from './judgement.js';
import type { Pending } from './pending.js';
import { type Begun, type OperationRecord, told } from './operations.js';
import type { Programme } from './programme.js';

/** `POST /accruals` and `POST /reversals`: done at once, or taken and decided later, as the programme goes about it. */
export function postWrite(kind: 'accrual' | 'reversal', parts: WriteParts & { readonly pending: Pending }): Handler {
  return (request) =>
    readJson(
      request,
      (body) => {
        const operation = kind === 'accrual' ? readAccrual(body) : readReversal(body);
        checkKey(body, request.headers['idempotency-key'], parts.programme);
        const code = refusalAtOnce(operation, parts);
        if (code !== null) return refusal(code);
        if (parts.programme.posting === 'at-once') return decided(operation, parts);
        return answer(202, parts.pending.take(parts.operations.begin(operation, 'pending')), parts);
      },
      invalid,
    );
}

/** `POST /redemptions`: spent at once or refused, by every programme that has it. */
export function postRedemption(parts: WriteParts): Handler {
  return (request) =>
    readJson(
      request,
      (body) => {
        const operation = readRedemption(body);
        checkKey(body, request.headers['idempotency-key'], parts.programme);
        const code = refusalAtOnce(operation, parts);
        return code === null ? decided(operation, parts) : refusal(code);
      },
      invalid,
    );
}

/** How an operation stands now, as an answer. */
export function answer(status: number, operation: OperationRecord, { clock }: Pick<Parts, 'clock'>): WireAnswer {
  return told(status, operation, clock()) ?? refusal('OPERATION_NOT_FOUND');
}

/** Where a key counts, it is the operation's own reference. */
export function checkKey(body: Field, key: string | string[] | undefined, { promise }: Programme): void {
  if (promise === 'key' && body.at('reference').value !== key) body.at('reference').fail('is not the Idempotency-Key');
}

export function readRedemption(body: Field): Begun {
  const reward = body.at('reward');
  reward.at('type').oneOf(['flight', 'gift', 'cash-off']);
  reward.at('item').text();
  return { kind: 'redemption', ...readCommon(body) };
}

function decided(operation: Begun, parts: WriteParts): WireAnswer {
  const code = refusalOf(operation, parts);
  return code === null
    ? answer(201, parts.operations.post(parts.operations.begin(operation, 'pending')), parts)
    : refusal(code);
}

function readAccrual(body: Field): Begun {
  body.at('activity').at('key').text();
  body.at('activity').at('date').date();
  return { kind: 'accrual', ...readCommon(body) };
}

function readReversal(body: Field): Begun {
  return { kind: 'reversal', ...readCommon(body), accrual: body.at('accrual').text({ pattern: REFERENCE }) };
}

const REFERENCE = /^[0-9]{20}$/;

function readCommon(body: Field) {
  return {
    reference: body.at('reference').text({ pattern: REFERENCE }),
    memberNumber: body.at('memberNumber').text({ max: 32 }),
    points: body.at('points').whole({ min: 1 }),
  };
}
