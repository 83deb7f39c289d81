-- Up Migration
-- Who may see and do what. The owner migrates and nothing else; processes connect as interline_app and interline_relay.
-- The sub-select around current_setting matters: without it the array is parsed once per row. The cast after it changes nothing
-- but makes it an array for ANY and not a list of rows.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['api_key', 'subject', 'data_key', 'link', 'account_snapshot', 'idempotency_key', 'operation',
    'activity_key', 'activity_first', 'receipt', 'attempt', 'event', 'ledger_transaction', 'ledger_entry', 'outbox', 'audit'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_only ON %I TO interline_app
      USING (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))
      WITH CHECK (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['tenant', 'connection', 'inbound_event'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;

CREATE POLICY tenant_only ON tenant TO interline_app
  USING (id = ANY ((SELECT current_setting('interline.tenants')::uuid[])::uuid[]));
-- A tenant uses its own connections and the shared ones.
CREATE POLICY tenant_or_shared ON connection FOR SELECT TO interline_app
  USING (tenant_id IS NULL OR tenant_id = ANY ((SELECT current_setting('interline.tenants')::uuid[])::uuid[]));

GRANT USAGE ON SCHEMA public TO interline_app, interline_relay;
GRANT SELECT ON tenant TO interline_app;
GRANT SELECT (id, scheme, tenant_id, state, version) ON connection TO interline_app;
GRANT SELECT, INSERT ON subject, data_key, event, ledger_transaction, ledger_entry, audit, receipt, outbox TO interline_app;
GRANT SELECT, INSERT, UPDATE ON link, account_snapshot, idempotency_key, operation, attempt TO interline_app;
GRANT SELECT, INSERT, DELETE ON activity_key, activity_first TO interline_app;
GRANT DELETE ON idempotency_key TO interline_app;

-- The relay publishes, sweeps, knows keys by their hash and suppliers by their credentials. Of an operation it sees where and
-- when something is due, never what it says; of data keys only the operator's own (the nil tenant), under which credentials lie.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenant', 'api_key', 'connection', 'operation', 'link', 'outbox', 'inbound_event', 'idempotency_key'] LOOP
    EXECUTE format('CREATE POLICY relay_all ON %I TO interline_relay USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
CREATE POLICY relay_operator ON data_key FOR SELECT TO interline_relay USING (tenant_id = '00000000-0000-0000-0000-000000000000');
GRANT SELECT ON api_key, connection, data_key TO interline_relay;
GRANT SELECT (id) ON tenant TO interline_relay;
GRANT SELECT (tenant_id, id, scheme, connection_id, reference, state, next_action_at, version) ON operation TO interline_relay;
GRANT SELECT (tenant_id, id, state, next_action_at) ON link TO interline_relay;
GRANT SELECT, DELETE ON outbox TO interline_relay;
-- Row locks want the right to update something.
GRANT UPDATE (due_at) ON outbox TO interline_relay;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbound_event TO interline_relay;
GRANT SELECT (tenant_id, key, created_at), DELETE ON idempotency_key TO interline_relay;
REVOKE EXECUTE ON FUNCTION ensure_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(integer) TO interline_relay;

-- The operator itself, for what belongs to no platform.
INSERT INTO tenant (id, name) VALUES ('00000000-0000-0000-0000-000000000000', 'operator');

-- Down Migration
DROP OWNED BY interline_app, interline_relay;
