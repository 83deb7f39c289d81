/** Exit codes of `sysexits.h` that an operator's scripts can tell apart. */
export const EXIT = { temporary: 75, noPermission: 77, configuration: 78, unavailable: 69 } as const;

/** Why a start cannot go on: one line for the operator that says what to do, and the exit code that goes with it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  constructor(
    message: string,
    readonly exitCode: number = EXIT.unavailable,
  ) {
    super(message);
  }
}
