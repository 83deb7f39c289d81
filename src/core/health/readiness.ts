/** One thing that a process stands on. */
export interface Check {
  /** `needed`: without it the process is not ready; `told`: its loss is only said. */
  readonly weight: 'needed' | 'told';
  /** Rejects, resolves to false or takes too long: it does not hold. */
  readonly holds: () => Promise<boolean> | boolean;
}

/** Whether a process can do its work, and each check by name. */
export interface Readiness {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
}

/** How long an answer is given again: however often one is asked, what stands behind is asked once a second. */
const KEEP_MS = 1_000;
/** A check that takes longer does not hold, for now; it is not begun anew before it has ended. */
const WITHIN_MS = 1_000;

export function createReadiness(checks: Readonly<Record<string, Check>>): () => Promise<Readiness> {
  const asked = Object.entries(checks).map(([name, { weight, holds }]) => ({ name, weight, holds: bounded(holds) }));
  return async () => {
    const held = await Promise.all(
      asked.map(async ({ name, weight, holds }) => ({ name, weight, held: await holds() })),
    );
    return {
      ok: held.every((check) => check.held || check.weight === 'told'),
      checks: Object.fromEntries(held.map((check) => [check.name, check.held])),
    };
  };
}

function bounded(holds: Check['holds']): () => Promise<boolean> {
  let running: Promise<boolean> | null = null;
  let last: { readonly held: boolean; readonly at: number } | null = null;
  const run = async (): Promise<boolean> => {
    let held = false;
    try {
      held = await holds();
    } catch {
      // That it does not hold is all there is to say; whoever needs it says why.
    }
    last = { held, at: performance.now() };
    running = null;
    return held;
  };
  return () => {
    if (last !== null && performance.now() - last.at < KEEP_MS) return Promise.resolve(last.held);
    running ??= run();
    return Promise.race([running, late()]);
  };
}

function late(): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(resolve, WITHIN_MS, false).unref();
  });
}
