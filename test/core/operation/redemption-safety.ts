import { withinKeyWindow } from '../../../src/core/operation/recovery-rules.js';
import { isFinal, type OperationState } from '../../../src/spec/operation.js';
import { ENOUGH_MS } from './redemption-situations.js';
import type { Call, SimulatedRedemption } from './simulated-redemption.js';
import { DAY } from './situations.js';

/** Looks at a simulated redemption after every step and throws at the first thing that may never happen. */
export function redemptionWatch(): (at: SimulatedRedemption) => void {
  let seen = 0;
  let ended: OperationState | null = null;
  let released = false;

  return (at) => {
    const { snapshot, supplier } = at;
    must(supplier.effects <= 1, 'points were spent twice');
    for (const call of at.calls.slice(seen)) {
      mustBeSafe(call, at);
      if (call.step === 'release') released = true;
      must(!(released && call.step === 'confirm'), 'a confirm was sent after a release');
    }
    seen = at.calls.length;

    must(ended === null || ended === snapshot.state, `what had ended ${ended} is ${snapshot.state}`);
    if (isFinal(snapshot.state)) ended = snapshot.state;
    if (ended === 'confirmed') must(supplier.effects === 1, 'confirmed, and nothing was spent');
    else must(ended === null || supplier.effects === 0, `${ended}, and points were spent`);

    must(
      isFinal(snapshot.state) === (at.dueAt === null),
      'what is not final has a next action, and what is final none',
    );
    must((at.dueAt ?? 0) <= at.now + 1.2 * DAY, 'nothing is looked at for more than a day');
    const reviewed = snapshot.state === 'needs-review';
    must(reviewed === (snapshot.reviewReason !== null), 'a person is told why, and only a person is');
    must((snapshot.state === 'unknown') <= (snapshot.unknownForMs !== null), 'unknown, and nobody knows since when');
  };
}

function mustBeSafe({ act, step, before }: Call, at: SimulatedRedemption): void {
  if (act === 'send') {
    must(before.state !== 'unknown' && before.state !== 'needs-review', `a ${step} was sent while ${before.state}`);
    must(!before.leaseLapsed, `a ${step} was sent under a lease that had lapsed`);
  } else {
    must(before.state === 'unknown' && before.step === step, `a ${step} was repeated while ${before.state}`);
    must(withinKeyWindow(before, at.rules), `a ${step} was repeated outside of its key's window`);
  }
  if (step === 'confirm' && act === 'send') {
    must((before.holdLeftMs ?? 0) >= ENOUGH_MS, 'a confirm was begun on a hold about to end');
    must(before.intent === 'confirm', 'a confirm was begun that nobody asked for');
  }
  if (step === 'release') {
    must(at.supplier.effects === 0 && at.pending('confirm') === 0, 'a release was sent on top of a confirm');
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
