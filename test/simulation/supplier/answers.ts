import type { HttpResponse, Receipt } from '../../../src/spec/adapter.js';
import { AdapterFault } from '../../../src/spec/errors.js';
import { points } from '../../../src/spec/values.js';
import type { HoldView } from './books.js';

/** The body of an answer, as the simulated platform writes it. */
export interface Told {
  readonly reference: string;
  readonly points: number;
  readonly member: string;
  readonly final: boolean;
  readonly supplierReference?: string;
  readonly holdExpiresAt?: string;
}

/** What a look-up answers; `null`: nothing under that reference. */
export type FoundBody =
  | { readonly found: 'posted'; readonly told: Told }
  | { readonly found: 'refused' }
  | { readonly found: 'absent' }
  | { readonly found: HoldView['status']; readonly told: Told };

export function answer(status: number, body: unknown, headers: HttpResponse['headers'] = {}): HttpResponse {
  return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Reads an answer by its status, as the adapters do: what cannot be read says nothing about what was done. */
export function bodyOf(response: HttpResponse): unknown {
  const { status, body, headers } = response;
  if (status === 200) return parsed(body);
  if (status === 401) throw new AdapterFault({ kind: 'auth', detail: '401' });
  if (status === 429) {
    const seconds = headers['retry-after'];
    throw new AdapterFault({
      kind: 'rate-limited',
      ...(seconds === undefined ? {} : { retryAfterMs: Number(seconds) * 1000 }),
    });
  }
  if (status >= 500) throw new AdapterFault({ kind: 'unknown-outcome', detail: String(status) });
  const { code } = parsed(body) as { code: string };
  if (code === 'HOLD_EXPIRED') throw new AdapterFault({ kind: 'rejected', reason: 'hold-expired', supplierCode: code });
  if (code === 'E7') throw new AdapterFault({ kind: 'rejected', reason: 'insufficient-points', supplierCode: code });
  throw new AdapterFault({ kind: 'unmapped', supplierCode: code });
}

export function receiptOf(told: Told): Receipt {
  return {
    final: told.final,
    echo: { reference: told.reference, points: points(told.points), memberNumber: told.member },
    ...(told.supplierReference === undefined ? {} : { supplierReference: told.supplierReference }),
    ...(told.holdExpiresAt === undefined ? {} : { holdExpiresAt: told.holdExpiresAt }),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new AdapterFault({ kind: 'unknown-outcome', detail: 'not JSON' });
  }
}
