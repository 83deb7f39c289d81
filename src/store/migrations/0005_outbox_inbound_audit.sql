-- Up Migration
-- Wake-ups that still have to reach the queue, pushes that came in, and acts of people.

-- A row lives from the commit that wrote it until the relay has handed it to the queue.
CREATE TABLE outbox (
  tenant_id uuid NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lane text NOT NULL CHECK (lane IN ('live', 'lookup', 'support', 'nightly', 'webhooks')),
  connection_id uuid NOT NULL,
  operation_id uuid NOT NULL,
  due_at timestamptz NOT NULL
);

-- A supplier's push, once per event; it belongs to no tenant until its operation is known. No member number in clear.
CREATE TABLE inbound_event (
  connection_id uuid NOT NULL REFERENCES connection,
  event_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('received', 'applied', 'parked', 'mismatch', 'ignored')),
  notifications jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  next_action_at timestamptz,
  PRIMARY KEY (connection_id, event_id)
);
CREATE INDEX inbound_event_due ON inbound_event (next_action_at) WHERE next_action_at IS NOT NULL;

-- One row per act of a person or a key that changes how things run: who, why, before and after.
CREATE TABLE audit (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL,
  actor text NOT NULL,
  act text NOT NULL,
  subject text NOT NULL,
  reason text NOT NULL,
  before jsonb,
  after jsonb,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id)
);

-- Down Migration
DROP TABLE audit, inbound_event, outbox;
