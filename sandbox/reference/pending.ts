import type { Collection } from '../engine/store.js';
import { latest, type OperationRecord } from './operations.js';
import { refusalOf, type WriteParts } from './judgement.js';

/** Operations that were taken and not decided. */
export interface Pending {
  take(operation: OperationRecord): OperationRecord;
  /** Decides all of them now: nothing that was taken on a day is left when it is closed. */
  decideAll(): void;
}

interface Waiting {
  readonly id: string;
  /** Unix milliseconds. */
  readonly dueAt: number;
}

/** Decides each after the programme's time; what was waiting when the sandbox stopped goes on waiting when it starts again. */
export function openPending(parts: WriteParts): Pending {
  const { clock, operations, programme } = parts;
  const waiting: Collection<Waiting> = parts.collection('pending');

  const decide = (id: string): void => {
    const operation = operations.byId(id);
    waiting.delete(id);
    if (operation === undefined || latest(operation).status !== 'pending') return;
    const code = refusalOf(operation, parts);
    if (code === null) operations.post(operation);
    else operations.refuse(operation, code);
  };
  const wait = ({ id, dueAt }: Waiting): void => {
    parts.later(Math.max(0, dueAt - clock()), () => {
      decide(id);
    });
  };
  for (const one of waiting.values()) wait(one);

  return {
    take: (operation) => {
      const one = { id: operation.supplierReference, dueAt: clock() + programme.pendingMs };
      waiting.set(one.id, one);
      wait(one);
      return operation;
    },
    decideAll: () => {
      for (const { id } of Array.from(waiting.values())) decide(id);
    },
  };
}
