import type { Environment } from '../../config/environment.js';
import { examineRedis, type RedisFinding } from '../../queue/redis-guard.js';
import { failed, type Finding, passed } from './finding.js';

/** Checks of the queue: nothing of its own to check in PostgreSQL; in Redis every node has to keep what it acknowledges. */
export async function checkQueue({
  redisUrls,
  redisGuard,
}: Pick<Environment, 'redisUrls' | 'redisGuard'>): Promise<Finding[]> {
  if (redisUrls === null) return [passed('queue', 'in PostgreSQL (REDIS_URL is not set)')];
  const found = await examineRedis(redisUrls);
  return found.map((finding) => asFinding(finding, redisGuard));
}

function asFinding(found: RedisFinding, guard: Environment['redisGuard']): Finding {
  switch (found.verdict) {
    case 'safe':
      return passed('queue', `${found.server}, ${found.detail}`);
    case 'unsafe':
    case 'secretive':
      // Whoever switched the guard off has taken this upon themselves; it is still said.
      return guard === 'off'
        ? passed('queue', `${found.server} ${found.detail} (INTERLINE_REDIS_GUARD=off)`)
        : failed('queue', `${found.server} ${found.detail}`, found.advice);
    case 'unreachable':
      return failed(
        'queue',
        `${found.server}: ${found.detail}`,
        'check that REDIS_URL is right and the server can be reached from here',
      );
    default:
      return found satisfies never;
  }
}
