import type pg from 'pg';
import type { CanaryBook, CanaryState } from '../core/health/ports.js';

/** Whoever may read and write the rows: the relay's pool, or the owner's connection for looking. */
export type Queryable = Pick<pg.Pool, 'query'> | pg.ClientBase;

/** Canaries whose sending has paused for this long belong to a life before: they are not waited for. */
const FORGOTTEN_MS = 120_000;

export function createCanaryBook(database: Queryable): CanaryBook {
  return {
    send: async (queues, everyMs) => {
      const sent = await database.query<{ queue: never; sent_at: string }>({
        name: 'send-canaries',
        // In order, or two schedulers would lock each other's rows.
        text: `
          INSERT INTO queue_canary AS c (queue, sent_at, waiting_since)
          SELECT queue, clock_timestamp(), clock_timestamp() FROM unnest($1::text[]) AS queue ORDER BY queue
          ON CONFLICT (queue) DO UPDATE SET sent_at = excluded.sent_at,
            waiting_since = CASE WHEN c.sent_at < excluded.sent_at - make_interval(secs => $3 / 1000.0) THEN excluded.sent_at
              ELSE coalesce(c.waiting_since, excluded.sent_at) END
          WHERE c.sent_at <= excluded.sent_at - make_interval(secs => $2 / 1000.0)
          RETURNING queue, sent_at::text`,
        values: [queues, everyMs, FORGOTTEN_MS],
      });
      return sent.rows.map((row) => ({ queue: row.queue, sentAt: row.sent_at }));
    },
    seen: async ({ queue, sentAt }) => {
      await database.query({
        name: 'canary-seen',
        // One that was overtaken says nothing about those sent after it, but that they are waited for since then at the earliest.
        text: `
          UPDATE queue_canary SET seen_at = clock_timestamp(),
            delay_ms = greatest(0, extract(epoch FROM clock_timestamp() - $2::timestamptz) * 1000),
            waiting_since = CASE WHEN $2::timestamptz >= sent_at THEN NULL ELSE greatest(waiting_since, $2::timestamptz) END
          WHERE queue = $1`,
        values: [queue, sentAt],
      });
    },
    states: () => canaryStates(database),
  };
}

export async function canaryStates(database: Queryable): Promise<CanaryState[]> {
  const found = await database.query<Record<'sent' | 'seen' | 'delay' | 'waiting', number | null> & { queue: never }>(`
    SELECT queue, (extract(epoch FROM clock_timestamp() - sent_at) * 1000)::float8 AS sent,
      (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::float8 AS seen, delay_ms AS delay,
      (extract(epoch FROM clock_timestamp() - waiting_since) * 1000)::float8 AS waiting
    FROM queue_canary ORDER BY queue`);
  return found.rows.map(({ queue, sent, seen, delay, waiting }) => ({
    queue,
    sinceSentMs: sent ?? 0,
    sinceSeenMs: seen,
    delayMs: delay,
    waitingMs: waiting,
  }));
}
