import pg from 'pg';

/** The design's invariants that SQL can see, each a query that lists what breaks it; none may list anything. */
const INVARIANTS: Readonly<Record<string, string>> = {
  'one balanced ledger transaction if and only if posted': `
    SELECT o.id, o.state, count(t.id) FROM operation o
    LEFT JOIN ledger_transaction t ON (t.tenant_id, t.operation_id) = (o.tenant_id, o.id) AND t.kind = 'posting'
    GROUP BY o.tenant_id, o.id HAVING count(t.id) <> (o.state IN ('posted', 'confirmed'))::int`,
  'ledger entries sum to zero per transaction, and each has some': `
    SELECT t.id FROM ledger_transaction t LEFT JOIN ledger_entry e ON (e.tenant_id, e.transaction_id) = (t.tenant_id, t.id)
    GROUP BY t.tenant_id, t.id HAVING count(e.line) < 2 OR sum(e.amount) <> 0`,
  'what is not final has a next action': `
    SELECT id FROM operation WHERE (next_action_at IS NULL) <> (state IN ('posted', 'confirmed', 'released', 'expired', 'rejected', 'cancelled', 'refused'))`,
  'the event log replays to the present state, versions rising by one': `
    SELECT o.id FROM operation o LEFT JOIN LATERAL (
      SELECT count(*) AS events, max(sequence) AS last, (array_agg(to_state ORDER BY sequence DESC))[1] AS state,
        bool_and(from_state IS NOT DISTINCT FROM before) AS chained
      FROM (SELECT sequence, from_state, to_state, lag(to_state) OVER (ORDER BY sequence) AS before FROM event e
        WHERE (e.tenant_id, e.subject_id) = (o.tenant_id, o.id)) steps
    ) log ON true WHERE log.events IS DISTINCT FROM o.version OR log.last IS DISTINCT FROM o.version OR log.state IS DISTINCT FROM o.state OR NOT log.chained`,
  'a send has a committed attempt': `
    SELECT o.id FROM operation o WHERE o.attempts <> (
      SELECT count(*) FROM attempt a WHERE (a.tenant_id, a.operation_id) = (o.tenant_id, o.id) AND a.effect = 'write')`,
  'no send between unknown and its end but the same send of a key': `
    SELECT a.operation_id FROM attempt a JOIN operation o ON (o.tenant_id, o.id) = (a.tenant_id, a.operation_id)
    WHERE a.action = 'send' AND EXISTS (
      SELECT FROM event e WHERE (e.tenant_id, e.subject_id) = (a.tenant_id, a.operation_id) AND e.to_state = 'unknown' AND e.at < a.started_at
        AND NOT EXISTS (SELECT FROM event l WHERE (l.tenant_id, l.subject_id) = (e.tenant_id, e.subject_id)
          AND l.from_state = 'unknown' AND l.sequence > e.sequence AND l.at < a.started_at))`,
  'an activity is held by an operation that is alive or posted': `
    SELECT a.operation_id FROM activity_key a JOIN operation o ON (o.tenant_id, o.id) = (a.tenant_id, a.operation_id)
    WHERE o.state IN ('rejected', 'cancelled')`,
  'reversals never exceed the accrual': `
    SELECT g.id FROM operation g JOIN operation r ON (r.tenant_id, r.original_id) = (g.tenant_id, g.id)
    WHERE r.kind = 'reversal' AND r.state NOT IN ('rejected', 'cancelled')
    GROUP BY g.tenant_id, g.id HAVING sum(r.points) > g.points + g.bonus_points`,
  'a receipt names its own operation; several has a redemption, which has steps, and what people settled': `
    SELECT r.operation_id FROM receipt r JOIN operation o ON (o.tenant_id, o.id) = (r.tenant_id, r.operation_id)
    WHERE r.scheme <> o.scheme OR (r.supplier_reference <> o.supplier_reference
      AND o.kind <> 'redemption' AND o.evidence ->> 'by' IS DISTINCT FROM 'people')`,
  'what the supplier calls an operation is a receipt': `
    SELECT id FROM operation o WHERE supplier_reference IS NOT NULL AND NOT EXISTS (SELECT FROM receipt r
      WHERE (r.scheme, r.supplier_reference, r.tenant_id, r.operation_id) = (o.scheme, o.supplier_reference, o.tenant_id, o.id))`,
  'the member is given what was accrued or refunded, and pays what was redeemed or reversed': `
    SELECT o.id FROM operation o JOIN ledger_entry e ON (e.tenant_id, e.transaction_id) = (o.tenant_id, o.id) AND e.account = 'member-points'
    WHERE e.amount <> CASE WHEN o.kind IN ('reversal', 'redemption') THEN -1 ELSE 1 END * (o.points + o.bonus_points)`,
  'an operation ends once: confirmed, released, expired and rejected never meet': `
    SELECT subject_id FROM event WHERE to_state IN ('posted', 'confirmed', 'released', 'expired', 'rejected', 'cancelled', 'refused')
    GROUP BY tenant_id, subject_id HAVING count(*) > 1`,
  'from the pivot on nothing leads to a release but what the supplier said': `
    SELECT subject_id FROM event WHERE from_state = 'confirming' AND to_state IN ('requested', 'releasing', 'released')
      OR to_state = 'released' AND from_state IN ('unknown', 'needs-review') AND detail -> 'evidence' ->> 'by' IS NULL`,
  'a reservation is open exactly while its redemption is, and ends as that does': `
    SELECT coalesce(o.id, r.operation_id) FROM (SELECT * FROM operation WHERE kind = 'redemption' AND hold ->> 'kind' = 'soft') o
    FULL JOIN reservation r ON (r.tenant_id, r.operation_id) = (o.tenant_id, o.id)
    WHERE o.id IS NULL OR r.operation_id IS NULL OR (r.points, r.link_id) IS DISTINCT FROM (o.points, o.link_id)
      OR r.outcome IS DISTINCT FROM CASE WHEN o.state = 'confirmed' THEN 'spent' WHEN o.next_action_at IS NULL THEN 'freed' END`,
  'what has ended wants nothing more': `
    SELECT id FROM operation WHERE intent IS NOT NULL AND (next_action_at IS NULL OR kind <> 'redemption')`,
  'a redemption comes of its quote, and a quote makes one': `
    SELECT o.id FROM operation o LEFT JOIN quote q ON (q.tenant_id, q.id) = (o.tenant_id, o.quote_id)
    WHERE (o.kind = 'redemption') <> (o.quote_id IS NOT NULL) OR (o.kind = 'redemption' AND (q.redemption_id, q.points, q.link_id)
      IS DISTINCT FROM (o.id, o.points, o.link_id))`,
  'refunds never exceed what was confirmed, and only that is refunded': `
    SELECT g.id FROM operation r LEFT JOIN operation g ON (g.tenant_id, g.id) = (r.tenant_id, r.original_id)
    WHERE r.kind = 'refund' AND r.state NOT IN ('rejected', 'cancelled')
    GROUP BY g.tenant_id, g.id, g.kind, g.state, g.points
    HAVING g.kind <> 'redemption' OR g.state <> 'confirmed' OR sum(r.points) > g.points`,
};

