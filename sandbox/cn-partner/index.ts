import express from 'express';
import { instant } from '../engine/clock.js';
import type { SandboxScheme } from '../engine/scheme-file.js';
import { Field } from '../engine/shape.js';
import type { Handler, Parts, Platform, Play } from '../platform.js';
import { type AccrualRecord, getAccrual, postAccrual } from './accruals.js';
import { refusal, type Wire } from './answers.js';
import { type Hold, openHolds } from './holds.js';
import { type KeptAnswer, onceOnly } from './idempotency.js';
import { memberHandlers } from './members.js';
import { catchingUp, nightly } from './nightly.js';
import { type RedemptionRecord, redemptionHandlers } from './redemptions.js';
import { reverseAccrual } from './reversals.js';
import { openSettlements } from './settlements.js';
import { openSignatureCheck, type Partner, signPush } from './signature.js';

const API = '/partner/v1';

/** The reference contract for Chinese programmes, `contracts/suppliers/cn-partner.yaml`. */
export const cnPartner: Platform = {
  adapter: 'cn-partner',
  open: openCnPartner,
  throttled: (headers) => ({ ...refusal('THROTTLED'), headers }),
  busy: () => refusal('BUSY'),
  signPush: (scheme, push) => signPush(partnerOf(scheme), push),
};

function openCnPartner(scheme: SandboxScheme, parts: Parts): Play {
  const partner = partnerOf(scheme);
  const genuine = openSignatureCheck(partner, parts.clock);
  const read = (handler: Handler) =>
    parts.serve((request) => (genuine(request) ? handler(request) : refusal('SIGNATURE')));
  const keys = parts.collection<KeptAnswer>('keys');
  const write = (handler: Handler, step = '') => read(onceOnly(keys, parts.clock, step)(handler));
  const holds = openHolds(parts, parts.collection<Hold>('holds'));

  const accrualParts = {
    ...parts,
    accruals: parts.collection<AccrualRecord>('accruals'),
    accepted: parts.collection<string>('accepted'),
    posting: new Field(scheme.settings, '/settings').at('posting').oneOf(['at-once', 'night-after']),
  };
  const nights = catchingUp(parts, nightly(accrualParts));
  const pendingOf = (memberNo: string): number => {
    const open = Array.from(
      accrualParts.accepted.values(),
      (reference) => accrualParts.accruals.get(reference)?.request,
    );
    return open.reduce((sum, request) => sum + (request?.memberNo === memberNo ? request.points : 0), 0);
  };
  const beneficiaries = parts.collection<readonly Wire['Beneficiary'][]>('beneficiaries');
  const members = memberHandlers({ ...parts, zone: scheme.zone, holds, beneficiaries, pendingOf });

  const redemptions = redemptionHandlers({
    ...parts,
    zone: scheme.zone,
    redemptions: parts.collection<RedemptionRecord>('redemptions'),
    holds,
    beneficiaries,
    firstRedemptionAt: new Field(scheme.behaviour).at('firstRedemptionAt').optional((field) => field.whole({ min: 1 })),
  });
  const settlements = openSettlements(parts, partner.partnerId);

  const router = express.Router();
  router.post(`${API}/members/verify`, read(members.verify));
  router.get(`${API}/members/:memberNo`, read(members.get));
  router.get(`${API}/members/:memberNo/beneficiaries`, read(members.listBeneficiaries));
  router.put(`${API}/members/:memberNo/beneficiaries`, write(members.putBeneficiaries));
  router.post(`${API}/accruals`, write(postAccrual({ ...accrualParts, onAccepted: nights.accepted })));
  router.get(`${API}/accruals/:reference`, read(getAccrual(accrualParts)));
  router.post(`${API}/accruals/:reference/reversals`, write(reverseAccrual({ ...accrualParts, holds })));
  router.post(`${API}/redemptions`, write(redemptions.hold));
  router.get(`${API}/redemptions/:reference`, read(redemptions.get));
  router.post(`${API}/redemptions/:reference/confirm`, write(redemptions.confirm, 'confirm '));
  router.post(`${API}/redemptions/:reference/release`, write(redemptions.release, 'release '));
  router.get(`${API}/settlements/:day.csv.gz`, read(settlements.get));
  return {
    router,
    settlementFile: settlements.text,
    form: (member) => ({ idLast4: member.idLast4 }),
    nightly: nights.nightly,
    posted: (row) => {
      const event: Wire['MemberChanged'] = {
        eventId: `${row.supplierReference}-changed`,
        type: 'member.changed',
        memberNo: row.memberNumber,
        at: instant(parts.clock()),
      };
      parts.push({ eventId: event.eventId, body: { ...event } });
    },
  };
}

function partnerOf(scheme: SandboxScheme): Partner {
  return {
    partnerId: new Field(scheme.settings, '/settings').at('partnerId').text(),
    hmacKey: new Field(scheme.secrets, '/secrets').at('hmacKey').text(),
  };
}
