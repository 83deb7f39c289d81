-- Up Migration
-- Reconciliation: a run per connection and business date, what it took in, its verdicts, and breaks, which outlive it.

-- A run belongs to its connection's tenant, or to the operator where the connection is shared.
CREATE TABLE recon_run (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL UNIQUE,
  connection_id uuid NOT NULL REFERENCES connection,
  scheme text NOT NULL,
  business_date date NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'overdue', 'running', 'completed', 'quarantined', 'failed')),
  -- What is done next while it is not at rest.
  stage text NOT NULL CHECK (stage IN ('fetch', 'match', 'settle', 'judge')),
  -- How its input ended; a run that is asked again goes back there when nothing has changed.
  judged_as text CHECK (judged_as IN ('completed', 'quarantined')),
  -- Whose verdicts count for the day: the last completed run's, whatever superseded it and came to nothing.
  in_force boolean NOT NULL DEFAULT false,
  -- Nothing can join the day any more, so that what is missing is missing.
  conclusive boolean NOT NULL DEFAULT false,
  -- Of a closed day when the supplier closed it.
  cut_off timestamptz,
  rules_version integer NOT NULL,
  input_sha256 bytea CHECK (octet_length(input_sha256) = 32),
  lines integer,
  digest bytea CHECK (octet_length(digest) = 32),
  fault jsonb,
  supersedes uuid,
  superseded_by uuid,
  requested_by text NOT NULL,
  -- Errors of our own in a row.
  tries integer NOT NULL DEFAULT 0,
  next_action_at timestamptz,
  lease_token uuid,
  lease_until timestamptz,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, supersedes) REFERENCES recon_run (tenant_id, id),
  FOREIGN KEY (tenant_id, superseded_by) REFERENCES recon_run (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
  CHECK ((next_action_at IS NULL) = (state IN ('completed', 'quarantined', 'failed'))),
  CHECK (NOT in_force OR judged_as = 'completed')
);
CREATE UNIQUE INDEX recon_run_day ON recon_run (connection_id, business_date) WHERE superseded_by IS NULL;
CREATE UNIQUE INDEX recon_run_in_force ON recon_run (connection_id, business_date) WHERE in_force;
CREATE INDEX recon_run_due ON recon_run (connection_id, next_action_at) WHERE next_action_at IS NOT NULL;

-- The input as it came, sealed under the operator's data key and bound to its run.
CREATE TABLE recon_input (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  sealed bytea NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, run_id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES recon_run (tenant_id, id)
);
-- Sealed bytes do not compress.
ALTER TABLE recon_input ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- Lines of a run at work; a crash of the database empties it, and the kept input fills it again.
CREATE UNLOGGED TABLE recon_line (
  tenant_id uuid NOT NULL,
  run_id uuid NOT NULL,
  line integer NOT NULL,
  reference text,
  original_reference text,
  supplier_reference text,
  -- The first two as operations keep them, where they have the form of ours: only so an index finds them.
  our_reference char(20),
  our_original char(20),
  member_index bytea,
  kind text NOT NULL,
  points bigint NOT NULL,
  posted_at timestamptz NOT NULL,
  -- The operation that it names, and by which rule; `claims` where the two are a pair.
  operation_tenant uuid,
  operation_id uuid,
  rule text CHECK (rule IN ('reference', 'supplier-reference', 'original')),
  claims boolean NOT NULL DEFAULT false,
  PRIMARY KEY (run_id, line)
);
CREATE INDEX recon_line_operation ON recon_line (run_id, operation_id) WHERE operation_id IS NOT NULL;

