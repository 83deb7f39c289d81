import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { components } from '../../contracts/generated/gateway.js';
import { SCOPES } from '../../src/core/access/caller.js';
import { CONSENT_SCOPES, LINK_STATES } from '../../src/core/link/links.js';
import { compileContract } from '../../src/http/contract.js';
import { DEFAULT_MAX_AGE } from '../../src/http/links.js';
import { DEFAULT_LIMIT } from '../../src/http/page.js';
import { PROBLEMS } from '../../src/http/problem-table.js';
import {
  BREAK_ACTIONS,
  BREAK_STATES,
  RUN_STATES,
  VERDICT_REASONS,
  VERDICTS,
} from '../../src/core/reconcile/reconciliations.js';
import { LOOK_RESULTS, RESYNC_STATES } from '../../src/core/resync/resyncs.js';
import { CHECK_RESULTS, CONNECTION_STATES } from '../../src/core/connection/connections.js';
import { SETTLE_OUTCOMES, SUPPORT_ACTIONS, WHY_NOT } from '../../src/core/support/actions-on.js';
import {
  APPROVAL_ACTS,
  APPROVAL_STATES,
  REQUEUE_ACTIONS,
  REQUEUE_RESULTS,
  REQUEUE_STATES,
} from '../../src/core/support/support.js';
import { REFUSAL_REASONS } from '../../src/spec/errors.js';
import { EXPECTATION_STATES, OPERATION_KINDS, REDEMPTION_STATES, WRITE_STATES } from '../../src/spec/operation.js';
import { REWARD_TYPES } from '../../src/spec/reward.js';
import { contractFaults, schemaFaults, type Received } from './contract-check.js';
import { checkView, quietStandingView, schemeStandingView, sharedConnectionView } from './administration-views.js';
import { LINK_ID } from './fakes.js';
import {
  approvalView,
  caseView,
  linkHit,
  operationHit,
  pendingApprovalView,
  previewView,
  requeueView,
} from './support-desk-views.js';
import { bareBreakView, breakView, finishedRunView, resyncItemView, resyncView, runView } from './support-views.js';
import { accountView, linkView, operationView, quoteView, redemptionView, schemeView } from './views.js';

type Node = Readonly<Record<string, unknown>>;

const root = new URL('../../', import.meta.url);
const document = parse(readFileSync(new URL('contracts/gateway.yaml', root), 'utf8')) as Node;
const { schemas, parameters } = document['components'] as Readonly<Record<string, Readonly<Record<string, Node>>>>;

const enumOf = (name: string) => [...((schemas?.[name]?.['enum'] ?? []) as string[])].sort();

describe('the contract', () => {
  it.each([
    ['OperationKind', OPERATION_KINDS],
    ['OperationState', [...new Set([...WRITE_STATES, ...EXPECTATION_STATES, ...REDEMPTION_STATES])]],
    ['RefusalReason', REFUSAL_REASONS],
    ['LinkState', LINK_STATES],
    ['ProblemCode', Object.keys(PROBLEMS)],
    ['RewardType', REWARD_TYPES],
    ['RunState', RUN_STATES],
    ['BreakKind', VERDICTS.filter((verdict) => !['matched', 'late', 'foreign'].includes(verdict))],
    ['VerdictReason', VERDICT_REASONS],
    ['BreakState', BREAK_STATES],
    ['BreakAction', BREAK_ACTIONS],
    ['ResyncState', RESYNC_STATES],
    ['LookResult', LOOK_RESULTS],
    ['SupportAction', SUPPORT_ACTIONS],
    ['SettleOutcome', SETTLE_OUTCOMES],
    ['WhyNot', WHY_NOT],
    ['ApprovalAct', APPROVAL_ACTS],
    ['ApprovalState', APPROVAL_STATES],
    ['RequeueAction', REQUEUE_ACTIONS],
    ['RequeueState', REQUEUE_STATES],
    ['RequeueResult', REQUEUE_RESULTS],
    ['ConnectionState', CONNECTION_STATES],
    ['CheckResult', CHECK_RESULTS],
  ])('names every %s that the code knows, and no other', (name, known) => {
    expect(enumOf(name)).toEqual([...known].sort());
  });

  it('names the scopes of consent', () => {
    const consent = schemas?.['Consent']?.['properties'] as Readonly<Record<string, { readonly items: Node }>>;
    expect(consent['scopes']?.items['enum']).toEqual([...CONSENT_SCOPES]);
  });

  it('states the defaults that are followed', () => {
    expect((parameters?.['Limit']?.['schema'] as Node)['default']).toBe(DEFAULT_LIMIT);
    const { operations } = compileContract();
    expect(operations.get('getAccount')?.wholeNumbers).toEqual(new Set(['maxAge']));
    expect(JSON.stringify(document)).toContain(`"maximum":2592000,"default":${DEFAULT_MAX_AGE}`);
  });

  it('has no open object but those that are maps, a form, a check by name and the contract itself', () => {
    const open: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { type, additionalProperties, oneOf } = node as Node;
      const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'));
      if (isObject && additionalProperties !== false && oneOf === undefined) open.push(at);
      for (const [name, child] of Object.entries(node)) visit(child, `${at}/${name}`);
    };
    visit(schemas, '');
    expect(open).toEqual([
      '/StringMap',
      '/Scheme/properties/linkForm',
      '/Checks',
      '/ConnectionSettings',
      '/ConnectionSecrets',
      '/SchemeStanding/properties/operations/properties/byState',
    ]);
  });

  it('describes a problem for all that can go wrong with a key, and names a known scope', () => {
    for (const [name, operation] of compileContract().operations) {
      if (operation.scope === null) continue;
      expect(SCOPES).toContain(operation.scope);
      const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, { responses: Node }>>>>;
      const statuses = Object.keys(paths[operation.path]?.[operation.method]?.responses ?? {});
      expect([name, statuses]).toEqual([name, expect.arrayContaining(['401', '403', '422', '431', '500', '503'])]);
    }
  });

  it('and the types made of it are the same age', async () => {
    const script = fileURLToPath(new URL('scripts/generate.ts', root));
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--check'], {
      cwd: fileURLToPath(root),
    });
    await expect(run.catch((error: unknown) => (error as { stdout: string }).stdout)).resolves.toMatchObject({
      stdout: '',
    });
  }, 30_000);
});

