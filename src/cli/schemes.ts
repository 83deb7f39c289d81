import { adapterFor } from '../../adapters/index.js';
import { loadSchemes } from '../config/schemes.js';
import { type Capabilities, capabilitiesOf } from '../spec/capabilities.js';
import type { Scheme } from '../spec/scheme.js';
import { table } from './table.js';
import type { Verb } from './verb.js';

/** `interline schemes`. */
export const schemes: Verb = {
  name: 'schemes',
  summary: 'list the schemes and what each can do',
  description:
    'Lists every scheme with its adapter and its capabilities, which follow from the ports of the adapter. ' +
    'A write shows how it recovers from a lost answer: key, lookup or none.',
  example: { command: 'interline schemes --json', purpose: 'the published matrix, for a program' },
  act: ({ environment, json }) => {
    const listed = loadSchemes(...environment.schemeDirectories).map(described);
    console.log(json ? JSON.stringify({ items: listed }, null, 2) : asTable(listed));
    return Promise.resolve(0);
  },
};

type Listed = Pick<Scheme, 'id' | 'name' | 'kind' | 'adapter' | 'contract'> & { readonly capabilities: Capabilities };

function described(scheme: Scheme): Listed {
  const { id, name, kind, adapter, contract } = scheme;
  return { id, name, kind, adapter, contract, capabilities: capabilitiesOf(adapterFor(scheme)) };
}

function asTable(listed: readonly Listed[]): string {
  const shown = capabilityNames(listed).filter((name) =>
    listed.some(({ capabilities }) => capabilities[name] !== false),
  );
  return table(
    ['scheme', 'name', 'kind', 'adapter', 'contract', ...shown],
    listed.map(({ id, name, kind, adapter, contract, capabilities }) => [
      ...[id, `${name.en} ${name.zh}`, kind, adapter, contract],
      ...shown.map((capability) => cell(capabilities[capability])),
    ]),
  );
}

function capabilityNames(listed: readonly Listed[]): (keyof Capabilities)[] {
  return Object.keys(listed[0]?.capabilities ?? {}) as (keyof Capabilities)[];
}

function cell(capability: Capabilities[keyof Capabilities]): string {
  if (capability === false) return '-';
  return capability === true ? 'yes' : capability;
}
