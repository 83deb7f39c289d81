import { createHash } from 'node:crypto';
import type { Caller, Scope } from '../../src/core/access/caller.js';
import type { Answer, IdempotentRequest, StoredAnswer } from '../../src/core/answer.js';
import type { CreateLink, LinkView, Links } from '../../src/core/link/links.js';
import type { AcceptAccrual, AcceptReversal, OperationView, Operations } from '../../src/core/operation/operations.js';
import { Problem } from '../../src/core/problem.js';
import type { Redemptions } from '../../src/core/redemption/redemptions.js';
import type { SchemeView } from '../../src/core/scheme/schemes.js';
import type { Deps } from '../../src/http/deps.js';
import { toTypeId } from '../../src/spec/typeid.js';
import { fakeConnections, fakeSchemeDesk } from './administration-fakes.js';
import { fakeSupport } from './support-desk-fakes.js';
import { fakeReconciliations, fakeResyncs, type Note, type Once } from './support-fakes.js';
import { accountView, linkView, operationView, quoteView, redemptionView, schemeView } from './views.js';

export const LINK = '01976a40-0000-7000-8000-000000000001';
export const OPERATION = '01976a40-0000-7000-8000-000000000002';
export const CONNECTION = '01976a40-0000-7000-8000-000000000003';
export const QUOTE = '01976a40-0000-7000-8000-000000000004';
export const LINK_ID = toTypeId('lnk', LINK);
export const OPERATION_ID = toTypeId('op', OPERATION);
export const CONNECTION_ID = toTypeId('con', CONNECTION);
export const QUOTE_ID = toTypeId('qte', QUOTE);
/** Well formed, and nobody's. */
export const NOBODY = '01976a40-0000-7000-8000-00000000ffff';

