import type { AskQuote, Redemptions } from '../core/redemption/redemptions.js';
import type { components } from '../../contracts/generated/gateway.js';
import { uuidOf } from './ids.js';
import { checkQuote } from './meaning.js';
import { serveQuestion, type Door } from './route.js';

/** `/v1/quotes`. */
export function quoteRoutes(door: Door, redemptions: Redemptions): void {
  serveQuestion(door, 'createQuote', async ({ caller, language, body }) => {
    checkQuote(body, language);
    return redemptions.quote(caller, askQuote(body), language);
  });
}

function askQuote({ linkId, reward, price, points }: components['schemas']['QuoteRequest']): AskQuote {
  return { linkId: uuidOf('lnk', linkId), reward, price, points };
}
