import { type DestinationStream, type LevelWithSilent, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { censored, censoredText } from './censor.js';

/** JSON lines; `child({ requestId })` or `child({ operationId })` marks all lines of one request or operation. */
export type Logger = Pick<PinoLogger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'> & {
  readonly child: (bindings: Readonly<Record<string, unknown>>) => Logger;
};

/** `name` is the process's part, such as `api` or `worker`; without a `destination` lines go to standard output. */
export interface LogOptions {
  readonly level: LevelWithSilent;
  readonly name: string;
  readonly destination?: DestinationStream | undefined;
}

/** JSON escapes controls below U+0020 by itself; these would still move a terminal's cursor, reorder or split a line. */
const UNQUIET = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Makes the log of one process: one JSON object a line, times in ISO 8601, censored (see `censored`), nothing in it that a terminal obeys. */
export function createLogger({ level, name, destination }: LogOptions): Logger {
  const options = {
    level,
    base: { name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: censored },
    // censored() has already made a plain object of an error; pino's own serializer would take it for one again.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(this: PinoLogger, args: Parameters<PinoLogger['info']>, method: PinoLogger['info']) {
        const [first, ...rest] = args as [unknown, ...unknown[]];
        const line = first instanceof Error ? [{ err: first }, first.message, ...rest] : [first, ...rest];
        method.apply(this, line.map((part) => (typeof part === 'string' ? censoredText(part) : part)) as typeof args);
      },
      streamWrite: (line: string) => line.replace(UNQUIET, escaped),
    },
  };
  return withCensoredChildren(destination === undefined ? pino(options) : pino(options, destination));
}

/** pino does not pass a child's bindings through its parent's formatters. */
function withCensoredChildren(log: PinoLogger): Logger {
  return {
    fatal: log.fatal.bind(log),
    error: log.error.bind(log),
    warn: log.warn.bind(log),
    info: log.info.bind(log),
    debug: log.debug.bind(log),
    child: (bindings) => withCensoredChildren(log.child(censored(bindings))),
  };
}

/** The same character as JSON may write it: these stand only inside JSON's texts, where the escape means the same. */
function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
