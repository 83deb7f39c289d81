import type { HttpResponse } from '../../../src/spec/adapter.js';
import type { Notification } from '../../../src/spec/notification.js';
import type { Chance } from '../chance.js';
import type { Turns } from '../turns.js';
import type { VirtualTime } from '../virtual-time.js';
import type { Sent } from './adapter.js';
import { answer, type FoundBody, type Told } from './answers.js';
import { type Books, createBooks, type Effect, type Request } from './books.js';
import type { SupplierCharacter } from './kinds.js';
import type { Mishap } from './mishaps.js';

/** A simulated loyalty platform: its books, and how it answers a request to which something happens on its way. */
export interface Platform {
  readonly scheme: string;
  readonly character: SupplierCharacter;
  readonly books: Books;
  /** Gives what comes back, `null` when nothing does. `lateBy`: a late commit comes no later than that. */
  receive(sent: Sent, mishap: Mishap, lateBy: number): HttpResponse | null;
}

export interface PlatformDeps {
  readonly time: VirtualTime;
  readonly turns: Turns;
  readonly chance: Chance;
  /** Tells us of something by itself. */
  readonly push: (scheme: string, notification: Notification) => void;
  /** Whether this platform tells of what it posts. */
  readonly pushes: boolean;
}

const OPENING_BALANCE = 3_000;
const ACCEPTED_FOR_MS = 90_000;

