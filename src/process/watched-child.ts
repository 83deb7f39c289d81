import { type ChildProcess, spawn } from 'node:child_process';

export interface WatchedChildOptions {
  /** What stops the child in good order. */
  readonly stopSignal: 'INT' | 'TERM';
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/**
 * The guard reads a pipe that only our process holds: whatever ends us, SIGKILL included, gives it the end of the file, and it
 * stops the child. It is a shell of its own, so that it outlives the one that waits for the child.
 */
const WATCHDOG = `
stop=$1; shift
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(while read -r _ <&3; do :; done; kill -"$stop" $child 2>/dev/null) &
guard=$!
exec 3<&-
wait $child
code=$?
kill $guard 2>/dev/null
exit $code
`;

/**
 * Starts a program that cannot outlive this process. It runs in a session of its own, so Ctrl-C on the terminal does not reach it;
 * closing its `stdin` stops it. Output goes to `stderr` of the child returned; `exit` is emitted when the program has ended.
 */
export function spawnWatched(command: string, args: readonly string[], options: WatchedChildOptions): ChildProcess {
  return spawn('/bin/sh', ['-c', WATCHDOG, 'sh', options.stopSignal, command, ...args], {
    cwd: '/',
    detached: true,
    env: options.env,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
}
