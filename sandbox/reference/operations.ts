import { instant } from '../engine/clock.js';
import type { Collection } from '../engine/store.js';
import type { Parts, WireAnswer } from '../platform.js';
import { otherReference, type Wire } from './answers.js';

/** How an operation stood from a moment on, Unix milliseconds. */
interface Standing {
  readonly at: number;
  readonly status: Exclude<Wire['Operation']['status'], 'expired'>;
  readonly code?: string | undefined;
  readonly businessDate?: string | undefined;
}

/** An operation as the programme keeps it; one that was refused at once is not kept. */
export interface OperationRecord {
  readonly reference: string;
  readonly supplierReference: string;
  readonly kind: Wire['Operation']['kind'];
  readonly memberNumber: string;
  readonly points: number;
  /** Of a reversal: the reference of the accrual it takes back. */
  readonly accrual?: string | undefined;
  /** Of a hold: Unix milliseconds; from then on it has expired, whether or not anybody asks. */
  readonly heldUntil?: number | undefined;
  /** Oldest first, never empty: a look-up that lags tells an older one. */
  readonly standings: readonly [Standing, ...Standing[]];
}

/** What an operation is begun with. */
export type Begun = Omit<OperationRecord, 'supplierReference' | 'standings'>;

/** The programme's operations. Nothing keeps a reference from being used twice: then there are two of them. */
export interface Operations {
  begin(operation: Begun, status: Standing['status']): OperationRecord;
  /** Moves the points of an operation; from then on it is posted. */
  post(operation: OperationRecord): OperationRecord;
  refuse(operation: OperationRecord, code: string): OperationRecord;
  release(operation: OperationRecord): OperationRecord;
  byId(supplierReference: string): OperationRecord | undefined;
  /** The first operation under a reference. */
  byReference(reference: string): OperationRecord | undefined;
  /** What reversals take from an accrual, those that are still pending included. */
  reversed(accrual: string): number;
}

/** `decided` hears of every operation that was posted, or refused after it had been taken. */
export function openOperations(
  parts: Pick<Parts, 'books' | 'clock' | 'collection'>,
  decided: (operation: OperationRecord) => void,
): Operations {
  const { books, clock } = parts;
  const operations: Collection<OperationRecord> = parts.collection('operations');
  const references: Collection<readonly string[]> = parts.collection('references');
  const reversals: Collection<readonly string[]> = parts.collection('reversals');
  const note = (index: Collection<readonly string[]>, key: string, id: string): void => {
    index.set(key, [...(index.get(key) ?? []), id]);
  };
  const save = (operation: OperationRecord): OperationRecord => {
    operations.set(operation.supplierReference, operation);
    return operation;
  };
  const become = (operation: OperationRecord, standing: Omit<Standing, 'at'>): OperationRecord =>
    save({ ...operation, standings: [...operation.standings, { ...standing, at: clock() }] });
  const telling = (operation: OperationRecord): OperationRecord => {
    decided(operation);
    return operation;
  };
  return {
    begin: (operation, status) => {
      const supplierReference = books.nextReference('R');
      note(references, operation.reference, supplierReference);
      if (operation.accrual !== undefined) note(reversals, operation.accrual, supplierReference);
      return save({ ...operation, supplierReference, standings: [{ status, at: clock() }] });
    },
    post: (operation) => {
      const { reference, supplierReference, memberNumber, kind } = operation;
      const points = signed(operation);
      const { businessDate } = books.apply({ reference, supplierReference, memberNumber, points, kind });
      return telling(become(operation, { status: 'posted', businessDate }));
    },
    refuse: (operation, code) => telling(become(operation, { status: 'refused', code })),
    release: (operation) => become(operation, { status: 'released' }),
    byId: (supplierReference) => operations.get(supplierReference),
    byReference: (reference) => operations.get(references.get(reference)?.[0] ?? ''),
    reversed: (accrual) =>
      (reversals.get(accrual) ?? [])
        .flatMap((id) => operations.get(id) ?? [])
        .filter((operation) => latest(operation).status !== 'refused')
        .reduce((sum, { points }) => sum + points, 0),
  };
}

/** The points of an operation, signed from the member. */
export function signed({ kind, points }: Pick<OperationRecord, 'kind' | 'points'>): number {
  return kind === 'accrual' ? points : -points;
}

/** How an operation stands. */
export function latest({ standings }: OperationRecord): Standing {
  return standings.at(-1) ?? standings[0];
}

/** The answer about an operation as it stood at a moment; `null` where it was not there yet. */
export function told(status: number, operation: OperationRecord, at: number): WireAnswer | null {
  const standing = operation.standings.findLast((one) => one.at <= at);
  if (standing === undefined) return null;
  const { reference, supplierReference, kind, memberNumber, points, heldUntil } = operation;
  const body: Wire['Operation'] = {
    ...{ reference, supplierReference, kind, memberNumber, points },
    status: isOver(standing, heldUntil, at) ? 'expired' : standing.status,
    ...(standing.code === undefined ? {} : { code: standing.code }),
    ...(standing.businessDate === undefined ? {} : { businessDate: standing.businessDate }),
    ...(standing.status === 'held' && heldUntil !== undefined ? { holdExpiresAt: instant(heldUntil) } : {}),
  };
  const wrongEchoes = [
    { ...body, points: points + 1 },
    { ...body, reference: otherReference(reference) },
  ];
  return { status, body, wrongEchoes };
}

function isOver({ status }: Standing, heldUntil: number | undefined, at: number): boolean {
  return status === 'held' && heldUntil !== undefined && heldUntil <= at;
}
