/** What may be asked of a supplier. */
export type Verb = 'accrual' | 'reversal' | 'refund' | 'hold' | 'confirm' | 'release';

/** Something that the supplier did; points signed from the member. */
export interface Effect {
  readonly verb: Verb;
  readonly reference: string;
  readonly member: string;
  readonly points: number;
  readonly supplierReference: string;
  readonly at: number;
}

export interface Request {
  readonly verb: Verb;
  readonly reference: string;
  readonly member: string;
  /** A positive magnitude. */
  readonly points: number;
}

type HoldStatus = 'held' | 'confirmed' | 'released';
interface HoldChange {
  readonly at: number;
  readonly status: HoldStatus;
  readonly until: number;
  readonly supplierReference: string;
}

/** How a hold stands; `none`: never held. */
export type HoldView = {
  readonly status: HoldStatus | 'expired';
  readonly until: number;
  readonly supplierReference: string;
};

/** What a supplier has done, whoever asked and whatever came of the answer. */
export interface Books {
  readonly effects: readonly Effect[];
  /** Whether a refusal of that request was given before: a key gets the same answer again. */
  wasRefused(request: Request): boolean;
  refuse(request: Request): void;
  /** Carries a request out now; `null` for a step of a redemption that its hold does not allow. */
  commit(request: Request, now: number): Effect | null;
  /** What was done under that reference, as a look-up sees it that shows only what is older than `seenAt`. */
  find(verb: Verb, reference: string, seenAt: number): Effect | undefined;
  holdAt(reference: string, seenAt: number, now: number): HoldView | null;
}

export const HOLD_MS = 1_800_000;

/**
 * The worst supplier that a kind allows: without keys every request that arrives has its effect, also a second confirm of one hold.
 */
export function createBooks(scheme: string, how: { readonly keyed: boolean; readonly holds: boolean }): Books {
  const effects: Effect[] = [];
  const refused = new Set<string>();
  const holds = new Map<string, HoldChange[]>();
  const nameOf = ({ verb, reference }: Pick<Request, 'verb' | 'reference'>): string => `${verb}|${reference}`;
  const done = new Map<string, Effect>();

  const book = (request: Request, now: number, supplierReference = `${scheme}-${effects.length + 1}`): Effect => {
    const { verb, reference, member } = request;
    const effect = { verb, reference, member, points: signed(request), supplierReference, at: now };
    effects.push(effect);
    if (!done.has(nameOf(request))) done.set(nameOf(request), effect);
    return effect;
  };
  const statusOf = (reference: string, now: number): HoldChange['status'] | 'expired' | 'none' => {
    const last = holds.get(reference)?.at(-1);
    if (last === undefined) return 'none';
    return last.status === 'held' && last.until <= now ? 'expired' : last.status;
  };
  const turnHold = (effect: Effect, status: HoldStatus, now: number): void => {
    const before = holds.get(effect.reference) ?? [];
    const until = status === 'held' ? now + HOLD_MS : (before.at(-1)?.until ?? now);
    holds.set(effect.reference, [...before, { at: now, status, until, supplierReference: effect.supplierReference }]);
  };
  /** A hold can be ended once; without keys a second confirm of it spends the points again. */
  const step = (request: Request, now: number): Effect | null => {
    const status = statusOf(request.reference, now);
    if (request.verb === 'hold') {
      const effect = book(request, now);
      if (status === 'none' || status === 'held') turnHold(effect, 'held', now);
      return effect;
    }
    const allowed = status === 'held' || (request.verb === 'confirm' && status === 'confirmed');
    if (!allowed) return null;
    const effect = book(request, now);
    turnHold(effect, request.verb === 'confirm' ? 'confirmed' : 'released', now);
    return effect;
  };

  return {
    effects,
    wasRefused: (request) => refused.has(nameOf(request)),
    refuse: (request) => void refused.add(nameOf(request)),
    commit: (request, now) => {
      const known = how.keyed ? done.get(nameOf(request)) : undefined;
      if (known !== undefined) return known;
      return how.holds && isStep(request.verb) ? step(request, now) : book(request, now);
    },
    find: (verb, reference, seenAt) => {
      const effect = done.get(nameOf({ verb, reference }));
      return effect !== undefined && effect.at <= seenAt ? effect : undefined;
    },
    holdAt: (reference, seenAt, now) => {
      const seen = holds.get(reference)?.findLast(({ at }) => at <= seenAt);
      if (seen === undefined) return null;
      const { until, supplierReference } = seen;
      return { status: seen.status === 'held' && until <= now ? 'expired' : seen.status, until, supplierReference };
    },
  };
}

function isStep(verb: Verb): boolean {
  return verb === 'hold' || verb === 'confirm' || verb === 'release';
}

/** Holding and letting go moves no points. */
function signed({ verb, points }: Request): number {
  if (verb === 'hold' || verb === 'release') return 0;
  return verb === 'accrual' || verb === 'refund' ? points : -points;
}
