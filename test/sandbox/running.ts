import { fileURLToPath } from 'node:url';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.js';

/** The tests' own schemes, one per platform and way of posting. */
export const SCHEMES = fileURLToPath(new URL('./fixtures/schemes', import.meta.url));

/** 2026-03-10 noon in Hong Kong and Shanghai. */
export const NOON = Date.parse('2026-03-10T04:00:00Z');

/** What `POST /_control/{scheme}/members` returns of one member. */
export interface TestMember {
  readonly memberNumber: string;
  readonly familyName: string;
  readonly givenName: string;
  readonly balance: number;
  readonly form: Readonly<Record<string, string>>;
}

export interface TestPosting {
  readonly reference: string | null;
  readonly supplierReference: string;
  readonly memberNumber: string;
  readonly points: number;
  readonly kind: string;
  readonly postedAt: string;
}

interface TestBooks {
  readonly postings: readonly TestPosting[];
  readonly totals: { readonly count: number; readonly points: number };
}

/** An HTTP answer, its body read; `json` is what the body says where it is JSON. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A sandbox in this process with the control calls the tests need. */
export interface Running extends Sandbox {
  control(method: string, path: string, body?: unknown): Promise<TestAnswer>;
  member(scheme: string): Promise<TestMember>;
  books(scheme: string): Promise<TestBooks>;
  faults(scheme: string, body: unknown): Promise<void>;
}

export async function run(options: Partial<SandboxOptions> = {}): Promise<Running> {
  const sandbox = await startSandbox({
    port: 0,
    host: '127.0.0.1',
    schemeDirectories: [SCHEMES],
    pushUrls: {},
    ...options,
  });
  const control = (method: string, path: string, body?: unknown): Promise<TestAnswer> =>
    call(`${sandbox.url}/_control${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return {
    ...sandbox,
    control,
    member: async (scheme) => {
      const answer = await control('POST', `/${scheme}/members`, { count: 1 });
      return (answer.json as unknown as TestMember[])[0] as TestMember;
    },
    books: async (scheme) => (await control('GET', `/${scheme}/books`)).json as unknown as TestBooks,
    faults: async (scheme, body) => {
      const answer = await control('PUT', `/${scheme}/faults`, body);
      if (answer.status !== 200) throw new Error(answer.text);
    },
  };
}

/** Every exchange of this test file that came to an answer, for those who hold them against a contract. */
export const exchanges: { readonly method: string; readonly url: string; readonly answer: TestAnswer }[] = [];

export async function call(url: string, init: RequestInit = {}): Promise<TestAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString('utf8');
  const answer = { status: response.status, headers: response.headers, bytes, text, json: parsed(text) };
  exchanges.push({ method: init.method ?? 'GET', url, answer });
  return answer;
}

/** Waits until `probe` says so, at most five seconds. */
export async function until(probe: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await probe())) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let references = 0;

/** A reference in the partner's form that no other call returns. */
export function newReference(): string {
  references += 1;
  return String(references).padStart(20, '0');
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
