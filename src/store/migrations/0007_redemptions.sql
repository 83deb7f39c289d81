-- Up Migration
-- Quotes, what a redemption asks for, and the points that our own books set aside where a supplier has no hold.

CREATE TABLE quote (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL,
  link_id uuid NOT NULL,
  scheme text NOT NULL,
  reward jsonb NOT NULL,
  price jsonb,
  points bigint NOT NULL CHECK (points > 0),
  hold_kind text NOT NULL CHECK (hold_kind IN ('native', 'soft')),
  terms_version text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  -- The one redemption that was made of it.
  redemption_id uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id),
  FOREIGN KEY (tenant_id, redemption_id) REFERENCES operation (tenant_id, id) DEFERRABLE INITIALLY DEFERRED
);

ALTER TABLE operation
  ADD COLUMN reward jsonb,
  -- What the platform has asked of a redemption and is not done yet.
  ADD COLUMN intent text CHECK (intent IN ('confirm', 'release')),
  ADD CONSTRAINT operation_quote FOREIGN KEY (tenant_id, quote_id) REFERENCES quote (tenant_id, id),
  ADD CONSTRAINT operation_step CHECK (step IN ('hold', 'confirm', 'release'));

-- Each step of a redemption may have a reference of the supplier's own; whatever else has one keeps to its first.
ALTER TABLE receipt DROP CONSTRAINT receipt_tenant_id_operation_id_key;
CREATE INDEX receipt_operation ON receipt (tenant_id, operation_id);

-- Points that a soft hold sets aside. Open ones make points unavailable whatever the clock says: their operation ends them.
CREATE TABLE reservation (
  tenant_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  link_id uuid NOT NULL,
  points bigint NOT NULL CHECK (points > 0),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('spent', 'freed')),
  PRIMARY KEY (tenant_id, operation_id),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX reservation_link ON reservation (tenant_id, link_id, ended_at);

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['quote', 'reservation'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant_only ON %I TO interline_app
      USING (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))
      WITH CHECK (tenant_id = ANY ((SELECT current_setting(''interline.tenants'')::uuid[])::uuid[]))', name);
    EXECUTE format('CREATE POLICY owner_migrates ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON quote, reservation TO interline_app;
-- Whether a held redemption still has something to do decides whether whoever waits for it is answered.
GRANT SELECT (intent) ON operation TO interline_relay;

-- Down Migration
DROP TABLE reservation;
DELETE FROM receipt r USING operation o WHERE (o.tenant_id, o.id) = (r.tenant_id, r.operation_id)
  AND r.supplier_reference <> o.supplier_reference;
DROP INDEX receipt_operation;
ALTER TABLE receipt ADD UNIQUE (tenant_id, operation_id);
ALTER TABLE operation DROP CONSTRAINT operation_step, DROP CONSTRAINT operation_quote, DROP COLUMN intent, DROP COLUMN reward;
DROP TABLE quote;
