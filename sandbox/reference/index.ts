import { timingSafeEqual } from 'node:crypto';
import express from 'express';
import type { SandboxScheme } from '../engine/scheme-file.js';
import type { Handler, Parts, Platform, Play } from '../platform.js';
import { refusal } from './answers.js';
import { openAvailable } from './available.js';
import { holdHandlers } from './holds.js';
import { type KeptAnswer, onceByKey } from './keys.js';
import { memberHandlers } from './members.js';
import { openNotifications, signPush } from './notifications.js';
import { openOperations, type Operations, told } from './operations.js';
import { openPending } from './pending.js';
import { type Programme, programmeOf } from './programme.js';
import { openSettlements } from './settlements.js';
import { postRedemption, postWrite } from './writes.js';

/** The test double, `contracts/suppliers/reference.yaml`: what it promises and how it behaves is its scheme's to say. */
export const reference: Platform = {
  adapter: 'reference',
  open: openReference,
  throttled: (headers) => ({ ...refusal('THROTTLED'), headers }),
  busy: () => refusal('BUSY'),
  signPush: (scheme, push) => signPush(programmeOf(scheme), push),
};

function openReference(scheme: SandboxScheme, parts: Parts): Play {
  const programme = programmeOf(scheme);
  const notifications = openNotifications(programme, parts);
  const operations = openOperations(parts, notifications.decided);
  const available = openAvailable(parts);
  const writing = { ...parts, programme, operations, available };
  const pending = openPending(writing);

  const read = (handler: Handler) =>
    parts.serve((request) =>
      isPartner(request.headers.authorization, programme) ? handler(request) : refusal('UNAUTHORISED'),
    );
  const once = onceByKey(parts.collection<KeptAnswer>('keys'), parts.clock, programme.windowMs);
  const write = (handler: Handler) => read(programme.promise === 'key' ? once(handler) : handler);

  const router = express.Router();
  const members = memberHandlers({ ...parts, zone: scheme.zone, available });
  router.post('/v1/members/verify', read(members.verify));
  router.get('/v1/members/:memberNumber', read(members.get));
  router.get('/v1/members/:memberNumber/statement', read(members.statement));
  router.post('/v1/accruals', write(postWrite('accrual', { ...writing, pending })));
  router.post('/v1/reversals', write(postWrite('reversal', { ...writing, pending })));
  if (programme.redemption === 'one-step') router.post('/v1/redemptions', write(postRedemption(writing)));
  if (programme.redemption === 'hold-first') {
    const holds = holdHandlers(writing);
    router.post('/v1/holds', write(holds.place));
    router.post('/v1/holds/:reference/confirm', write(holds.confirm));
    router.post('/v1/holds/:reference/release', write(holds.release));
  }
  if (programme.findable) router.get('/v1/operations/:reference', read(lookUp(programme, operations, parts)));
  const settlements = openSettlements(parts, programme.partner);
  if (programme.settles) router.get('/v1/settlements/:day.csv', read(settlements.get));
  return {
    router,
    form: () => ({}),
    nightly: () => {
      pending.decideAll();
    },
    settlementFile: settlements.text,
    posted: (row) => {
      notifications.memberChanged(row.memberNumber, row.supplierReference);
    },
  };
}

/** `GET /operations/{reference}`, as far behind as the programme is. */
function lookUp({ lookupLagMs }: Programme, operations: Operations, { clock }: Pick<Parts, 'clock'>): Handler {
  return ({ params }) => {
    const operation = operations.byReference(params['reference'] ?? '');
    const answer = operation === undefined ? null : told(200, operation, clock() - lookupLagMs);
    return answer ?? refusal('OPERATION_NOT_FOUND');
  };
}

function isPartner(header: string | undefined, { token }: Programme): boolean {
  const [given, wanted] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
