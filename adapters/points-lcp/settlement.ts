import { answerOf, fileBytes, isPage, closedAt } from '../../src/kit/download.js';
import { settlementLines } from '../../src/kit/settlement-file.js';
import { utf8Text } from '../../src/kit/unpack.js';
import type { SettlementPort } from '../../src/spec/adapter.js';
import { getStatement } from './client.js';
import type { Config } from './config.js';
import { faultOfStatus } from './errors.js';
import { readLine } from './map-settlement.js';

/** The programme's statement of what it posted for us on a day. There is none until the day is closed. */
export const settlement: SettlementPort<Config> = {
  coverage: 'ours',

  fetch: async (context, { businessDate }) => {
    const download = await getStatement(context, businessDate.replaceAll('-', ''));
    // The contract has no code for it; a page for people is a wrong address.
    if (download.status === 404 && !isPage(download)) return { found: 'not-yet' };
    if (download.status !== 200) throw faultOfStatus(answerOf(download));
    return { found: 'input', bytes: fileBytes(download), closed: true, closedAt: closedAt(download) };
  },

  parse: (bytes, day, { partner }) =>
    settlementLines(utf8Text(bytes), { layout: 'LPS', partner, day }, (record) => readLine(record, partner)),
};