export function createPlatform(scheme: string, character: SupplierCharacter, deps: PlatformDeps): Platform {
  const { time, turns, chance } = deps;
  const native = character.flow === 'native';
  const books = createBooks(scheme, { keyed: character.keyed, holds: native });

  const tell = (effect: Effect): void => {
    if (effect.verb === 'hold' || effect.verb === 'release' || !deps.pushes) return;
    const { reference, supplierReference, points, member } = effect;
    deps.push(scheme, { type: 'operation.posted', reference, supplierReference, points, memberNumber: member });
  };
  const commit = (request: Request): Effect | null => {
    const before = books.effects.length;
    const effect = books.commit(request, time.now());
    if (effect !== null && books.effects.length > before) tell(effect);
    return effect;
  };
  const toldOf = (effect: Effect, request: Request, mishap: Mishap): Told => {
    const until = books.holdAt(request.reference, time.now(), time.now())?.until;
    const other = mishap === 'another reference' ? books.effects.find((one) => one !== effect) : undefined;
    return {
      reference: request.reference,
      points: Math.abs(effect.points || request.points) + (mishap === 'wrong echo' ? 1 : 0),
      member: effect.member,
      final: true,
      supplierReference: (other ?? effect).supplierReference,
      ...(until === undefined ? {} : { holdExpiresAt: new Date(until + character.skewMs).toISOString() }),
    };
  };

  /** A platform that only tells later takes a request in, and posts or refuses it when it gets round to it. */
  const takeIn = (request: Request): HttpResponse => {
    const { reference, member } = request;
    turns.at(time.now() + chance.between(500, ACCEPTED_FOR_MS), `${scheme} works off`, null, () => {
      if (chance.happens(0.85)) commit(request);
      else {
        books.refuse(request);
        const refusal = { reason: 'insufficient-points', supplierCode: 'E7' } as const;
        deps.push(scheme, { type: 'operation.refused', reference, memberNumber: member, ...refusal });
      }
    });
    return answer(200, { reference, points: request.points, member, final: false } satisfies Told);
  };

  const carryOut = (request: Request, mishap: Mishap): HttpResponse => {
    const later = character.kind === 'push only' && !(native && isStep(request));
    if (later) return takeIn(request);
    const effect = commit(request);
    return effect === null ? answer(422, { code: 'HOLD_EXPIRED' }) : answer(200, toldOf(effect, request, mishap));
  };

  const perform = (request: Request, mishap: Mishap, lateBy: number): HttpResponse | null => {
    const done = books.find(request.verb, request.reference, time.now()) !== undefined;
    if (character.keyed && books.wasRefused(request)) return answer(422, { code: 'E7' });
    switch (mishap) {
      case 'dropped before commit':
        return null;
      case 'committed late':
        turns.at(chance.between(time.now(), lateBy), `${scheme} commits late`, null, () => void commit(request));
        return chance.happens(0.5) ? null : answer(504, 'late');
      case 'unavailable before commit':
        return answer(503, 'down');
      case 'garbage before commit':
        return answer(200, '<html>');
      case 'credentials refused':
        return answer(401, '');
      case 'throttled':
        return answer(429, '');
      case 'throttled for a while':
        return answer(429, '', { 'retry-after': String(chance.between(0, 5)) });
      case 'refused':
        if (done) return carryOut(request, mishap);
        books.refuse(request);
        return answer(422, { code: 'E7' });
      case 'refused in words unknown':
        return done ? carryOut(request, mishap) : answer(400, { code: 'E999' });
      case 'dropped after commit':
        carryOut(request, mishap);
        return null;
      case 'unavailable after commit':
        carryOut(request, mishap);
        return answer(chance.pick([500, 502, 503, 504]), 'down');
      case 'garbage after commit':
        carryOut(request, mishap);
        return answer(200, '{"reference":');
      case 'none':
      case 'connection refused':
      case 'bug before the send':
      case 'bug after the answer':
      case 'wrong echo':
      case 'another reference':
        return carryOut(request, mishap);
      default:
        return mishap satisfies never;
    }
  };

  const find = (request: Request, mishap: Mishap): HttpResponse => {
    const seenAt = time.now() - character.lagMs;
    const { verb, reference } = request;
    if (native && isStep(request)) {
      const hold = books.holdAt(reference, seenAt, time.now());
      if (hold === null) return answer(200, { found: 'absent' } satisfies FoundBody);
      const { supplierReference, until, status } = hold;
      const points = request.points + (mishap === 'wrong echo' ? 1 : 0);
      const holdExpiresAt = new Date(until + character.skewMs).toISOString();
      const told = { reference, points, member: request.member, final: true, supplierReference, holdExpiresAt };
      return answer(200, { found: status, told } satisfies FoundBody);
    }
    const effect = books.find(verb, reference, seenAt);
    if (effect !== undefined) {
      return answer(200, { found: 'posted', told: toldOf(effect, request, mishap) } satisfies FoundBody);
    }
    return answer(200, { found: books.wasRefused(request) ? 'refused' : 'absent' } satisfies FoundBody);
  };

  const look = (sent: Sent, mishap: Mishap): HttpResponse | null => {
    switch (mishap) {
      case 'dropped before commit':
        return null;
      case 'unavailable before commit':
        return answer(503, 'down');
      case 'garbage before commit':
        return answer(200, '<html>');
      case 'credentials refused':
        return answer(401, '');
      case 'throttled':
      case 'throttled for a while':
        return answer(429, '', { 'retry-after': '2' });
      case 'none':
      case 'connection refused':
      case 'dropped after commit':
      case 'committed late':
      case 'unavailable after commit':
      case 'garbage after commit':
      case 'wrong echo':
      case 'another reference':
      case 'refused':
      case 'refused in words unknown':
      case 'bug before the send':
      case 'bug after the answer':
        return find(sent, mishap);
      default:
        return mishap satisfies never;
    }
  };

  return {
    scheme,
    character,
    books,
    receive: (sent, mishap, lateBy) => {
      if (sent.asks === 'the account') {
        const own = books.effects.filter(({ member }) => member === sent.member);
        return answer(200, { available: OPENING_BALANCE + own.reduce((sum, { points }) => sum + points, 0) });
      }
      return sent.asks === 'to do' ? perform(sent, mishap, lateBy) : look(sent, mishap);
    },
  };
}

function isStep({ verb }: Request): boolean {
  return verb === 'hold' || verb === 'confirm' || verb === 'release';
}
