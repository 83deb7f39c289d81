import type { AnyAdapter } from '../../spec/adapter.js';
import type { Scheme } from '../../spec/scheme.js';
import type { Caller } from '../access/caller.js';
import type { Answer, IdempotentRequest } from '../answer.js';
import { Problem } from '../problem.js';
import type { RefuseMemberNumbers } from '../support/member-numbers.js';
import { CHECK_SENTENCES } from './check-sentences.js';
import { connectionView, createdAnswer } from './connection-view.js';
import type {
  ChangeConnection,
  ConnectionCheckView,
  Connections,
  ConnectionView,
  CreateConnection,
} from './connections.js';
import { examine } from './examine.js';
import { requireOperator } from './operator.js';
import { overScheme } from './over-schemes.js';
import type { Candidate, ConnectionChange, ConnectionDesk, ConnectionRow, Strongbox, TryOut } from './ports.js';
import { probe } from './probe.js';
import { uuidOf } from './request-uuid.js';
import { standingAfter, standingAfterAll, type StandingAct } from './standing.js';

export interface ConnectionsDeps {
  readonly desk: ConnectionDesk;
  readonly strongbox: Strongbox;
  readonly schemes: ReadonlyMap<string, Scheme>;
  readonly adapterFor: (scheme: Scheme) => AnyAdapter;
  readonly tryOut: TryOut;
  readonly refuse: RefuseMemberNumbers;
  /** Told why a stored connection could not be tried: that is no fault of its supplier. */
  readonly onError: (error: unknown) => void;
}

type Language = 'zh' | 'en';

/** The use cases around connections: make, read, change and try them. What is sent over them is the engine's. */
export function createConnections(deps: ConnectionsDeps): Connections {
  const { desk } = deps;
  const existing = async (id: string): Promise<ConnectionRow> => present(await desk.get(id));
  return {
    create: async (caller, input, request, language) => {
      requireOperator(caller);
      return create(deps, caller, input, request, language);
    },
    get: async (caller, id) => {
      requireOperator(caller);
      return connectionView(await existing(id));
    },
    list: async (caller, filter, page) => {
      requireOperator(caller);
      const { items, next } = await desk.list(caller, filter, page);
      return { items: items.map(connectionView), next };
    },
    change: async (caller, id, input, language) => {
      requireOperator(caller);
      await deps.refuse(caller.tenantId, { '/reason': input.reason });
      return change(deps, caller, await existing(id), input, language);
    },
    check: async (caller, id, language) => {
      requireOperator(caller);
      return check(deps, caller, await existing(id), language);
    },
  };
}

async function create(
  deps: ConnectionsDeps,
  caller: Caller,
  input: CreateConnection,
  request: IdempotentRequest,
  language: Language,
): Promise<Answer> {
  const { desk, strongbox, refuse } = deps;
  const known = await desk.answered(caller, request);
  if (known !== null) return known;
  const { secrets, ...plain } = input;
  await refuse(caller.tenantId, { '/reason': input.reason });
  // Named by its request: one that died before its answer was kept finds what it made.
  const id = uuidOf(caller, request);
  const candidate = { ...input, id };
  await examineFor(deps, candidate, language);
  const key = await desk.operatorKey(strongbox.mint);
  const sealed = strongbox.seal(key, candidate.id, secrets);
  return desk.create(caller, { ...plain, id: candidate.id, secrets: sealed }, request, createdAnswer);
}

async function examineFor(
  { schemes, adapterFor, tryOut }: ConnectionsDeps,
  candidate: Candidate,
  language: Language,
): Promise<void> {
  const scheme = schemes.get(candidate.scheme);
  if (scheme === undefined) {
    throw new Problem('SCHEME_UNKNOWN', { errors: [{ pointer: '/scheme', message: NO_SUCH_SCHEME }] });
  }
  await examine(overScheme(candidate, schemes), adapterFor(scheme), tryOut, language);
}

const NO_SUCH_SCHEME = { zh: '没有这样的会员计划', en: 'no such scheme' };

/** Changes meanwhile are rare; a few tries are enough for what was judged to be what is there. */
const TRIES = 3;

/** What is kept of settings and secrets is judged together with what is new, so the row must still be the one that was read. */
async function change(
  deps: ConnectionsDeps,
  caller: Caller,
  seen: ConnectionRow,
  input: ChangeConnection,
  language: Language,
  tries = TRIES,
): Promise<ConnectionView> {
  const wanted = await judged(deps, seen, input, language);
  const { row, changed } = present(
    await deps.desk.change(caller, seen.id, (now) => (now.version === seen.version ? wanted : null)),
  );
  if (changed) return connectionView(row);
  if (tries === 1) throw new Problem('UNAVAILABLE', { retryAfterSeconds: 1 });
  return change(deps, caller, row, input, language, tries - 1);
}

async function judged(
  deps: ConnectionsDeps,
  seen: ConnectionRow,
  { state, reason, ...input }: ChangeConnection,
  language: Language,
): Promise<ConnectionChange> {
  const { desk, strongbox } = deps;
  const { settings = seen.settings, timing = seen.timing } = input;
  if (input.settings !== undefined || input.secrets !== undefined || input.timing !== undefined) {
    const secrets = input.secrets ?? present(await strongbox.open(seen.id));
    await examineFor(deps, { ...seen, settings, secrets, timing }, language);
  }
  const act = state === undefined ? null : state === 'paused' ? 'pause' : 'resume';
  const acts: StandingAct[] = [];
  if (input.secrets !== undefined) acts.push('credentials');
  if (act !== null) acts.push(act);
  return {
    act: `connection.${act ?? 'change'}`,
    settings: input.settings,
    timing: input.timing,
    secrets:
      input.secrets === undefined
        ? undefined
        : strongbox.seal(await desk.operatorKey(strongbox.mint), seen.id, input.secrets),
    standing: standingAfterAll(seen.state, acts),
    reason,
  };
}

/** Tries what is stored, past every cache; what it came to decides whether refused credentials count as good again. */
async function check(
  { desk, strongbox, schemes, tryOut, onError }: ConnectionsDeps,
  caller: Caller,
  row: ConnectionRow,
  language: Language,
): Promise<ConnectionCheckView> {
  const secrets = present(await strongbox.open(row.id));
  const result = await tryOut(overScheme({ ...row, secrets }, schemes), probe).catch((error: unknown) => {
    onError(error);
    return 'cannot-check' as const;
  });
  const message = CHECK_SENTENCES[result][language];
  if (result !== 'ok') return { result, message, connection: connectionView(row) };
  const after = await desk.change(caller, row.id, (now) =>
    // Credentials that others stored meanwhile were not the ones that were tried.
    now.version === row.version && now.state === 'auth-failed'
      ? {
          act: 'connection.check',
          standing: standingAfter(now.state, 'credentials'),
          reason: 'a check of the credentials succeeded',
        }
      : null,
  );
  return { result, message, connection: connectionView(present(after).row) };
}

function present<T>(found: T | null): T {
  if (found === null) throw new Problem('NOT_FOUND');
  return found;
}
