import type { HttpResponse } from '../spec/adapter.js';
import { AdapterFault } from '../spec/errors.js';
import { type Json, type Points, points } from '../spec/values.js';
import { retryAfterMs } from './retry-after.js';

/** A JSON object of a supplier's answer, not yet believed: read it field by field. */
export type JsonRecord = { readonly [key: string]: Json };

/** The answer's body as a JSON object; anything else (HTML, a list, half a document) is an `unknown-outcome` fault. */
export function jsonObject(response: HttpResponse): JsonRecord {
  let value: Json;
  try {
    value = JSON.parse(response.body) as Json;
  } catch {
    throw unreadable(`HTTP ${response.status} without JSON`);
  }
  if (!isRecord(value)) throw unreadable(`HTTP ${response.status} without a JSON object`);
  return value;
}

/** A text that must be there and not be empty; else an `unknown-outcome` fault naming the field. */
export function requiredText(record: JsonRecord, field: string): string {
  return present(optionalText(record, field), field);
}

/** A text, or `undefined` where the field is absent, null or empty; another type is an `unknown-outcome` fault. */
export function optionalText(record: JsonRecord, field: string): string | undefined {
  const value = read(record, field);
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw unreadable(`${field} is not a text`);
  return value;
}

/** Points that must be there: a missing balance is an `unknown-outcome` fault and never 0. */
export function requiredPoints(record: JsonRecord, field: string): Points {
  return present(optionalPoints(record, field), field);
}

/** Points, of either sign, or `undefined` where absent or null; only a whole JSON number is believed, `"1,000"` and 1.5 are not. */
export function optionalPoints(record: JsonRecord, field: string): Points | undefined {
  const value = read(record, field);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unreadable(`${field} is not a whole number`);
  return points(value);
}

/** An object that must be there; else an `unknown-outcome` fault naming the field. */
export function requiredRecord(record: JsonRecord, field: string): JsonRecord {
  return present(optionalRecord(record, field), field);
}

/** An object, or `undefined` where absent or null; another type is an `unknown-outcome` fault. */
export function optionalRecord(record: JsonRecord, field: string): JsonRecord | undefined {
  const value = read(record, field);
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw unreadable(`${field} is not an object`);
  return value;
}

/** A list of objects, empty where absent or null; anything else in its place or inside it is an `unknown-outcome` fault. */
export function recordList(record: JsonRecord, field: string): readonly JsonRecord[] {
  const value = read(record, field);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw unreadable(`${field} is not a list`);
  return (value as readonly Json[]).map((item) => {
    if (!isRecord(item)) throw unreadable(`${field} holds something else than objects`);
    return item;
  });
}

/**
 * What a status means whoever the supplier is: 429 `rate-limited`, 401 and 403 `auth`, 5xx `unknown-outcome`; `null` for the rest.
 * An adapter whose contract says more (a 503 that was documented as not processed) reads that first.
 */
export function commonFault(response: HttpResponse): AdapterFault | null {
  const { status } = response;
  if (status === 429) return new AdapterFault({ kind: 'rate-limited', retryAfterMs: retryAfterMs(response) });
  if (status === 401 || status === 403) return new AdapterFault({ kind: 'auth', detail: `HTTP ${status}` });
  if (status >= 500) return unreadable(`HTTP ${status}`);
  return null;
}

/** Own fields only: a field called `constructor` is a field like any other. */
function read(record: JsonRecord, field: string): Json | undefined {
  return Object.hasOwn(record, field) ? (record[field] ?? undefined) : undefined;
}

function isRecord(value: Json): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function present<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw unreadable(`${field} is missing`);
  return value;
}

function unreadable(detail: string): AdapterFault {
  return new AdapterFault({ kind: 'unknown-outcome', detail });
}
