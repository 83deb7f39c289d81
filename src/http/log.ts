/** Where the door writes what happened; a pino logger is one. Fields never hold bodies, tokens or member numbers. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** One answered request, for metrics; `route` is the contract's path, or `none`, so that labels stay few. */
export interface RequestSample {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}