-- What became of each line and of each operation without one. It belongs to the tenant of the operation or of the one
-- link that matches, else to whom the run belongs. `business_date` is the day that it is about, and may lie before the
-- run's.
CREATE TABLE recon_item (
  tenant_id uuid NOT NULL REFERENCES tenant,
  run_id uuid NOT NULL REFERENCES recon_run (id),
  n integer NOT NULL,
  connection_id uuid NOT NULL,
  business_date date NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('matched', 'ours-only', 'theirs-only', 'duplicated', 'different', 'late',
    'foreign')),
  reason text NOT NULL,
  rule text,
  line integer,
  claims boolean NOT NULL,
  operation_id uuid,
  link_id uuid,
  organisation text,
  reference text,
  supplier_reference text,
  kind text NOT NULL,
  -- Signed from the member; ours only where it is booked and decided, theirs only where there is a line.
  ours bigint,
  theirs bigint,
  posted_at timestamptz,
  -- Of a verdict that is a break: the same again for the same difference.
  fingerprint text,
  PRIMARY KEY (run_id, tenant_id, n),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id)
);
CREATE INDEX recon_item_operation ON recon_item (operation_id, run_id, tenant_id) WHERE operation_id IS NOT NULL;

-- A difference between our books and a supplier's, the same row as long as it is the same difference. `difference` is
-- ours less theirs, signed from the member. Without a run a look-up found it.
CREATE TABLE break (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL UNIQUE,
  run_id uuid REFERENCES recon_run (id),
  connection_id uuid NOT NULL REFERENCES connection,
  scheme text NOT NULL,
  business_date date NOT NULL,
  fingerprint text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('ours-only', 'theirs-only', 'duplicated', 'different')),
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'auto-resolved', 'assigned', 'resolved', 'written-off')),
  owner text,
  difference bigint NOT NULL,
  operation_id uuid,
  link_id uuid,
  organisation text,
  reference text,
  supplier_reference text,
  ours jsonb,
  theirs jsonb,
  resolution jsonb,
  evidence jsonb,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, connection_id, business_date, fingerprint),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id),
  CHECK ((resolution IS NULL) = (state IN ('open', 'assigned')))
);
CREATE INDEX break_run ON break (run_id);
CREATE INDEX break_operation ON break (tenant_id, operation_id) WHERE state IN ('open', 'assigned');

-- A tenant's name under a run of a closed day.
CREATE TABLE recon_sign_off (
  tenant_id uuid NOT NULL REFERENCES tenant,
  run_id uuid NOT NULL REFERENCES recon_run (id),
  signed_by text NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, run_id)
);

-- Breaks are written many at once and listed newest first: ids that rise with time, as UUID version 7 has it (RFC 9562,
-- 5.7).
CREATE FUNCTION rising_uuid() RETURNS uuid LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid
$$;

CREATE INDEX operation_business_date ON operation (connection_id, business_date) WHERE business_date IS NOT NULL;
CREATE INDEX ledger_transaction_at ON ledger_transaction (scheme, at);
CREATE INDEX link_connection ON link (connection_id, tenant_id);
CREATE INDEX link_member ON link (connection_id, member_index) WHERE state <> 'removed';

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['recon_run', 'recon_input', 'recon_line', 'recon_item', 'break', 'recon_sign_off'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_only ON %I TO interline_app
      USING (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))
      WITH CHECK (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
-- How a shared connection's run stands is everybody's to see; what it took in and found is not.
CREATE POLICY shared_runs ON recon_run FOR SELECT TO interline_app
  USING (tenant_id = '00000000-0000-0000-0000-000000000000');
CREATE POLICY relay_all ON recon_run TO interline_relay USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON recon_run, break TO interline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON recon_line TO interline_app;
GRANT SELECT, INSERT, DELETE ON recon_input TO interline_app;
GRANT SELECT, INSERT, UPDATE (fingerprint) ON recon_item TO interline_app;
GRANT SELECT, INSERT ON recon_sign_off TO interline_app;
-- When a run is due; and which tenants a connection has, so that its run can be carried out in their names.
GRANT SELECT (id, tenant_id, connection_id, state, next_action_at) ON recon_run TO interline_relay;
GRANT SELECT (connection_id) ON link TO interline_relay;

-- Down Migration
DROP INDEX link_member, link_connection, ledger_transaction_at, operation_business_date;
REVOKE SELECT (connection_id) ON link FROM interline_relay;
DROP FUNCTION rising_uuid;
DROP TABLE recon_sign_off, break, recon_item, recon_line, recon_input, recon_run;
