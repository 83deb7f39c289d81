import type { AnyAdapter, LoyaltyAdapter } from '../src/spec/adapter.js';
import type { Scheme } from '../src/spec/scheme.js';
import { cnPartner } from './cn-partner/index.js';
import { operaCloud } from './opera-cloud/index.js';
import { pointsLcp } from './points-lcp/index.js';
import { reference } from './reference/index.js';

/** Every adapter there is, by its id; a scheme names one of them. */
export const adapters: Readonly<Record<string, AnyAdapter>> = {
  'cn-partner': registered(cnPartner),
  'opera-cloud': registered(operaCloud),
  'points-lcp': registered(pointsLcp),
  reference: registered(reference),
};

/** The adapter of that id; throws an Error naming it and those there are when there is none. */
export function adapterOf(id: string): AnyAdapter {
  const adapter = Object.hasOwn(adapters, id) ? adapters[id] : undefined;
  if (adapter === undefined) {
    throw new Error(`no adapter "${id}"; there are ${Object.keys(adapters).join(', ')}`);
  }
  return adapter;
}

/** The adapter of a scheme, with the ports that the scheme's own settings give it. Throws like `adapterOf`. */
export function adapterFor({ adapter: id, settings }: Pick<Scheme, 'adapter' | 'settings'>): AnyAdapter {
  const adapter = adapterOf(id);
  return adapter.forSettings?.(settings) ?? adapter;
}

/** Forgets the configuration's type: from here on only what an adapter's `configure` made is handed back to it. */
function registered<C>(adapter: LoyaltyAdapter<C>): AnyAdapter {
  return adapter as unknown as AnyAdapter;
}
