import type { AnyAdapter } from '../../spec/adapter.js';
import type { Bilingual } from '../../spec/values.js';
import { type FieldError, Problem } from '../problem.js';
import { type AddressFault, addressFault } from './base-url.js';
import type { Candidate, TryOut } from './ports.js';

const MAX_ERRORS = 20;
const MAX_NAME = 100;

/** One thing a schema has against a value, as adapters' schema library tells it; its own message may quote what was given. */
interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly input?: unknown;
  readonly keys?: readonly string[];
}

type Part = 'settings' | 'secrets';

/**
 * Holds a candidate against its adapter and its scheme's times as they will be used. Throws a 422 that says where it is wrong, and
 * never what was there.
 */
export async function examine(
  candidate: Candidate,
  adapter: AnyAdapter,
  tryOut: TryOut,
  language: 'zh' | 'en',
): Promise<void> {
  const errors = [...addressFaults(candidate), ...configurationFaults(candidate, adapter)];
  if (errors.length > 0) throw invalidAt(errors, language);
  // What is left are the times: the adapter has taken the rest.
  await tryOut(candidate, () => Promise.resolve()).catch(() => {
    throw invalidAt([['/settings', 'times']], language);
  });
}

type Rule = keyof typeof RULES;
type Found = readonly [pointer: string, rule: Rule];

function addressFaults({ settings: { baseUrl }, timing }: Candidate): Found[] {
  const fault = typeof baseUrl === 'string' ? addressFault(baseUrl, timing) : null;
  return fault === null ? [] : [['/settings/baseUrl', fault]];
}

/** An adapter reads its two parts one after the other; the one it read last is the one it found wrong. */
function configurationFaults({ settings, secrets }: Candidate, adapter: AnyAdapter): Found[] {
  const read: Part[] = [];
  const reading = <T>(part: Part, value: T): T => {
    read.push(part);
    return value;
  };
  try {
    adapter.configure({
      get settings() {
        return reading('settings', settings);
      },
      get secrets() {
        return reading('secrets', secrets);
      },
    });
    return [];
  } catch (error) {
    const issues = (error as { readonly issues?: readonly Issue[] } | null)?.issues ?? [];
    const part = read.at(-1) ?? 'settings';
    const given = part === 'settings' ? settings : secrets;
    const found = issues.flatMap((issue) => faultsOf(issue, part, given));
    return found.length === 0 ? [[`/${part}`, 'malformed']] : found;
  }
}

function faultsOf({ code, path, keys }: Issue, part: Part, given: Readonly<Record<string, unknown>>): Found[] {
  if (code === 'unrecognized_keys') return (keys ?? []).map((key) => [pointerTo(part, [...path, key]), 'unknown']);
  const [name] = path;
  const isMissing = typeof name === 'string' && path.length === 1 && given[name] === undefined;
  return [[pointerTo(part, path), isMissing ? 'missing' : 'malformed']];
}

function pointerTo(part: Part, path: readonly PropertyKey[]): string {
  const segments = path.map((name) => String(name).slice(0, MAX_NAME).replaceAll('~', '~0').replaceAll('/', '~1'));
  return ['', part, ...segments].join('/');
}

function invalidAt(found: readonly Found[], language: 'zh' | 'en'): Problem {
  const told = new Map<string, FieldError>();
  for (const [pointer, rule] of found) {
    if (!told.has(pointer)) told.set(pointer, { pointer, message: RULES[rule][language] });
  }
  return new Problem('INVALID', { errors: [...told.values()].slice(0, MAX_ERRORS) });
}

const ADDRESS_RULES = {
  address: { zh: '应为 http 或 https 地址', en: 'must be an http or https address' },
  credentials: { zh: '不得包含凭据，请放入 secrets', en: 'must hold no credentials; they belong into secrets' },
  extras: { zh: '不得包含查询参数或片段', en: 'must have no query and no fragment' },
  plain: { zh: '应为 https 地址', en: 'must be an https address' },
  private: { zh: '不得指向本机或内网地址', en: 'must not lead to this machine or a private network' },
} as const satisfies Readonly<Record<AddressFault, Bilingual>>;

const RULES = {
  ...ADDRESS_RULES,
  missing: { zh: '为必填项', en: 'is required' },
  unknown: { zh: '不是此适配器的已知字段', en: 'is not known to this adapter' },
  malformed: { zh: '不符合此适配器要求的格式', en: 'does not have the form that this adapter wants' },
  times: {
    zh: '与该会员计划的时间设置不符：conclusiveAfterMs 须不小于租约、总超时与最长停顿之和',
    en: "does not go with the scheme's times: conclusiveAfterMs has to be at least lease, total timeout and longest pause",
  },
} as const satisfies Readonly<Record<string, Bilingual>>;
