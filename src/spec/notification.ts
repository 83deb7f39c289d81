import type { RefusalReason } from './errors.js';
import type { Instant } from './values.js';

/** What a supplier's push says about one operation or member, after its signature was verified. Amounts are signed from the member. */
export type Notification =
  | {
      readonly type: 'operation.posted';
      readonly reference: string;
      readonly supplierReference?: string | undefined;
      readonly points?: number | undefined;
      readonly memberNumber?: string | undefined;
      readonly at?: Instant | undefined;
    }
  | {
      readonly type: 'operation.refused';
      readonly reference: string;
      readonly reason: RefusalReason;
      readonly supplierCode: string;
      readonly memberNumber?: string | undefined;
    }
  | { readonly type: 'member.changed'; readonly memberNumber: string };
