import { adapterFor } from '../../adapters/index.js';
import { timingOf } from '../config/timing.js';
import type { SchemeFacts } from '../core/operation/prepare.js';
import type { Scheme } from '../spec/scheme.js';

/** What is known of a scheme by its name; throws for one that is not installed. */
export function schemeFacts(schemes: ReadonlyMap<string, Scheme>): (scheme: string) => SchemeFacts {
  return (id) => {
    const scheme = schemes.get(id);
    if (scheme === undefined) throw new Error(`scheme ${id} is not installed`);
    return { scheme, adapter: adapterFor(scheme), timing: timingOf(scheme, 'normal') };
  };
}
