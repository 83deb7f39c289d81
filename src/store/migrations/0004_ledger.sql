-- Up Migration
-- Double entry in points of each scheme: append-only, one balanced transaction per posted operation.

CREATE TABLE ledger_transaction (
  tenant_id uuid NOT NULL REFERENCES tenant,
  id uuid NOT NULL,
  operation_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('posting', 'shortfall')),
  scheme text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, operation_id, kind),
  FOREIGN KEY (tenant_id, operation_id) REFERENCES operation (tenant_id, id)
);

-- Amounts are signed from the account: a member's points rise with +. `asset` is a scheme's points or an ISO 4217 currency.
CREATE TABLE ledger_entry (
  tenant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  line smallint NOT NULL,
  account text NOT NULL CHECK (account IN ('member-points', 'in-transit', 'supplier-clearing', 'expired', 'adjustments',
    'cost-of-points', 'payable', 'receivable')),
  scheme text NOT NULL,
  link_id uuid,
  asset text NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (tenant_id, transaction_id, line),
  FOREIGN KEY (tenant_id, transaction_id) REFERENCES ledger_transaction (tenant_id, id)
);
CREATE INDEX ledger_entry_account ON ledger_entry (tenant_id, scheme, account);

-- Entries come in one statement per batch; each transaction in it must be whole and sum to zero per asset.
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added GROUP BY tenant_id, transaction_id, asset HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'ledger entries do not sum to zero' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_balances AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_balances();

-- Down Migration
DROP TABLE ledger_entry, ledger_transaction;
DROP FUNCTION ledger_balances;
