-- Up Migration
-- Operations, the only truth about what was asked of a scheme, with their attempts and events.

CREATE TABLE operation (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('accrual', 'expectation', 'attachment', 'reversal', 'redemption', 'refund', 'change',
    'transfer', 'mirror', 'claim')),
  state text NOT NULL CHECK (state IN ('scheduled', 'queued', 'sending', 'submitted', 'unknown', 'posted', 'rejected',
    'cancelled', 'needs-review', 'expected', 'overdue', 'claimed', 'different', 'refused', 'awaiting-approval', 'requested',
    'holding', 'held', 'confirming', 'confirmed', 'releasing', 'released', 'expired')),
  step text,
  scheme text NOT NULL,
  connection_id uuid NOT NULL REFERENCES connection,
  link_id uuid NOT NULL,
  organisation text,
  reference char(20) NOT NULL UNIQUE CHECK (reference ~ '^[0-9]{20}$'),
  client_reference text,
  metadata jsonb NOT NULL DEFAULT '{}',
  activity jsonb,
  activity_key text,
  points bigint NOT NULL CHECK (points >= 0),
  bonus_points bigint NOT NULL DEFAULT 0 CHECK (bonus_points >= 0),
  supplier_reference text,
  rejection jsonb,
  review_reason text,
  evidence jsonb,
  reason text,
  terms_version text,
  original_id uuid,
  quote_id uuid,
  hold jsonb,
  business_date date,
  not_before timestamptz,
  deadline_at timestamptz NOT NULL,
  next_action_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  -- Whether any attempt can have reached the supplier: decides between cancelled and needs-review at the deadline.
  ever_sent boolean NOT NULL DEFAULT false,
  -- The supplier's token of an unknown outcome, given to the next attempt.
  resume text,
  first_sent_at timestamptz,
  last_sent_at timestamptz,
  unknown_since timestamptz,
  lookups integer NOT NULL DEFAULT 0,
  absences integer NOT NULL DEFAULT 0,
  not_sent_tries integer NOT NULL DEFAULT 0,
  lease_token uuid,
  lease_until timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id),
  FOREIGN KEY (tenant_id, original_id) REFERENCES operation (tenant_id, id),
  -- Every operation that is not final has a next action; a final one has none.
  CHECK ((next_action_at IS NULL) = (state IN ('posted', 'confirmed', 'released', 'expired', 'rejected', 'cancelled', 'refused'))),
  CHECK ((state = 'needs-review') = (review_reason IS NOT NULL))
);
CREATE INDEX operation_due ON operation (connection_id, next_action_at) WHERE next_action_at IS NOT NULL;
CREATE INDEX operation_link ON operation (tenant_id, link_id, id);
CREATE INDEX operation_original ON operation (tenant_id, original_id) WHERE original_id IS NOT NULL;

-- What makes a second posting of the same trip impossible; released when the operation is rejected, cancelled or wholly reversed.
CREATE TABLE activity_key (
  tenant_id uuid NOT NULL,
  scheme text NOT NULL,
  link_id uuid NOT NULL,
  key text NOT NULL,
  content bytea NOT NULL,
  operation_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, scheme, link_id, key),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX activity_key_operation ON activity_key (tenant_id, operation_id);

-- Which operation named a trip first at a scheme, over all links and tenants: a later one under another link is not sent but
-- reviewed. Row-level security hides whose it is; the unique key holds all the same.
CREATE TABLE activity_first (
  scheme text NOT NULL,
  key text NOT NULL,
  tenant_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  PRIMARY KEY (scheme, key),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX activity_first_operation ON activity_first (tenant_id, operation_id);

-- A supplier reference is unique per scheme, whoever's operation it is.
CREATE TABLE receipt (
  scheme text NOT NULL,
  supplier_reference text NOT NULL,
  tenant_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (scheme, supplier_reference),
  UNIQUE (tenant_id, operation_id),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id)
);

-- Intent before the call: the row commits, then the supplier is called.
CREATE TABLE attempt (
  tenant_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  token uuid NOT NULL,
  action text NOT NULL CHECK (action IN ('send', 'repeat', 'look-up')),
  effect text NOT NULL CHECK (effect IN ('read', 'write')),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  outcome text,
  status integer,
  latency_ms integer,
  detail text,
  exchanges jsonb,
  PRIMARY KEY (tenant_id, operation_id, token, started_at)
) PARTITION BY RANGE (started_at);

-- Everything that happened to a subject, in order; an operation's events replay to its present state.
CREATE TABLE event (
  tenant_id uuid NOT NULL,
  subject_kind text NOT NULL CHECK (subject_kind IN ('link', 'operation')),
  subject_id uuid NOT NULL,
  sequence integer NOT NULL,
  link_id uuid NOT NULL,
  type text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, subject_id, sequence, at)
) PARTITION BY RANGE (at);
CREATE INDEX event_link ON event (tenant_id, link_id, at);

CREATE TABLE attempt_default PARTITION OF attempt DEFAULT;
CREATE TABLE event_default PARTITION OF event DEFAULT;

-- Creates the partitions of this month and the next; called by every migration run and by the scheduler.
CREATE FUNCTION ensure_partitions(months integer DEFAULT 2) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  parent text;
  first date;
BEGIN
  FOREACH parent IN ARRAY ARRAY['attempt', 'event'] LOOP
    FOR i IN 0 .. months - 1 LOOP
      first := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => i))::date;
      IF to_regclass(format('public.%I', parent || to_char(first, '_YYYY_MM'))) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)', parent || to_char(first, '_YYYY_MM'), parent,
          first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC');
      END IF;
    END LOOP;
  END LOOP;
END $$;
SELECT ensure_partitions();

-- Down Migration
DROP FUNCTION ensure_partitions;
DROP TABLE event, attempt, receipt, activity_first, activity_key, operation;
