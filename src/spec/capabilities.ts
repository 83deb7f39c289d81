import type { AnyAdapter } from './adapter.js';

/** How a write recovers from a lost answer; absent means the scheme does not have it. */
export type Recovery = 'key' | 'lookup' | 'none';

/** The published matrix of a scheme, derived from the ports that are present (gateway-api.md, `capabilities`). */
export interface Capabilities {
  readonly linking: false | 'credentials';
  readonly account: boolean;
  readonly statement: boolean;
  readonly attach: false | Recovery;
  readonly accrue: false | Recovery;
  readonly reverse: false | Recovery;
  readonly redemption: false | Recovery;
  readonly refund: false | Recovery;
  readonly transfer: false | Recovery;
  readonly settlement: false | 'ours' | 'member';
  readonly inbound: boolean;
  readonly beneficiaries: boolean;
  readonly claims: false | Recovery;
  readonly mirror: false | Recovery;
}

/** Ports that no adapter has yet read as `false`; they join this derivation when the port joins the interface. */
export function capabilitiesOf(adapter: AnyAdapter): Capabilities {
  return {
    linking: adapter.linking?.method ?? false,
    account: adapter.member !== undefined,
    statement: adapter.member?.statement !== undefined,
    attach: false,
    accrue: adapter.accrual?.accrue.idempotency ?? false,
    reverse: adapter.accrual?.reverse?.idempotency ?? false,
    redemption: adapter.redemption?.confirm.idempotency ?? false,
    refund: adapter.redemption?.refund?.idempotency ?? false,
    transfer: false,
    settlement: adapter.settlement?.coverage ?? false,
    inbound: adapter.inbound !== undefined,
    beneficiaries: false,
    claims: false,
    mirror: false,
  };
}
