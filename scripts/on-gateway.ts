import type pg from 'pg';
import { ownerPool } from '../test/support/database.js';
import { openPlace, type Place } from './soak/place.js';

/** A gateway of a run's own, its database, and the signal that says that it is gone. */
export interface Ground {
  readonly place: Place;
  readonly owner: pg.Pool;
  /** Aborts when the processes were stopped, by Ctrl-C say: nobody will answer any more. */
  readonly giveUp: AbortSignal;
}

/** Starts a gateway with as many tenants, has the work done on it, and leaves no process and no folder however that ends. */
export async function onGateway<T>(
  { tenants, schemesDir }: { readonly tenants: number; readonly schemesDir?: string },
  work: (ground: Ground) => Promise<T>,
): Promise<T> {
  const place = await openPlace('postgres', tenants, schemesDir);
  const owner = ownerPool(place.ownerUrl);
  const gone = new AbortController();
  void place.supervisor.stopped.then(() => gone.abort(new Error('the run was stopped')));
  try {
    return await work({ place, owner, giveUp: gone.signal });
  } finally {
    await owner.end();
    await place.stop();
  }
}