describe('what the use cases show', () => {
  type Schemas = components['schemas'];
  // Each of these compiles only while the type of the view fits the contract's.
  const link: Schemas['Link'] = linkView;
  const account: Schemas['Account'] = accountView;
  const traveller: Schemas['Traveller'] = { travellerRef: 'x', links: [{ ...linkView, account: accountView }] };

  const run: Schemas['Reconciliation'] = finishedRunView;
  const found: Schemas['Break'] = breakView;
  const item: Schemas['ResyncItem'] = resyncItemView;
  const supportCase = caseView as Schemas['SupportCase'];
  const approval = approvalView as Schemas['Approval'];
  const requeue = requeueView as Schemas['Requeue'];
  const hit: Schemas['SupportHit'] = operationHit;
  const check: Schemas['ConnectionCheck'] = checkView;
  const standing: Schemas['SchemeStanding'] = schemeStandingView;

  it.each([
    ['Link', link],
    ['Account', account],
    ['Scheme', schemeView],
    ['Traveller', traveller],
    ['Operation', operationView],
    ['Operation', redemptionView],
    ['Quote', quoteView],
    ['Reconciliation', runView],
    ['Reconciliation', run],
    ['Break', found],
    ['Break', bareBreakView],
    ['Resync', resyncView],
    ['SupportCase', supportCase],
    ['Approval', approval],
    ['Approval', pendingApprovalView],
    ['Requeue', requeue],
    ['Requeue', previewView],
    ['SupportHit', hit],
    ['SupportHit', linkHit],
    ['ResyncItem', item],
    ['Connection', sharedConnectionView],
    ['ConnectionCheck', check],
    ['SchemeStanding', standing],
    ['SchemeStanding', quietStandingView],
  ])('is the %s of the contract', (name, view) => {
    expect(schemaFaults(`/components/schemas/${name}`, view)).toEqual([]);
  });
});

describe('the check of answers, which all tests of the door rely on', () => {
  const headers = new Map([
    ['content-type', 'application/json'],
    ['x-request-id', 'req_01kb0cb0t4fk0r8h6xv2n5q9wz'],
  ]);
  const answer: Received = { status: 200, headers, text: JSON.stringify(linkView) };
  const path = `/v1/links/${LINK_ID}`;
  const faults = (change: Partial<Received>) => contractFaults('GET', path, { ...answer, ...change });
  const withHeader = (name: string, value: string) => ({ headers: new Map([...headers, [name, value]]) });

  it('finds nothing in a good one', () => {
    expect(faults({})).toEqual([]);
  });

  it.each([
    ['a status that is not described', faults({ status: 201 })],
    ['a missing member', faults({ text: JSON.stringify({ ...linkView, state: undefined }) })],
    ['an unknown member', faults({ text: JSON.stringify({ ...linkView, tenantId: 'x' }) })],
    ['an unknown state', faults({ text: JSON.stringify({ ...linkView, state: 'on' }) })],
    ['another content type', faults(withHeader('content-type', 'text/plain'))],
    ['no request id', faults({ headers: new Map([['content-type', 'application/json']]) })],
    ['a request id that is none', faults(withHeader('x-request-id', '1'))],
    ['a header that was not promised', faults(withHeader('location', '/v1/links/x'))],
    ['a path that is none', contractFaults('GET', '/v2', answer)],
    ['a method that is none', contractFaults('PUT', path, answer)],
    ['a problem without a code', schemaFaults('/components/schemas/Problem', { title: 'x' })],
  ])('finds %s', (_what, found) => {
    expect(found).not.toEqual([]);
  });
});
