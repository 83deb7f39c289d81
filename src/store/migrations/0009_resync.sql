-- Up Migration
-- Resyncs: what is to be looked at again at the suppliers, and what each look came to.

CREATE TABLE resync (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL,
  organisation text,
  scope jsonb NOT NULL,
  scope_key bytea NOT NULL CHECK (octet_length(scope_key) = 32),
  dry_run boolean NOT NULL,
  reason text NOT NULL,
  requested_by text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'completed', 'failed')),
  total integer NOT NULL,
  -- Turns in a row that an error of our own ended.
  stalls integer NOT NULL DEFAULT 0,
  lease_token uuid,
  lease_until timestamptz,
  next_action_at timestamptz,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((finished_at IS NOT NULL) = (state IN ('completed', 'failed'))),
  CHECK ((finished_at IS NULL) = (next_action_at IS NOT NULL))
);
-- Whoever asks for the same while it is under way joins it.
CREATE UNIQUE INDEX resync_scope ON resync (tenant_id, scope_key) WHERE finished_at IS NULL;
CREATE INDEX resync_due ON resync (next_action_at) WHERE next_action_at IS NOT NULL;

-- One operation to look at, or without one the account of the link.
CREATE TABLE resync_item (
  tenant_id uuid NOT NULL,
  resync_id uuid NOT NULL,
  seq integer NOT NULL,
  link_id uuid NOT NULL,
  operation_id uuid,
  -- What is looked at, whichever of the two it is.
  subject_id uuid NOT NULL CHECK (subject_id = coalesce(operation_id, link_id)),
  -- Looks that told nothing.
  tries integer NOT NULL DEFAULT 0,
  calls integer NOT NULL DEFAULT 0,
  result text CHECK (result IN ('settled', 'confirmed', 'differs', 'refreshed', 'unchanged', 'in-flight', 'cannot-look',
    'unreachable')),
  changed boolean NOT NULL DEFAULT false,
  from_state text,
  to_state text,
  done_at timestamptz,
  PRIMARY KEY (tenant_id, resync_id, seq),
  UNIQUE (tenant_id, resync_id, subject_id),
  FOREIGN KEY (tenant_id, resync_id) REFERENCES resync (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id),
  CHECK ((result IS NULL) = (done_at IS NULL))
);
CREATE INDEX resync_item_left ON resync_item (tenant_id, resync_id, tries, seq) WHERE result IS NULL;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['resync', 'resync_item'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_only ON %I TO interline_app
      USING (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))
      WITH CHECK (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON resync, resync_item TO interline_app;
-- The relay sees where and when something is due, never what.
CREATE POLICY relay_all ON resync TO interline_relay USING (true) WITH CHECK (true);
GRANT SELECT (tenant_id, id, state, next_action_at) ON resync TO interline_relay;

-- Down Migration
DROP TABLE resync_item, resync;
