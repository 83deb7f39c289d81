import { addDays, type Clock, instant, localDate } from './clock.js';
import type { Collection } from './store.js';

/** A scheme's posting dates, in its own zone. Exactly one date is open; what is posted belongs to it. */
export interface BusinessDays {
  /** The open date. Closes first what the cut-off, midnight in the zone, has ended meanwhile. */
  open(): string;
  /** Closes the open date early, by hand; the next one opens. */
  close(): string;
  /**
   * When a date was closed, by hand or by its midnight, Unix milliseconds; `undefined` for one open or older than these
   * books.
   */
  closedAt(date: string): number | undefined;
}

const LAST_CLOSED = 'last-closed';
const CLOSED_AT = 'closed-at ';

/** `nightly` runs while a date is being closed: what it posts still belongs to that date. */
export function openBusinessDays(
  zone: string,
  clock: Clock,
  memory: Collection<string>,
  nightly: (date: string) => void,
): BusinessDays {
  if (memory.get(LAST_CLOSED) === undefined) memory.set(LAST_CLOSED, addDays(localDate(clock(), zone), -1));
  let closing = false;
  const current = (): string => addDays(memory.get(LAST_CLOSED) ?? '', 1);

  const close = (): string => {
    const date = current();
    closing = true;
    try {
      nightly(date);
    } finally {
      closing = false;
    }
    memory.set(LAST_CLOSED, date);
    memory.set(CLOSED_AT + date, instant(clock()));
    return date;
  };
  const rollOver = (): void => {
    const today = localDate(clock(), zone);
    while (!closing && current() < today) close();
  };
  return {
    open: () => {
      rollOver();
      return current();
    },
    close: () => {
      rollOver();
      return close();
    },
    closedAt: (date) => {
      const at = memory.get(CLOSED_AT + date);
      return at === undefined ? undefined : Date.parse(at);
    },
  };
}
