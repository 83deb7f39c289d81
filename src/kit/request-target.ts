import type { HttpRequest } from '../spec/adapter.js';

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^(?:[!-~](?:[\t -~]*[!-~])?)?$/;
/** What frames a message or decides how an answer is read belongs to the kit. */
const OURS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The URL a request goes to, if it may go out at all. Throws a plain Error, a mapping bug, for another origin than the
 * connection's, credentials in the URL, or a header that cannot be sent as it stands; the message repeats none of them.
 */
export function requestTarget(request: HttpRequest, allowedOrigin: string): URL {
  if (!URL.canParse(request.url)) throw new Error('mapping bug: the request has no absolute URL');
  const url = new URL(request.url);
  if (url.origin !== new URL(allowedOrigin).origin || url.origin === 'null') {
    throw new Error('mapping bug: the request leaves the origin of its connection');
  }
  if (url.username !== '' || url.password !== '') throw new Error('mapping bug: the URL carries credentials');
  for (const [name, value] of Object.entries(request.headers ?? {})) checkHeader(name, value);
  return url;
}

/** Strictly, because axios would quietly trim or drop what a header cannot carry, signed or not. */
function checkHeader(name: string, value: string): void {
  if (!NAME.test(name) || !VALUE.test(value)) throw new Error('mapping bug: a header cannot be sent as it stands');
  if (OURS.has(name.toLowerCase())) throw new Error(`mapping bug: ${name.toLowerCase()} is set by the kit`);
}
