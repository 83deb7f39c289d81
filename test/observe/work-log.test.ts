import { describe, expect, it } from '@jest/globals';
import type { AttemptEnd } from '../../src/core/operation/ports.js';
import { createLogger } from '../../src/observe/log.js';
import { createWorkLog } from '../../src/observe/work-log.js';
import { toTypeId } from '../../src/spec/typeid.js';

const ID = '01976a40-0000-7000-8000-000000000002';
const END: AttemptEnd = {
  operationId: ID,
  tenantId: ID,
  connectionId: ID,
  scheme: 'northwind-air',
  kind: 'accrual',
  act: 'send',
  outcome: 'receipt',
  latencyMs: 12,
  from: 'sending',
  to: 'posted',
  createdAt: new Date(0),
};

/** What is counted and written of these ends. */
function heard(level: 'info' | 'debug', ...ends: readonly AttemptEnd[]) {
  const lines: Record<string, unknown>[] = [];
  const counted: string[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createWorkLog(
    {
      attempt: ({ outcome }) => void counted.push(`attempt ${outcome}`),
      ended: ({ kind, state }) => void counted.push(`${kind} ${state}`),
    },
    createLogger({ level, name: 'worker', destination }),
  );
  for (const end of ends) log.attempt(end);
  return { log, lines, counted };
}

describe('the log of work', () => {
  it('writes each attempt down for those who debug, by public ids, and counts it', () => {
    const { lines, counted } = heard('debug', END, { ...END, to: 'unknown', outcome: 'unknown-outcome' });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'debug', operationId: toTypeId('op', ID), act: 'send', to: 'posted' }),
      expect.objectContaining({ level: 'debug', connectionId: toTypeId('con', ID), outcome: 'unknown-outcome' }),
    ]);
    expect(counted).toEqual(['attempt receipt', 'accrual posted', 'attempt unknown-outcome']);
  });

  it('tells everybody what falls into the hands of people, once', () => {
    const { log, lines } = heard(
      'info',
      END,
      { ...END, to: 'needs-review', outcome: 'unmapped' },
      { ...END, from: 'needs-review', to: 'needs-review', outcome: 'absent' },
    );
    log.quarantined({ operationId: ID, tenantId: ID, connectionId: ID, scheme: 'northwind-air' });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'an operation waits for a person',
      'an operation is quarantined: the fault is ours',
    ]);
    for (const line of lines) expect(line).toMatchObject({ level: 'info', operationId: toTypeId('op', ID) });
  });
});
