import { answerOf, fileBytes, closedAt } from '../../src/kit/download.js';
import { settlementLines } from '../../src/kit/settlement-file.js';
import { gunzipped, utf8Text } from '../../src/kit/unpack.js';
import type { SettlementPort } from '../../src/spec/adapter.js';
import { getSettlement } from './client.js';
import type { Config } from './config.js';
import { codeOf, faultOf } from './errors.js';
import { readLine } from './map-settlement.js';

/**
 * The file of what the supplier posted for us on a day. There is none until the day is closed, so what comes is closed.
 */
export const settlement: SettlementPort<Config> = {
  coverage: 'ours',

  fetch: async (context, { businessDate }) => {
    const download = await getSettlement(context, businessDate.replaceAll('-', ''));
    const answer = answerOf(download);
    if (download.status === 404 && codeOf(answer) === 'NOT_FOUND') return { found: 'not-yet' };
    const fault = faultOf(answer);
    if (fault !== null) throw fault;
    return { found: 'input', bytes: fileBytes(download), closed: true, closedAt: closedAt(download) };
  },

  parse: (bytes, day, { partnerId }) =>
    settlementLines(utf8Text(gunzipped(bytes)), { layout: 'CRS', partner: partnerId, day }, readLine),
};
