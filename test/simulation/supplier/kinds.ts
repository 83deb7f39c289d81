/** How a simulated supplier lets its writes be recovered. */
export const SUPPLIER_KINDS = ['key', 'key and find', 'lookup', 'eventual look-up', 'file only', 'push only'] as const;
export type SupplierKind = (typeof SUPPLIER_KINDS)[number];

/** Whether the supplier itself sets points aside before they are spent. */
export type Flow = 'soft' | 'native';

/** One supplier as the seed makes it. */
export interface SupplierCharacter {
  readonly kind: SupplierKind;
  readonly flow: Flow;
  readonly keyed: boolean;
  readonly findable: boolean;
  /** How late its look-up sees what it has done, in milliseconds. */
  readonly lagMs: number;
  /** How far its clock is ahead of ours. */
  readonly skewMs: number;
  /** From when a "not found" proves something. */
  readonly conclusiveAfterMs: number;
  readonly resend: 'automatic' | 'by-person';
}

export function characterOf(
  kind: SupplierKind,
  given: Pick<SupplierCharacter, 'flow' | 'lagMs' | 'skewMs' | 'resend'>,
): SupplierCharacter {
  return {
    ...given,
    kind,
    keyed: kind === 'key' || kind === 'key and find',
    findable: kind === 'key and find' || kind === 'lookup' || kind === 'eventual look-up',
    lagMs: kind === 'eventual look-up' ? given.lagMs : 0,
    conclusiveAfterMs: CONCLUSIVE_AFTER_MS,
  };
}

const CONCLUSIVE_AFTER_MS = 20_000;
