import type { ReconDesk, ReconWork } from '../core/reconcile/ports.js';
import { actOnBreak } from './break-acts.js';
import { listBreaks, readBreak } from './break-reads.js';
import type { Pools } from './pools.js';
import { awaitInput, claimRun, giveBack, renewLease, stumble } from './recon-claim.js';
import { keepInput, newestKey, quarantine, readInput, restAgain } from './recon-input.js';
import { judgeRun, readClosings } from './recon-judge.js';
import { matchLines } from './recon-lines.js';
import { answered } from './recon-once.js';
import { openNight, openRun, signOffRun } from './recon-open.js';
import { findProof, markSettled } from './recon-proof.js';
import { readRun } from './recon-reads.js';
import { asTenants } from './tenant-scope.js';

/** `afterCommit` is told whenever wake-ups were committed, so that the relay need not wait for its next round. */
export function createReconStore(pools: Pools, afterCommit: () => void): ReconDesk & ReconWork {
  const open = openRun(pools);
  return {
    open: async (asked) => {
      const answer = await open(asked);
      afterCommit();
      return answer;
    },
    run: (caller, runId) => asTenants(pools.app, [caller.tenantId], (client) => readRun(client, caller, runId)),
    signOff: signOffRun(pools),
    breaks: listBreaks(pools),
    break: readBreak(pools),
    answered: (caller, request) => answered(pools, caller, request),
    act: actOnBreak(pools),
    now: async () => {
      const found = await pools.relay.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      const row = found.rows[0];
      if (row === undefined) throw new Error('the database told no time');
      return row.now;
    },
    openNight: openNight(pools),
    claim: (connectionId, leaseMs) => claimRun(pools, connectionId, leaseMs),
    renew: renewLease(pools),
    wait: awaitInput(pools),
    restAgain: restAgain(pools),
    inputKey: newestKey(pools),
    keep: keepInput(pools),
    input: readInput(pools),
    match: matchLines(pools),
    closings: readClosings(pools),
    proven: findProof(pools),
    settled: markSettled(pools),
    judge: judgeRun(pools),
    quarantine: quarantine(pools),
    release: giveBack(pools),
    stumble: stumble(pools),
  };
}
