import type { Operation } from './client.js';
import { AIRLINE, CARRIER, HOTEL, RAILWAY } from './scenes.js';
import { losing, rowsOf, settledBeyond, type Stage } from './stage.js';

/** Points earned, one trip sent twice, and an answer lost. Gives what was lost on the way to the hotel, for `tellRecovery`. */
export async function tellEarning({ client, step, accrue }: Stage): Promise<Operation> {
  for (const scene of [AIRLINE, HOTEL, RAILWAY]) {
    await step('post an accrual', scene, async () => spoken(await accrue(scene, 2, 10)));
  }
  // Proof of absence takes its time; it goes on beside the rest of the story.
  const lostRequest = await losing(client, HOTEL, 'dropBeforeCommit', async () => {
    const lost = await accrue(HOTEL, 1, 0);
    return settledBeyond(client, lost.id, ['queued', 'sending']);
  });
  await step('send the same trip again', RAILWAY, async () => {
    const again = await accrue(RAILWAY, 2, 10);
    return `the first operation again: ${again.reference}`;
  });
  await step('lose the answer after the commit', AIRLINE, async () => {
    const unknown = await losing(client, AIRLINE, 'commitThenDrop', async () => {
      const lost = await accrue(AIRLINE, 3, 0);
      return settledBeyond(client, lost.id, ['queued', 'sending']);
    });
    const posted = await settledBeyond(client, unknown.id, ['unknown', 'sending']);
    const rows = await rowsOf(client, AIRLINE.scheme, posted.reference);
    return `${unknown.state}, then ${posted.state} by the same key: ${posted.attempts} attempts, ${rows}`;
  });
  await step('post the night after', CARRIER, async () => {
    const accepted = await accrue(CARRIER, 4, 10);
    await client.control('POST', `${CARRIER.scheme}/close-day`, {});
    const posted = await settledBeyond(client, accepted.id, ['submitted']);
    return `${accepted.state}, then ${posted.state} by the supplier's signed push`;
  });
  await step('take some of it back', RAILWAY, async () => {
    const posted = await accrue(RAILWAY, 5, 10);
    const path = `/v1/accruals/${posted.id}/reversal`;
    const body = { points: 1_000, reason: 'ticket partly refunded' };
    const reversal = await client.post<Operation>(path, body, { prefer: 'wait=10' });
    return `${posted.points} earned, ${reversal.points} taken back: ${reversal.state}`;
  });
  return lostRequest;
}

/** The hotel was asked until it was proven that the request had never arrived. */
export async function tellRecovery({ client, step }: Stage, lost: Operation): Promise<void> {
  await step('lose the request before the commit', HOTEL, async () => {
    const posted = await settledBeyond(client, lost.id, ['unknown', 'queued', 'sending']);
    const rows = await rowsOf(client, HOTEL.scheme, posted.reference);
    return `looked up until its absence was proven, sent again: ${posted.state}, ${posted.attempts} attempts, ${rows}`;
  });
}

function spoken(operation: Operation): string {
  return `${operation.state}, ${operation.points} points, supplier reference ${operation.supplierReference ?? 'none'}`;
}
