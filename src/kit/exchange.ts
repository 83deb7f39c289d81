import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import axios, { type AxiosRequestConfig } from 'axios';
import type { HttpRequest } from '../spec/adapter.js';
import { type CrashPoint, crashPoint } from '../spec/crash-point.js';
import type { Agents } from './agents.js';
import type { Progress, Stop } from './classify.js';
import { type Deadlines, type ExchangeTiming, startDeadlines } from './deadlines.js';
import { errorCode } from './error-code.js';
import { holdFirstByte } from './first-byte.js';
import { ACCEPT_ENCODING, type Read } from './read-body.js';

/** `mayBegin` is asked at the start and again right before the first byte; a reason ends the exchange there. */
export interface ExchangeOptions {
  readonly agents: Agents;
  readonly timing: ExchangeTiming;
  readonly signal: AbortSignal;
  readonly mayBegin: () => Stop | null;
}

/**
 * How an exchange ended: with a whole answer, or with the cause of there being none. `seen` is for people, not yet
 * redacted.
 */
export type Ended<B> =
  | {
      readonly whole: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly content: B;
      readonly seen: string;
    }
  | {
      readonly whole: false;
      readonly progress: Progress;
      readonly cause: string;
      readonly status: number | null;
      readonly seen: string;
    };

/**
 * axios without any of its conveniences: no proxy, redirect, retry, transformation of bytes, or opinion about a status.
 */
const client = axios.create({
  adapter: 'http',
  proxy: false,
  maxRedirects: 0,
  decompress: false,
  responseType: 'stream',
  transformRequest: [],
  transformResponse: [],
  validateStatus: () => true,
});

/** What is known of an exchange while it runs. */
interface Course {
  progress: Progress;
  stopped: Stop | null;
  status: number | null;
  readonly deadlines: Deadlines;
  /** Marks what a write comes to; a read changes nothing, wherever it ends. */
  readonly mark: (point: CrashPoint) => void;
}

/** Sends one request once and reads the answer to its end; never throws. */
export async function exchange<B>(
  url: URL,
  request: HttpRequest,
  options: ExchangeOptions,
  read: Read<B>,
): Promise<Ended<B>> {
  const early = options.signal.aborted ? 'aborted' : options.mayBegin();
  if (early !== null) return { whole: false, progress: 'held', cause: early, status: null, seen: '' };

  const control = new AbortController();
  const stop = (why: Stop): void => {
    course.stopped ??= why;
    control.abort();
  };
  const deadlines = startDeadlines(options.timing, stop);
  const course: Course = {
    progress: 'held',
    stopped: null,
    status: null,
    deadlines,
    mark: request.effect === 'read' ? () => undefined : crashPoint,
  };
  const abort = (): void => stop('aborted');
  options.signal.addEventListener('abort', abort);
  const mayBegin = (): boolean => {
    const why = options.mayBegin();
    if (why !== null) stop(why);
    return course.stopped === null;
  };
  const lost = (cause: string, seen: string): Ended<B> => {
    return { whole: false, progress: course.progress, cause: course.stopped ?? cause, status: course.status, seen };
  };
  try {
    const { data: message } = await client.request<IncomingMessage>({
      ...axiosRequest(url, request, options.agents),
      signal: control.signal,
      transport: { request: transport(url, course, mayBegin) },
    });
    const body = await read(message, deadlines.received);
    if (!body.whole) return lost(body.cause, body.seen);
    return { ...body, status: message.statusCode ?? 0, headers: headersOf(message) };
  } catch (error) {
    return lost(errorCode(error), '');
  } finally {
    deadlines.clear();
    options.signal.removeEventListener('abort', abort);
  }
}

/** Node's own request, watched from the socket to the answer's head. */
function transport(url: URL, course: Course, mayBegin: () => boolean) {
  return (config: RequestOptions, onAnswer: (message: IncomingMessage) => void): ClientRequest => {
    const sending = (url.protocol === 'https:' ? https : http).request(config, (message) => {
      course.deadlines.received();
      course.status = message.statusCode ?? null;
      course.mark('before-answer-is-read');
      // Whoever reads the body hears of it too; without this, one that breaks before anyone reads would end the process.
      message.on('error', () => undefined);
      onAnswer(message);
    });
    sending.once('finish', () => course.mark('after-last-byte'));
    holdFirstByte(sending, {
      connecting: course.deadlines.connecting,
      release: () => {
        if (!mayBegin()) return false;
        course.mark('before-first-byte');
        course.progress = 'released';
        course.deadlines.released();
        return true;
      },
    });
    return sending;
  };
}

function axiosRequest(url: URL, request: HttpRequest, agents: Agents): AxiosRequestConfig {
  const headers: Record<string, string | false> = {
    accept: 'application/json',
    // axios would call every body a form.
    'content-type': false,
    'user-agent': 'interline',
    'accept-encoding': ACCEPT_ENCODING,
  };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    url: url.href,
    method: request.method,
    headers,
    ...(request.body ? { data: Buffer.from(request.body, 'utf8') } : {}),
    httpAgent: agents.http,
    httpsAgent: agents.https,
  };
}

function headersOf(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
