import { adapterFor } from '../../adapters/index.js';
import { startSandbox } from '../../sandbox/server.js';
import { fromRoot } from '../../src/config/paths.js';
import { createAgents } from '../../src/kit/agents.js';
import { createHttp, type ObservedExchange } from '../../src/kit/http.js';
import { createTokenCache } from '../../src/kit/token-cache.js';
import type { AnyAdapter, Context, Http, VerifyInput } from '../../src/spec/adapter.js';
import type { Scheme } from '../../src/spec/scheme.js';
import type { HolderName } from '../../src/spec/values.js';
import { type Control, controlOf, type SandboxMember } from './control.js';
import { contractCheck } from './contract-check.js';

/** Those that come with Interline, and the test double's. */
const schemeDirectories = [fromRoot('schemes'), fromRoot('adapters/reference/schemes')];

/** A call an adapter makes: what it is given, and what went over the wire. */
export interface Call {
  readonly context: Context<never>;
  readonly exchanges: readonly ObservedExchange[];
  /** The bodies that came back, as they were. */
  readonly answers: readonly string[];
}

/** One scheme on the bench: its adapter on one side, its simulated supplier on the other, and one clock for both. */
export interface Bench {
  readonly scheme: Scheme;
  readonly adapter: AnyAdapter;
  readonly control: Control;
  readonly sandboxUrl: string;
  readonly config: never;
  /** Unix milliseconds. */
  now(): number;
  /** Moves the clock of both sides; nobody has to wait for it. */
  advance(ms: number): void;
  readonly call: (patience?: 'patient' | 'hurried') => Call;
  pushTo(url: string): void;
  stop(): Promise<void>;
}

/** Milliseconds. Hurried is for a supplier that is meant to hang. */
const TIMING = {
  patient: { connectMs: 5_000, firstByteMs: 10_000, totalMs: 15_000 },
  hurried: { connectMs: 5_000, firstByteMs: 200, totalMs: 5_000 },
};

/** Starts the sandbox and connects a scheme's adapter to it as a development start does. */
export async function openBench(scheme: Scheme): Promise<Bench> {
  const { id } = scheme;
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const sandbox = await startSandbox({ port: 0, host: '127.0.0.1', schemeDirectories, pushUrls: {}, clock: now });
  const adapter = adapterFor(scheme);
  const baseUrl = `${sandbox.url}/${id}`;
  const settings = { ...scheme.settings, ...scheme.sandbox?.settings, baseUrl };
  const config = adapter.configure({ settings, secrets: { ...scheme.sandbox?.secrets } });
  const agents = createAgents({ maxSockets: 8 });
  const tokens = createTokenCache(now);
  const checked = contractCheck(adapter.contract.document);
  const { signal } = new AbortController();
  let nonces = 0;

  const call = (patience: 'patient' | 'hurried' = 'patient'): Call => {
    const exchanges: ObservedExchange[] = [];
    const observe = (exchange: ObservedExchange): number => exchanges.push(exchange);
    const options = { agents, timing: TIMING[patience], allowedOrigin: baseUrl, signal, secrets: [], observe };
    const answers: string[] = [];
    const kit = checked(createHttp(options));
    const http: Http = {
      send: async (request) => {
        const response = await kit.send(request);
        answers.push(response.body);
        return response;
      },
      download: (request) => kit.download(request),
    };
    const nonce = (): string => `bench-${(nonces += 1)}`;
    return { context: { config, http, tokens, now, nonce, signal }, exchanges, answers };
  };
  return {
    scheme,
    adapter,
    config,
    control: controlOf(sandbox.url, id),
    sandboxUrl: sandbox.url,
    now,
    advance: (ms) => {
      ahead += ms;
    },
    call,
    pushTo: (url) => sandbox.setPushUrls({ [id]: url }),
    stop: async () => {
      agents.close();
      await sandbox.stop();
    },
  };
}

/** The holder's spelling and form as `POST /v1/links` would hand them to the adapter. */
export function verifyInput(member: SandboxMember): VerifyInput {
  return { memberNumber: member.memberNumber, name: holderName(member), form: member.form };
}

function holderName({ familyName, givenName }: Pick<SandboxMember, 'familyName' | 'givenName'>): HolderName {
  const script = /\p{Script=Han}/u.test(familyName) ? 'Hani' : 'Latn';
  return { script, family: familyName, given: givenName };
}
