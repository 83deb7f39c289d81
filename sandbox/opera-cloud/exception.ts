import type { WireAnswer } from '../platform.js';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Resource not found',
  429: 'Too Many Requests',
};

/** An error body of the platform (`exceptionDetailType`). The contract publishes no list of codes, so these are ours. */
export function exception(status: number, code: string, detail: string): WireAnswer {
  const title = TITLES[status] ?? 'Error';
  const type = `https://www.rfc-editor.org/rfc/rfc9110#status.${status}`;
  return { status, body: { type, title, status, detail, 'o:errorCode': code } };
}

/** How the platform says that there is nothing: not with 404. */
export const NOTHING_FOUND: WireAnswer = { status: 204 };
