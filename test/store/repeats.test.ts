import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Limited } from '../../src/core/supplier/ports.js';
import { type GateProcess, type Gates, never, openGates } from './gates.js';

let gates: Gates;
beforeAll(async () => {
  gates = await openGates();
});
afterAll(async () => {
  expect(gates.errors).toEqual([]);
  await gates.close();
});

/** Repeats whatever it may for so many milliseconds, beside so many first sends each time; gives both counts. */
async function repeat({ gate }: GateProcess, connection: Limited, forMs: number, firsts: number) {
  const until = performance.now() + forMs;
  const begun = { repeats: 0, firsts: 0 };
  while (performance.now() < until) {
    const admission = await gate.admit(connection, 'live', 10 + firsts, never());
    admission.settle({ writes: admission.repeats + firsts, lookUps: 0, repeats: admission.repeats });
    begun.repeats += admission.repeats;
    begun.firsts += firsts;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return begun;
}

async function together(connection: Limited, firsts: number) {
  const processes = [gates.process(), gates.process(), gates.process()];
  const since = performance.now();
  const begun = await Promise.all(processes.map((one) => repeat(one, connection, 2_000, firsts)));
  const seconds = (performance.now() - since) / 1000;
  const sum = (of: 'repeats' | 'firsts') => begun.reduce((total, one) => total + one[of], 0);
  return { repeats: sum('repeats'), firsts: sum('firsts'), seconds };
}

it('lets three processes together repeat five sends a second, and five that were saved up', async () => {
  const { repeats, seconds } = await together(await gates.connection(null), 0);
  expect(repeats).toBeLessThanOrEqual(Math.ceil(5 * (seconds + 1)));
  expect(repeats).toBeGreaterThanOrEqual(10);
});

it('lets them repeat a tenth of the first sends beside that', async () => {
  const { repeats, firsts, seconds } = await together(await gates.connection(null), 5);
  expect(repeats).toBeLessThanOrEqual(Math.ceil(5 * (seconds + 1) + firsts / 10));
  expect(repeats).toBeGreaterThan(5 * (seconds + 1));
});

it('does not save up a credit for more than twenty', async () => {
  const connection = await gates.connection(null);
  const [a] = [gates.process()];
  const first = await a.gate.admit(connection, 'live', 1_000, never());
  expect(first.repeats).toBe(1);
  first.settle({ writes: 1_000, lookUps: 0, repeats: 1 });
  const granted = [];
  for (;;) {
    const { repeats, settle } = await a.gate.admit(connection, 'live', 50, never());
    if (repeats === 0) break;
    granted.push(repeats);
    settle({ writes: repeats, lookUps: 0, repeats });
  }
  const sum = granted.reduce((total, one) => total + one, 1);
  expect(sum).toBeGreaterThanOrEqual(5 + 5);
  expect(sum).toBeLessThanOrEqual(5 + 20 + 5);
});
