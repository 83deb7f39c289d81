import type { Operation, Quote } from './client.js';
import { AIRLINE, LONG_JOURNEY, RAILWAY, type Scene } from './scenes.js';
import { losing, rowsOf, settledBeyond, type Stage } from './stage.js';

/** Points spent: held and confirmed, held and let go, and a confirm whose answer is lost. */
export async function tellSpending(stage: Stage): Promise<void> {
  const { client, step } = stage;
  await step('earn what opens redemption', RAILWAY, async () => {
    const { points, state } = await stage.accrue(LONG_JOURNEY, 6, 10);
    return `${state}, ${points} points in business class; the railway wants 10,000 once`;
  });
  for (const scene of [RAILWAY, AIRLINE]) {
    await step('redeem: quote, hold, confirm', scene, async () => {
      const quote = await quoted(stage, scene, 1);
      const held = await redeemed(stage, quote);
      const confirmed = await act(stage, held, 'confirm');
      const rows = await rowsOf(client, scene.scheme, confirmed.reference);
      const notice = quote.hold === 'soft' ? `; its quote says: "${quote.holdNotice}"` : '';
      return `${quote.points} points, ${quote.hold} hold; ${held.state}, then ${confirmed.state}: ${rows}${notice}`;
    });
  }
  await step('redeem and let go', RAILWAY, async () => {
    const held = await redeemed(stage, await quoted(stage, RAILWAY, 2));
    const released = await act(stage, held, 'release');
    return `${held.state}, then ${released.state}: ${await rowsOf(client, RAILWAY.scheme, released.reference)}`;
  });
  await step('lose the answer of a confirm', RAILWAY, async () => {
    const held = await redeemed(stage, await quoted(stage, RAILWAY, 3));
    const unknown = await losing(client, RAILWAY, 'commitThenDrop', async () => {
      const confirming = await client.post<Operation>(`/v1/redemptions/${held.id}/confirm`, {});
      return settledBeyond(client, confirming.id, ['held', 'confirming']);
    });
    const confirmed = await settledBeyond(client, held.id, ['unknown', 'confirming']);
    const rows = await rowsOf(client, RAILWAY.scheme, confirmed.reference);
    return `${unknown.state}, then ${confirmed.state} by the same key: ${rows}`;
  });
}

function quoted({ client, linkOf }: Stage, scene: Scene, index: number): Promise<Quote> {
  return client.post<Quote>('/v1/quotes', { linkId: linkOf(scene), ...scene.reward?.(index) });
}

function redeemed({ client }: Stage, { id }: Quote): Promise<Operation> {
  return client.post<Operation>('/v1/redemptions', { quoteId: id }, { prefer: 'wait=10' });
}

function act({ client }: Stage, { id }: Operation, step: 'confirm' | 'release'): Promise<Operation> {
  return client.post<Operation>(`/v1/redemptions/${id}/${step}`, {}, { prefer: 'wait=10' });
}
