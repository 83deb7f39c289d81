import type { Member } from '../../spec/adapter.js';
import type { Supplier } from '../supplier/ports.js';
import { spelling } from './holder.js';
import type { OpenMember } from './vault.js';

/** A member as the supplier's adapter is given it: one spelling of the name, picked by the scheme's rule. */
export function memberOf(open: OpenMember, supplier: Pick<Supplier, 'scheme'>): Member {
  return { number: open.memberNumber, name: spelling(open.holder, supplier.scheme.nameRule), handle: open.handle };
}

/** What no record of a call may show: the number, the supplier's ids of the member, and names long enough not to be words. */
export function secretsOf(open: OpenMember): string[] {
  const names = open.holder.names.flatMap((name) => [name.family, name.given ?? '', name.family + (name.given ?? '')]);
  return [open.memberNumber, ...Object.values(open.handle), ...names.filter((name) => name.length > 1)];
}
