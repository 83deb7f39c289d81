import { redisInfo, redisNodes } from './redis-info.js';

/** What one node of the queue's Redis was found to be; `server` names it without its credentials. */
export type RedisFinding =
  | { readonly verdict: 'safe'; readonly server: string; readonly detail: string }
  /** It would lose jobs that it has acknowledged. */
  | { readonly verdict: 'unsafe'; readonly server: string; readonly detail: string; readonly advice: string }
  /** It answers, but does not let its settings be read. */
  | { readonly verdict: 'secretive'; readonly server: string; readonly detail: string; readonly advice: string }
  | { readonly verdict: 'unreachable'; readonly server: string; readonly detail: string };

/** Looks at every node given, and in a cluster at every other one that they know. */
export async function examineRedis(urls: readonly string[]): Promise<RedisFinding[]> {
  const nodes = await Promise.all(urls.map((url) => redisNodes(url).catch(() => [])));
  const all = new Map([...urls, ...nodes.flat()].map((url) => [new URL(url).host, url]));
  return Promise.all([...all.values()].map(examine));
}

async function examine(address: string): Promise<RedisFinding> {
  const { host } = new URL(address);
  try {
    const info = await redisInfo(address);
    return judged(`Redis ${info.get('redis_version') ?? ''} at ${host}`.replace('  ', ' '), info);
  } catch (error) {
    const reason = reasonOf(error);
    const server = `Redis at ${host}`;
    if (!FORBIDDEN.test(reason)) return { verdict: 'unreachable', server, detail: reason };
    return secretive(server, `does not let INFO be read (${reason})`);
  }
}

/** A user without the right (`NOPERM`), or a server whose operator has taken the command away. */
const FORBIDDEN = /^NOPERM|unknown command/i;

function judged(server: string, info: ReadonlyMap<string, string>): RedisFinding {
  const policy = info.get('maxmemory_policy');
  const appendOnly = info.get('aof_enabled');
  if (appendOnly === undefined || policy === undefined) {
    return secretive(server, 'does not say whether it is append-only and evicts');
  }
  if (appendOnly !== '1') {
    return {
      verdict: 'unsafe',
      server,
      detail: 'without append-only file',
      advice: 'set "appendonly yes": a crash would lose what it acknowledged',
    };
  }
  if (policy !== 'noeviction') {
    return {
      verdict: 'unsafe',
      server,
      detail: `with maxmemory-policy ${policy}`,
      advice: 'set "maxmemory-policy noeviction": it would drop jobs to save memory',
    };
  }
  return { verdict: 'safe', server, detail: 'append-only, noeviction' };
}

function secretive(server: string, detail: string): RedisFinding {
  return {
    verdict: 'secretive',
    server,
    detail,
    advice: 'let its user run INFO, or see to appendonly yes and maxmemory-policy noeviction yourself',
  };
}

/** The first line; drivers gather several refusals in an error without a message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return (error instanceof Error ? error.message : String(error)).split('\n', 1).join('');
}
