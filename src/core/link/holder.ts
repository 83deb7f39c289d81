import type { Scheme } from '../../spec/scheme.js';
import type { Holder, HolderName } from '../../spec/values.js';

/** The spelling to send: in the script the supplier compares, else the first one given. Throws a RangeError for a holder without names. */
export function spelling(holder: Holder, rule: Scheme['nameRule']): HolderName {
  const name = holder.names.find(({ script }) => script === rule.script) ?? holder.names[0];
  if (name === undefined) throw new RangeError('a holder has at least one name');
  return name;
}

/** A holder of the short form with one name: `Hani` if it holds a Han character anywhere, else `Latn`. */
export function holderFromShort(familyName: string, givenName?: string): Holder {
  const script = /\p{Script=Han}/u.test(familyName + (givenName ?? '')) ? 'Hani' : 'Latn';
  return { names: [{ script, family: familyName, ...(givenName === undefined ? {} : { given: givenName }) }] };
}