/** Runs every invariant; the answer names those that are broken with a few of the rows that break them. */
export async function brokenInvariants(ownerUrl: string): Promise<string[]> {
  return asOwner(ownerUrl, async (client) => {
    const broken: string[] = [];
    for (const [name, sql] of Object.entries(INVARIANTS)) {
      const found = await client.query(`${sql} LIMIT 3`);
      if (found.rows.length > 0) broken.push(`${name}: ${JSON.stringify(found.rows)}`);
    }
    return broken;
  });
}

/** What our own books say a scheme did, signed from the member. */
export async function ledgerPoints(ownerUrl: string, scheme: string): Promise<number> {
  return asOwner(ownerUrl, async (client) => {
    const found = await client.query<{ points: string }>(
      `SELECT coalesce(sum(amount), 0) AS points FROM ledger_entry WHERE account = 'member-points' AND scheme = $1`,
      [scheme],
    );
    return Number(found.rows[0]?.points);
  });
}

/** How many operations of a scheme stand in each state. */
export async function statesOf(ownerUrl: string, scheme: string): Promise<Record<string, number>> {
  return asOwner(ownerUrl, async (client) => {
    const found = await client.query<{ state: string; count: number }>(
      'SELECT state, count(*)::int AS count FROM operation WHERE scheme = $1 GROUP BY state',
      [scheme],
    );
    return Object.fromEntries(found.rows.map((row) => [row.state, row.count]));
  });
}

/** How many sends of a scheme ended in each way; `null` stands for those under way. */
export async function sendsOf(ownerUrl: string, scheme: string): Promise<Record<string, number>> {
  return asOwner(ownerUrl, async (client) => {
    const found = await client.query<{ outcome: string; count: number }>(
      `SELECT coalesce(a.outcome, 'null') AS outcome, count(*)::int AS count
       FROM attempt a JOIN operation o ON (o.tenant_id, o.id) = (a.tenant_id, a.operation_id)
       WHERE o.scheme = $1 AND a.action = 'send' GROUP BY 1`,
      [scheme],
    );
    return Object.fromEntries(found.rows.map((row) => [row.outcome, row.count]));
  });
}

async function asOwner<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
