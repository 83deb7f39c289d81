/** What a child tells its supervisor once it does its work; more fields may stand beside `ready`. */
export interface ReadyMessage {
  readonly ready: true;
  readonly [field: string]: unknown;
}

/** Tells the supervisor, if there is one, that this process does its work now. */
export function ready(details: Readonly<Record<string, unknown>> = {}): void {
  process.send?.({ ...details, ready: true });
}

/** Calls back when the supervisor is gone, at once if it is already; never in a process that was started by itself. */
export function onParentGone(callback: () => void): void {
  if (process.send === undefined && process.channel == null) return;
  if (process.connected) process.once('disconnect', callback);
  else callback();
}

/** How long a child without its supervisor may take to end its work before it ends anyway. */
const ORPHAN_GRACE_MS = 15_000;

/**
 * Runs the handler once, when this process is asked to stop (SIGTERM) or its supervisor is gone, and then exits: 0, or 1 when the
 * handler fails. Under a supervisor SIGINT is ignored, since the supervisor decides the order; alone it stops too, the second time at once.
 */
export function onStop(handler: () => void | Promise<void>): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    Promise.resolve()
      .then(handler)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(
            `stop failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
          );
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', () => {
    if (process.connected) return;
    if (stopping) process.exit(130);
    stop();
  });
  onParentGone(() => {
    stop();
    setTimeout(() => process.exit(1), ORPHAN_GRACE_MS).unref();
  });
}
