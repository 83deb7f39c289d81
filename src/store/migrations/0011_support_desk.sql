-- Up Migration
-- The support desk: acts that need a second person, what is done about many operations at once, and what is looked for.

-- An act that was asked for. Who asked and who decided are keys, which may belong to another tenant: the operator's.
CREATE TABLE approval (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL UNIQUE,
  organisation text,
  act text NOT NULL CHECK (act IN ('resend', 'settle', 'requeue')),
  act_key bytea NOT NULL CHECK (octet_length(act_key) = 32),
  -- One operation, as it stood when somebody asked; or a requeue, whose items say that of theirs.
  operation_id uuid,
  stood text,
  requeue_id uuid,
  evidence jsonb,
  reason text NOT NULL,
  requested_by uuid NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'declined', 'expired', 'overtaken')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  decided_by uuid,
  decision_reason text,
  decided_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id),
  CHECK ((operation_id IS NULL) <> (requeue_id IS NULL)),
  CHECK ((operation_id IS NULL) = (stood IS NULL)),
  CHECK ((evidence IS NOT NULL) = (act = 'settle')),
  CHECK ((decided_by IS NOT NULL) = (state IN ('approved', 'declined', 'overtaken'))),
  CHECK ((decided_by IS NULL) = (decision_reason IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
  -- The rule itself, whatever a process believes.
  CONSTRAINT approval_second_person CHECK (decided_by <> requested_by)
);
-- Whoever asks for the same while it waits joins it.
CREATE UNIQUE INDEX approval_act ON approval (tenant_id, act_key) WHERE state = 'pending';
CREATE INDEX approval_operation ON approval (tenant_id, operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX approval_requeue ON approval (tenant_id, requeue_id) WHERE requeue_id IS NOT NULL;

-- A preview, or the one run of a preview.
CREATE TABLE requeue (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL,
  organisation text,
  scope jsonb NOT NULL,
  action text NOT NULL CHECK (action IN ('look-up', 'resend')),
  dry_run boolean NOT NULL,
  reason text NOT NULL,
  requested_by uuid NOT NULL,
  digest text NOT NULL CHECK (length(digest) = 64),
  preview_id uuid,
  resync_id uuid,
  state text NOT NULL CHECK (state IN ('previewed', 'awaiting-approval', 'done', 'declined', 'overtaken')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, preview_id),
  FOREIGN KEY (tenant_id, preview_id) REFERENCES requeue (tenant_id, id),
  FOREIGN KEY (tenant_id, resync_id) REFERENCES resync (tenant_id, id),
  CHECK (dry_run = (state = 'previewed') AND dry_run = (preview_id IS NULL)),
  CHECK ((finished_at IS NULL) = (state = 'awaiting-approval'))
);
ALTER TABLE approval ADD FOREIGN KEY (tenant_id, requeue_id) REFERENCES requeue (tenant_id, id);

-- One operation, as it stood when it was shown.
CREATE TABLE requeue_item (
  tenant_id uuid NOT NULL,
  requeue_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  state text NOT NULL,
  stood text NOT NULL,
  left_out text,
  result text CHECK (result IN ('looked-up', 'queued', 'overtaken')),
  PRIMARY KEY (tenant_id, requeue_id, operation_id),
  FOREIGN KEY (tenant_id, requeue_id) REFERENCES requeue (tenant_id, id),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id),
  CHECK (left_out IS NULL OR result IS NULL)
);

-- What travellers read out. Columns, since row-level security lets no index be used through a function that might leak,
-- and reading a member of jsonb is one. An operation has an activity or a reward, and mostly one of the two numbers.
ALTER TABLE operation
  ADD COLUMN ticket text GENERATED ALWAYS AS (activity ->> 'ticketNumber') STORED,
  ADD COLUMN booking text GENERATED ALWAYS AS (coalesce(activity ->> 'orderNumber', activity ->> 'confirmation',
    activity ->> 'reference', reward ->> 'orderNumber', reward ->> 'bookingReference', reward ->> 'reference')) STORED;
CREATE INDEX operation_ticket ON operation (tenant_id, ticket, id) WHERE ticket IS NOT NULL;
CREATE INDEX operation_booking ON operation (tenant_id, booking, id) WHERE booking IS NOT NULL;
CREATE INDEX receipt_reference ON receipt (tenant_id, supplier_reference);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['approval', 'requeue', 'requeue_item'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_only ON %I TO interline_app
      USING (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))
      WITH CHECK (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON approval, requeue, requeue_item TO interline_app;
-- The operator's administrator may decide for any tenant: the relay sees whose an approval is and whether it waits, never what it says.
CREATE POLICY relay_all ON approval TO interline_relay USING (true) WITH CHECK (true);
GRANT SELECT (tenant_id, id, state, expires_at) ON approval TO interline_relay;

-- Down Migration
DROP INDEX receipt_reference;
ALTER TABLE operation DROP COLUMN booking, DROP COLUMN ticket;
DROP TABLE approval, requeue_item, requeue;
