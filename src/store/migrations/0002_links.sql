-- Up Migration
-- Links, what is known of their accounts, and the answers kept under idempotency keys.

CREATE TABLE link (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL UNIQUE,
  subject_id uuid NOT NULL,
  connection_id uuid NOT NULL REFERENCES connection,
  scheme text NOT NULL,
  traveller_ref text NOT NULL,
  organisation text,
  member_number bytea,
  member_index bytea,
  member_masked text NOT NULL,
  holder bytea,
  handle bytea,
  form bytea,
  key_version integer NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'active', 'relink-needed', 'suspended', 'merged', 'closing', 'removed')),
  reason text,
  verification text NOT NULL CHECK (verification IN ('supplier', 'challenge', 'redirect', 'operator', 'none')),
  tier text,
  merged_into uuid,
  consent jsonb NOT NULL,
  client_reference text,
  metadata jsonb NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1,
  next_action_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id),
  FOREIGN KEY (tenant_id, merged_into) REFERENCES link (tenant_id, id)
);
CREATE UNIQUE INDEX link_number ON link (tenant_id, scheme, member_index) WHERE state <> 'removed';
CREATE INDEX link_traveller ON link (tenant_id, traveller_ref);
CREATE INDEX link_due ON link (next_action_at) WHERE next_action_at IS NOT NULL;

CREATE TABLE account_snapshot (
  tenant_id uuid NOT NULL,
  link_id uuid NOT NULL,
  account jsonb NOT NULL,
  source text NOT NULL CHECK (source IN ('live', 'statement', 'manual')),
  as_of timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, link_id),
  FOREIGN KEY (tenant_id, link_id) REFERENCES link (tenant_id, id)
);

-- `running` until the request that holds it has an answer; after `locked_until` another may take over.
CREATE TABLE idempotency_key (
  tenant_id uuid NOT NULL REFERENCES tenant,
  key text NOT NULL,
  fingerprint bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  locked_until timestamptz,
  status integer,
  content_type text,
  body text,
  location text,
  operation_id uuid,
  link_id uuid,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key),
  CHECK (state = 'running' OR (status IS NOT NULL AND body IS NOT NULL))
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- Down Migration
DROP TABLE idempotency_key, account_snapshot, link;
