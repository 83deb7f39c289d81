import type { Environment } from '../../config/environment.js';
import { failed, type Finding, passed, reasonOf } from './finding.js';
import { redisInfo } from './redis-info.js';

/** Checks of the queue: nothing of its own to check in PostgreSQL; in Redis every node given has to keep what it acknowledges. */
export async function checkQueue({ redisUrls }: Pick<Environment, 'redisUrls'>): Promise<Finding[]> {
  if (redisUrls === null) return [passed('queue', 'in PostgreSQL (REDIS_URL is not set)')];
  return Promise.all(redisUrls.map(checkRedis));
}

async function checkRedis(address: string): Promise<Finding> {
  const { host } = new URL(address);
  try {
    const info = await redisInfo(address);
    return judged(`Redis ${info.get('redis_version') ?? ''} at ${host}`, info);
  } catch (error) {
    return failed(
      'queue',
      `Redis at ${host}: ${reasonOf(error)}`,
      'check that REDIS_URL is right and the server can be reached from here',
    );
  }
}

function judged(server: string, info: ReadonlyMap<string, string>): Finding {
  const policy = info.get('maxmemory_policy');
  if (info.get('aof_enabled') !== '1') {
    return failed(
      'queue',
      `${server} without append-only file`,
      'set "appendonly yes": a crash would lose what it acknowledged',
    );
  }
  if (policy !== 'noeviction') {
    return failed(
      'queue',
      `${server} with maxmemory-policy ${policy ?? 'unknown'}`,
      'set "maxmemory-policy noeviction": it would drop jobs to save memory',
    );
  }
  return passed('queue', `${server}, append-only, noeviction`);
}
