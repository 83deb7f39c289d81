-- Up Migration
-- What a connection may take, how it fares and what stands against it. Rows, since a library in a process cannot see the fleet.

-- One row per connection that has a rate, was throttled or has repeated a send. Lost in a crash, and no harm done: a supplier that
-- still throttles says so again. Nothing waits for the disk.
CREATE UNLOGGED TABLE connection_quota (
  connection_id uuid PRIMARY KEY REFERENCES connection ON DELETE CASCADE,
  -- GCRA: when the next call is due. Slices of the line are leased to processes.
  next_call_at timestamptz NOT NULL DEFAULT 'epoch',
  -- When each lane that yields last got a place.
  support_at timestamptz NOT NULL DEFAULT 'epoch',
  nightly_at timestamptz NOT NULL DEFAULT 'epoch',
  -- The rate that throttling left, as of `throttled_at`; it rises again from there. NULL: as the scheme says. The base is the rate
  -- that was measured, for a connection without a configured one.
  throttled_rate double precision CHECK (throttled_rate > 0),
  throttled_base double precision CHECK (throttled_base > 0),
  throttled_at timestamptz,
  -- The retry budget: five repeated sends a second, and a credit of a tenth of the first sends.
  next_repeat_at timestamptz NOT NULL DEFAULT 'epoch',
  repeat_credit double precision NOT NULL DEFAULT 0 CHECK (repeat_credit >= 0),
  CHECK ((throttled_rate IS NULL) = (throttled_at IS NULL)),
  CHECK ((throttled_rate IS NULL) = (throttled_base IS NULL))
);

-- Calls a second after throttling, NULL for as many as come: a twentieth of the base more every 10 s, up to what is configured, and
-- without that until the base has doubled.
CREATE FUNCTION present_rate(configured double precision, base double precision, throttled double precision, since timestamptz)
RETURNS double precision LANGUAGE sql VOLATILE AS $$
  SELECT CASE
    WHEN throttled IS NULL THEN configured
    WHEN configured IS NULL AND risen >= 2 * base THEN NULL
    ELSE least(risen, configured)
  END
  FROM (SELECT throttled + coalesce(configured, base) / 20 * floor(extract(epoch FROM clock_timestamp() - since) / 10)) AS by_now (risen);
$$;

-- How calls ended, by the second; what lies outside the breaker's window is deleted. Lost in a crash, and no harm done.
CREATE UNLOGGED TABLE call_tally (
  connection_id uuid NOT NULL,
  work text NOT NULL CHECK (work IN ('write', 'look-up', 'file')),
  second timestamptz NOT NULL,
  calls integer NOT NULL,
  failures integer NOT NULL,
  PRIMARY KEY (connection_id, work, second),
  CHECK (failures BETWEEN 0 AND calls)
);

-- A breaker that is open. Exactly one process at a time holds its probe; a breaker without a row is closed.
CREATE TABLE breaker (
  connection_id uuid NOT NULL REFERENCES connection ON DELETE CASCADE,
  work text NOT NULL CHECK (work IN ('write', 'look-up', 'file')),
  opened_at timestamptz NOT NULL,
  open_ms integer NOT NULL,
  probe_at timestamptz NOT NULL,
  probe_token uuid,
  probe_until timestamptz,
  PRIMARY KEY (connection_id, work),
  CHECK ((probe_token IS NULL) = (probe_until IS NULL))
);

-- One row stands for all operations inside it. `tenant_id` is the connection's; NULL for a shared one, whose users all see it.
CREATE TABLE incident (
  id uuid PRIMARY KEY,
  connection_id uuid NOT NULL REFERENCES connection,
  scheme text NOT NULL,
  tenant_id uuid REFERENCES tenant,
  kind text NOT NULL CHECK (kind IN ('paused', 'auth-failed', 'breaker', 'stuck')),
  work text CHECK (work IN ('write', 'look-up', 'file')),
  reason text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_at timestamptz CHECK (closed_at >= opened_at),
  CHECK ((kind = 'breaker') = (work IS NOT NULL))
);
CREATE UNIQUE INDEX incident_open ON incident (connection_id, kind, work) NULLS NOT DISTINCT WHERE closed_at IS NULL;
CREATE INDEX incident_connection ON incident (connection_id, opened_at);

-- Opens an incident unless one of its kind stands; ends the one that stands. Both say whether they changed anything.
CREATE FUNCTION open_incident(the_connection uuid, the_kind text, the_work text, the_reason text) RETURNS boolean LANGUAGE sql AS $$
  WITH opened AS (
    INSERT INTO incident (id, connection_id, scheme, tenant_id, kind, work, reason)
    SELECT gen_random_uuid(), c.id, c.scheme, c.tenant_id, the_kind, the_work, the_reason FROM connection c WHERE c.id = the_connection
    ON CONFLICT DO NOTHING RETURNING 1
  )
  SELECT EXISTS (SELECT FROM opened);
