import type { ClaimRequest } from './ports.js';

type Hint = ClaimRequest['hints'][number];

/** Operations that wake-ups named, waiting to be claimed. */
export interface HintQueue {
  readonly size: () => number;
  /** Takes them in as far as there is room; what is left out comes due by itself. */
  add(hints: readonly Hint[]): void;
  /** The next ones: tenants take turns, each one's oldest first. */
  take(count: number): Hint[];
}

/** More than a connection can use soon. */
const HINTS_AT_MOST = 10_000;

export function createHintQueue(): HintQueue {
  const byTenant = new Map<string, Hint[]>();
  let size = 0;
  return {
    size: () => size,
    add: (hints) => {
      for (const hint of hints.slice(0, HINTS_AT_MOST - size)) {
        const others = byTenant.get(hint.tenantId);
        if (others === undefined) byTenant.set(hint.tenantId, [hint]);
        else others.push(hint);
        size += 1;
      }
    },
    take: (count) => {
      const taken: Hint[] = [];
      while (taken.length < count) {
        const [next] = byTenant;
        if (next === undefined) break;
        const [tenantId, hints] = next;
        const hint = hints.shift();
        // To the end of the line: a map keeps the order in which its keys came.
        byTenant.delete(tenantId);
        if (hint !== undefined) taken.push(hint);
        if (hints.length > 0) byTenant.set(tenantId, hints);
      }
      size -= taken.length;
      return taken;
    },
  };
}
