import { toTypeId } from '../../spec/typeid.js';
import type { StoredAnswer } from '../answer.js';
import type { RunSeen } from './ports.js';
import type { RunView } from './reconciliations.js';

/** A run as the outside sees it; the error that a run of ours failed with is the log's to tell. */
export function runView(run: RunSeen): RunView {
  return {
    id: toTypeId('rcn', run.id),
    scheme: run.scheme,
    businessDate: run.businessDate,
    state: run.state,
    provisional: !run.conclusive,
    digest: run.digest,
    inputSha256: run.inputSha256,
    rulesVersion: run.rulesVersion,
    cutOff: run.cutOff?.toISOString() ?? null,
    counts: run.counts,
    points: run.points,
    openBreaks: run.openBreaks,
    quarantine: run.state === 'quarantined' ? quarantineOf(run) : null,
    supersedes: run.supersedes === null ? null : toTypeId('rcn', run.supersedes),
    supersededBy: run.supersededBy === null ? null : toTypeId('rcn', run.supersededBy),
    signedOffBy: run.signedOffBy,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

function quarantineOf({ fault, own }: RunSeen): RunView['quarantine'] {
  if (fault === null || fault.reason === 'error') return null;
  const { reason, line, detail } = fault;
  return own
    ? { reason, line, detail }
    : { reason, line: 0, detail: 'the operator of the shared connection sees where' };
}

/** The 202 with a run as it stands. */
export function runAnswer(run: RunSeen): StoredAnswer {
  const view = runView(run);
  return { status: 202, contentType: 'application/json', body: JSON.stringify(view), location: runPath(run.id) };
}

export function runPath(id: string): string {
  return `/v1/support/reconciliations/${toTypeId('rcn', id)}`;
}
