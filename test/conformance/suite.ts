import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adapterFor } from '../../adapters/index.js';
import type { Scheme } from '../../src/spec/scheme.js';
import { type Bench, openBench } from './bench.js';
import { inboundCases } from './inbound-cases.js';
import { leftOut } from './left-out.js';
import { accountCases, linkingCases } from './member-cases.js';
import { redemptionCases } from './redemption-cases.js';
import { settlementCases } from './settlement-cases.js';
import { statementCases } from './statement-cases.js';
import { accrualTrial, reversalTrial } from './write-bench.js';
import { cleanCase, writeCases } from './write-cases.js';

/** One suite for every adapter, run once per scheme on it; the cases come from the ports that are there. */
export function conformance(schemes: readonly Scheme[]): void {
  describe.each(schemes)('$adapter, as $id', conforms);

  describe('what is left out', () => {
    it('is said', () => {
      const lines = schemes.flatMap((scheme) =>
        leftOut(adapterFor(scheme)).map(
          ({ what, reason }) => `conformance, ${scheme.adapter} as ${scheme.id}: without ${what.en}: ${reason.en}\n`,
        ),
      );
      process.stdout.write(lines.join(''));
      expect(lines.every((line) => line.length > 0)).toBe(true);
    });
  });
}

function conforms(scheme: Scheme): void {
  const { id, adapter: adapterId, terms } = scheme;
  const adapter = adapterFor(scheme);
  const { accrual } = adapter;
  let open: Bench;
  const bench = (): Bench => open;

  beforeAll(async () => {
    open = await openBench(scheme);
  });
  afterAll(() => open.stop());

  linkingCases(adapter, bench);
  accountCases(adapter, bench);
  if (accrual !== undefined) {
    const { accrue, reverse } = accrual;
    for (const type of accrual.activities) {
      const trial = (on: Bench) => accrualTrial(on, type);
      cleanCase({ name: `accrual of a ${type}`, kind: 'accrual', write: accrue, trial }, bench);
    }
    const own = accrual.activities.find((type) => terms.some((version) => version.accrual[type] === 'posted-by-us'));
    if (own === undefined) throw new Error(`${id} accrues nothing that ${adapterId} can carry`);
    statementCases(adapter, own, bench);
    settlementCases(adapter, own, bench);
    writeCases({ name: 'accrual', kind: 'accrual', write: accrue, trial: (on) => accrualTrial(on, own) }, bench);
    if (reverse !== undefined) {
      const trial = (on: Bench) => reversalTrial(on, own);
      cleanCase({ name: 'reversal', kind: 'reversal', write: reverse, trial }, bench);
      writeCases({ name: 'reversal', kind: 'reversal', write: reverse, trial }, bench);
    }
  }
  redemptionCases(adapter, scheme, bench);
  inboundCases(adapter, bench);

  for (const { what, reason } of leftOut(adapter)) it.skip(`${what.en}: ${reason.en}`, () => undefined);
}
