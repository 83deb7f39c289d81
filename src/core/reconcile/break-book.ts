import type { Json } from '../../spec/values.js';

/** What another look at the supplier does to the breaks of an operation. Acts of ours, never of a person. */
export interface BreakBook {
  /** Which of these operations have an open break. */
  disputed(tenantId: string, operationIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** The supplier says what we say: what is open about the operation resolves itself. Answers how many breaks did. */
  confirmed(tenantId: string, operationId: string, evidence: Json): Promise<number>;
  /**
   * The supplier says otherwise about an operation that is final: a break, unless one is open. `theirPoints` signed,
   * `null`: it has none.
   */
  differs(tenantId: string, operationId: string, theirPoints: number | null, evidence: Json): Promise<void>;
}
