import { createHash } from 'node:crypto';
import { canonicalJson } from '../../spec/canonical.js';
import type { Bilingual, Instant } from '../../spec/values.js';
import type { Caller } from '../access/caller.js';
import { invalid, Problem } from '../problem.js';
import type { ResyncRequest } from './ports.js';
import type { ResyncScope } from './resyncs.js';

/** A resync looks at this much at most; more is several resyncs, each with an end in sight. */
export const ITEMS_AT_MOST = 10_000;

/** A scope in its one spelling, and what it comes down to. */
export interface ReadScope extends Pick<ResyncRequest, 'holds' | 'account'> {
  readonly scope: ResyncScope;
}

/** Checks a scope and spells it so that equal scopes are equal. Throws 422, also for a scheme that is not installed. */
export function readScope(given: ResyncScope, isInstalled: (scheme: string) => boolean): ReadScope {
  const scope: ResyncScope = {
    ...(given.scheme === undefined ? {} : { scheme: given.scheme }),
    ...(given.linkId === undefined ? {} : { linkId: given.linkId }),
    ...(given.operationIds === undefined ? {} : { operationIds: [...new Set(given.operationIds)].sort() }),
    ...(given.from === undefined ? {} : { from: instant('/scope/from', given.from) }),
    ...(given.to === undefined ? {} : { to: instant('/scope/to', given.to) }),
  };
  const { scheme, linkId, operationIds, from, to } = scope;
  if (Object.keys(scope).length === 0) throw invalid('/scope', FAULTS.empty);
  if (scheme !== undefined && !isInstalled(scheme)) throw new Problem('SCHEME_UNKNOWN');
  if (operationIds?.length === 0) throw invalid('/scope/operationIds', FAULTS.none);
  if ((operationIds?.length ?? 0) > ITEMS_AT_MOST) {
    throw invalid('/scope/operationIds', FAULTS.many);
  }
  if (from !== undefined && to !== undefined && from >= to) throw invalid('/scope/to', FAULTS.backwards);
  const schemeAlone = linkId === undefined && operationIds === undefined && from === undefined && to === undefined;
  return {
    scope,
    holds: schemeAlone ? 'open-or-disputed' : 'everything',
    account: linkId !== undefined && operationIds === undefined ? 'with-account' : 'without-account',
  };
}

/**
 * 32 bytes, the same for all that look at the same in the same way: whoever asks twice, or twenty times at once, asks
 * once.
 */
export function scopeKey(scope: ResyncScope, dryRun: boolean, caller: Pick<Caller, 'organisation'>): Buffer {
  return createHash('sha256')
    .update(canonicalJson({ scope, dryRun, organisation: caller.organisation }))
    .digest();
}

function instant(pointer: string, text: string): Instant {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw invalid(pointer, FAULTS.untimely);
  return time.toISOString();
}

const FAULTS = {
  empty: {
    zh: '未指定任何内容：请给出会员计划、关联、操作或时间',
    en: 'names nothing: give a scheme, a link, operations or times',
  },
  none: { zh: '未列出任何操作', en: 'names no operation' },
  many: { zh: `列出的操作超过 ${ITEMS_AT_MOST} 笔`, en: `names more than ${ITEMS_AT_MOST} operations` },
  backwards: { zh: '必须晚于 from', en: 'is not after from' },
  untimely: { zh: '不是有效时间，应如 2026-11-21T08:00:00Z', en: 'is not a time, as in 2026-11-21T08:00:00Z' },
} as const satisfies Readonly<Record<string, Bilingual>>;
