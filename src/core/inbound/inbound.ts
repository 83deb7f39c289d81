import type { RawPush } from '../../spec/adapter.js';

/** Takes a supplier's push. `connectionId` is a UUID. `accepted`: 200; `parked`: 202, its operation is not known yet; `refused`: 401. */
export interface Inbound {
  receive(connectionId: string, push: RawPush): Promise<'accepted' | 'parked' | 'refused'>;
}
