-- Up Migration
-- What people and monitoring see of the gateway at work.

-- One row per queue: a small job goes through each every half minute, so that a queue in which nothing moves shows although nobody
-- waits in it. `waiting_since` is when the oldest canary that has not come back was sent.
CREATE TABLE queue_canary (
  queue text PRIMARY KEY CHECK (queue IN ('live', 'lookup', 'support', 'nightly', 'webhooks')),
  sent_at timestamptz NOT NULL,
  waiting_since timestamptz,
  seen_at timestamptz,
  delay_ms double precision CHECK (delay_ms >= 0),
  CHECK ((seen_at IS NULL) = (delay_ms IS NULL))
);
ALTER TABLE queue_canary ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue_canary FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_migrates ON queue_canary TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY relay_all ON queue_canary TO interline_relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON queue_canary TO interline_relay;

-- Counting what is open takes its kind, and since when it is unknown; still nothing of what an operation says.
GRANT SELECT (kind, unknown_since) ON operation TO interline_relay;
-- A process is ready once every migration it was written for has run.
GRANT SELECT ON migration TO interline_relay;

-- Down Migration
REVOKE SELECT ON migration FROM interline_relay;
REVOKE SELECT (kind, unknown_since) ON operation FROM interline_relay;
DROP TABLE queue_canary;
