-- Up Migration
-- Tenants, their keys, the connections to suppliers and the data keys that seal personal data.

CREATE TABLE tenant (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE api_key (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL UNIQUE,
  key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  prefix text NOT NULL,
  scopes text[] NOT NULL,
  organisation text,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id)
);

-- Whose credentials are used; without a tenant it is shared by all. Secrets are sealed under the operator's data key.
CREATE TABLE connection (
  id uuid PRIMARY KEY,
  scheme text NOT NULL,
  tenant_id uuid REFERENCES tenant,
  settings jsonb NOT NULL,
  secrets bytea NOT NULL,
  timing text NOT NULL DEFAULT 'normal' CHECK (timing IN ('normal', 'fast')),
  state text NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'paused', 'auth-failed')),
  reason text,
  version integer NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE NULLS NOT DISTINCT (scheme, tenant_id)
);

-- The person behind links: a tenant's traveller. Data keys belong to a subject, so that destroying them forgets the person.
CREATE TABLE subject (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL,
  traveller_ref text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, traveller_ref)
);

CREATE TABLE data_key (
  tenant_id uuid NOT NULL REFERENCES tenant,
  subject_id uuid NOT NULL,
  version integer NOT NULL,
  wrapped bytea,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  destroyed_at timestamptz,
  PRIMARY KEY (tenant_id, subject_id, version),
  FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id),
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Down Migration
DROP TABLE data_key, subject, connection, api_key, tenant;