/** One line of the log, by level. */
interface Logged {
  readonly level: 'debug' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the door asked of the use cases, and what they are to answer. Every member may be replaced by a test. */
export interface World extends Deps {
  readonly callers: Map<string, Caller>;
  readonly logged: Logged[];
  readonly asked: { readonly name: string; readonly input: unknown }[];
  links: Links;
  operations: Operations;
  redemptions: Redemptions;
}

/** A key with these scopes and no others. */
export function callerWith(scopes: readonly Scope[], tenantId = 'tenant-a'): Caller {
  return { tenantId, keyId: 'key-1', scopes: new Set(scopes), organisation: null };
}

const ALL_SCOPES = ['read', 'read-numbers', 'link', 'accrue', 'redeem', 'support', 'admin'] as const;

/** Use cases over nothing: they know one of everything, and keep idempotency keys like the real ones. */
export function newWorld(): World {
  const callers = new Map([
    ['all-a', callerWith(ALL_SCOPES)],
    ['all-b', callerWith(ALL_SCOPES, 'tenant-b')],
  ]);
  const logged: Logged[] = [];
  const asked: { name: string; input: unknown }[] = [];
  const once = idempotency();
  const note = (name: string, input: unknown) => void asked.push({ name, input });
  const log = (level: Logged['level']) => (fields: Logged['fields']) => void logged.push({ level, fields });
  return {
    callers,
    logged,
    asked,
    fingerprint: (request) => createHash('sha256').update(request).digest(),
    authenticate: async (token) => callers.get(token) ?? null,
    links: fakeLinks(once, note),
    operations: fakeOperations(once, note),
    redemptions: fakeRedemptions(once, note),
    reconciliations: fakeReconciliations(once, note),
    resyncs: fakeResyncs(once, note),
    support: fakeSupport(once, note),
    connections: fakeConnections(once, note),
    schemeDesk: fakeSchemeDesk(once, note),
    inbound: {
      receive: async (connectionId, push) => {
        note('receive', { connectionId, push });
        return push.headers['x-signature'] === 'good' ? 'accepted' : 'refused';
      },
    },
    schemes: { list: async () => [schemeView], get: async (_tenant, scheme) => knownScheme(scheme) },
    ready: async () => ({ ok: true, checks: { database: true, queue: true } }),
    log: { debug: log('debug'), warn: log('warn'), error: log('error') },
  };
}

function fakeLinks(once: Once, note: Note): Links {
  const known = (id: string) => {
    if (id !== LINK) throw new Problem('NOT_FOUND');
    return linkView;
  };
  return {
    create: async (caller, input: CreateLink, request) => {
      note('create', input);
      return once(caller, request, () => linkAnswer(201, { ...linkView, travellerRef: input.travellerRef }));
    },
    get: async (_caller, id) => known(id),
    list: async (_caller, filter, page) => {
      note('list', { filter, page });
      return { items: [linkView], next: 'bmV4dA' };
    },
    account: async (_caller, id, maxAgeSeconds) => {
      known(id);
      note('account', maxAgeSeconds);
      return accountView;
    },
    statement: async (_caller, id, since) => {
      known(id);
      note('statement', since);
      const description = null;
      return [
        { supplierReference: 's-1', points: -5, kind: 'reversal', date: '2025-01-02', description, operationId: null },
      ];
    },
    timeline: async (_caller, id) => {
      known(id);
      const entry = { at: '2025-01-02T03:04:05Z', subject: LINK_ID, type: 'link.activated', from: null, to: 'active' };
      return { items: [{ ...entry, detail: { by: 'supplier' } }], next: null };
    },
    traveller: async (_caller, travellerRef, audience) => {
      note('traveller', { travellerRef, audience });
      return {
        travellerRef,
        links: [
          { ...linkView, account: null },
          { ...linkView, account: accountView },
        ],
      };
    },
  };
}

function fakeOperations(once: Once, note: Note): Operations {
  return {
    accrue: async (caller, input: AcceptAccrual, request) => {
      note('accrue', input);
      if (input.linkId !== LINK) throw new Problem('NOT_FOUND');
      return once(caller, request, () => operationAnswer(202, { ...operationView, points: input.points ?? 7 }));
    },
    reverse: async (caller, input: AcceptReversal, request) => {
      note('reverse', input);
      if (input.accrualId !== OPERATION) throw new Problem('NOT_FOUND');
      return once(caller, request, () => operationAnswer(202, { ...operationView, kind: 'reversal' }));
    },
    get: async (_caller, id) => {
      if (id !== OPERATION) throw new Problem('NOT_FOUND');
      return { ...operationView, state: 'posted', nextActionAt: null };
    },
    list: async (_caller, filter, page) => {
      note('list', { filter, page });
      return { items: [operationView], next: null };
    },
    explain: async (_caller, id, language) => {
      if (id !== OPERATION) throw new Problem('NOT_FOUND');
      return { sentences: ['1', '2', '3'].map((sentence) => `${language} ${sentence}`) };
    },
    rested: async () => true,
  };
}

function fakeRedemptions(once: Once, note: Note): Redemptions {
  const known = (id: string, wanted: string) => {
    if (id !== wanted) throw new Problem('NOT_FOUND');
  };
  const step = (name: string, state: OperationView['state']): Redemptions['confirm'] => {
    return async (caller, id, request) => {
      note(name, id);
      known(id, OPERATION);
      return once(caller, request, () => operationAnswer(202, { ...redemptionView, state }));
    };
  };
  return {
    quote: async (_caller, input, language) => {
      note('quote', { ...input, language });
      known(input.linkId, LINK);
      return { ...quoteView, reward: input.reward };
    },
    redeem: async (caller, input, request) => {
      note('redeem', input);
      known(input.quoteId, QUOTE);
      return once(caller, request, () => operationAnswer(202, redemptionView));
    },
    confirm: step('confirm', 'confirming'),
    release: step('release', 'releasing'),
    refund: async (caller, input, request) => {
      note('refund', input);
      known(input.redemptionId, OPERATION);
      return once(caller, request, () => operationAnswer(202, { ...operationView, kind: 'refund' }));
    },
  };
}

function knownScheme(scheme: string): SchemeView {
  if (scheme !== schemeView.id) throw new Problem('SCHEME_UNKNOWN');
  return schemeView;
}

export function linkAnswer(status: number, link: LinkView): Answer {
  const body = JSON.stringify(link);
  return {
    status,
    contentType: 'application/json',
    body,
    location: `/v1/links/${LINK_ID}`,
    replayed: false,
    linkId: LINK,
  };
}

export function operationAnswer(status: number, operation: OperationView): Answer {
  const body = JSON.stringify(operation);
  const location = `/v1/operations/${OPERATION_ID}`;
  return { status, contentType: 'application/json', body, location, replayed: false, operationId: OPERATION };
}

/** One answer for a tenant's key, kept with the fingerprint of its request. */
function idempotency(): Once {
  const kept = new Map<string, { readonly fingerprint: string; readonly answer: Answer }>();
  return (caller, { key, fingerprint }, run) => {
    const name = `${caller.tenantId} ${key}`;
    const before = kept.get(name);
    if (before !== undefined && before.fingerprint !== fingerprint.toString('hex'))
      throw new Problem('IDEMPOTENCY_KEY_REUSED');
    if (before !== undefined) return { ...before.answer, replayed: true };
    const answer = run();
    kept.set(name, { fingerprint: fingerprint.toString('hex'), answer });
    return answer;
  };
}

/** A refusal as a use case stores it. */
export function refusal(request: IdempotentRequest, problem: Problem): Answer {
  const stored: StoredAnswer = request.refuse(problem);
  return { ...stored, replayed: false };
}