$$;
CREATE FUNCTION close_incident(the_connection uuid, the_kind text, the_work text) RETURNS boolean LANGUAGE sql AS $$
  WITH closed AS (
    UPDATE incident SET closed_at = greatest(clock_timestamp(), opened_at)
    WHERE connection_id = the_connection AND kind = the_kind AND work IS NOT DISTINCT FROM the_work AND closed_at IS NULL RETURNING 1
  )
  SELECT EXISTS (SELECT FROM closed);
$$;

-- How long sends of a connection have stood still since a moment, in milliseconds: the clock of a deadline stops meanwhile.
CREATE FUNCTION stood_still_ms(the_connection uuid, since timestamptz) RETURNS double precision LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(extract(epoch FROM upper(span) - lower(span)) * 1000), 0)::float8
  FROM unnest((
    SELECT range_agg(tstzrange(greatest(opened_at, since), greatest(coalesce(closed_at, clock_timestamp()), since)))
    FROM incident
    WHERE connection_id = the_connection AND (kind IN ('paused', 'auth-failed') OR (kind = 'breaker' AND work = 'write'))
      AND coalesce(closed_at, 'infinity') > since
  )) AS span;
$$;

-- Connections whose credentials were refused, with no call accepted since: the next refusal takes them out of service.
CREATE TABLE credential_refusal (
  connection_id uuid PRIMARY KEY REFERENCES connection ON DELETE CASCADE,
  refused_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- From when the deadline counts, for the clock that stops; without it from the operation's creation.
ALTER TABLE operation ADD COLUMN deadline_from timestamptz;
-- Leases in a row that lapsed without an end: an operation that ends processes is quarantined.
ALTER TABLE operation ADD COLUMN lapses integer NOT NULL DEFAULT 0;
-- Claims take turns between tenants, each tenant's oldest first; a lane does not read what waits in the other.
CREATE INDEX operation_due_live ON operation (connection_id, tenant_id, next_action_at)
  WHERE state IN ('scheduled', 'queued', 'requested', 'confirming', 'releasing');
CREATE INDEX operation_due_lookup ON operation (connection_id, tenant_id, next_action_at)
  WHERE state IN ('sending', 'holding', 'held', 'unknown', 'submitted', 'needs-review');
-- What may go on without the supplier, while nothing may be asked of it.
CREATE INDEX operation_due_own ON operation (connection_id, next_action_at)
  WHERE state IN ('scheduled', 'sending', 'holding') OR (state IN ('confirming', 'releasing') AND lease_token IS NOT NULL)
    OR (state IN ('requested', 'held', 'confirming') AND hold ->> 'kind' = 'soft') OR (state = 'requested' AND intent = 'release');
CREATE INDEX operation_state ON operation (tenant_id, state, id) WHERE state NOT IN ('posted', 'confirmed');

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['connection_quota', 'call_tally', 'breaker', 'incident', 'credential_refusal'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY relay_all ON %I TO interline_relay USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
CREATE POLICY tenant_or_shared ON incident FOR SELECT TO interline_app
  USING (tenant_id IS NULL OR tenant_id = ANY ((SELECT current_setting('interline.tenants')::uuid[])::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON connection_quota, call_tally, breaker TO interline_relay;
GRANT SELECT, INSERT, UPDATE ON incident TO interline_relay;
-- An accepted call ends it, in the commit that says so.
CREATE POLICY any_connection ON credential_refusal TO interline_app USING (true);
GRANT SELECT, DELETE ON credential_refusal TO interline_app;
GRANT SELECT, INSERT, DELETE ON credential_refusal TO interline_relay;
GRANT SELECT ON incident TO interline_app;
-- A connection is taken out of service and back by the processes that meet its supplier, and by administration.
GRANT UPDATE (state, reason, version, updated_at) ON connection TO interline_relay;
-- Which step is next without the supplier, and whether somebody is at it.
GRANT SELECT (hold, lease_token, lease_until) ON operation TO interline_relay;

-- Administration is the relay's: a connection may be of any tenant, and the application never reads what it writes of one.
ALTER TABLE connection ADD COLUMN created_at timestamptz NOT NULL DEFAULT clock_timestamp();
GRANT INSERT (id, scheme, tenant_id, settings, secrets, timing), UPDATE (settings, secrets, timing) ON connection TO interline_relay;
CREATE POLICY relay_adds ON audit FOR INSERT TO interline_relay WITH CHECK (true);
GRANT INSERT ON audit TO interline_relay;
-- What waits for a connection is woken when it comes back.
GRANT INSERT (tenant_id, lane, connection_id, operation_id, due_at) ON outbox TO interline_relay;

-- Down Migration
DROP POLICY relay_adds ON audit;
ALTER TABLE connection DROP COLUMN created_at;
DROP INDEX operation_state, operation_due_own, operation_due_lookup, operation_due_live;
ALTER TABLE operation DROP COLUMN lapses, DROP COLUMN deadline_from;
DROP FUNCTION stood_still_ms, close_incident, open_incident, present_rate;
DROP TABLE credential_refusal, incident, breaker, call_tally, connection_quota;
