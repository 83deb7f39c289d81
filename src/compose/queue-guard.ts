import type { Environment } from '../config/environment.js';
import { EXIT, StartRefused } from '../process/start-refused.js';
import { examineRedis } from '../queue/redis-guard.js';

/**
 * Refuses a Redis that would lose jobs it has acknowledged, and one that does not let itself be looked at. One that is away just now
 * is let pass: it may come back, and accepting does not need it.
 */
export async function refuseUnsafeQueue({ redisUrls, redisGuard }: Environment): Promise<void> {
  if (redisUrls === null || redisGuard === 'off') return;
  for (const found of await examineRedis(redisUrls)) {
    if (found.verdict !== 'unsafe' && found.verdict !== 'secretive') continue;
    throw new StartRefused(
      `${found.server} ${found.detail}; ${found.advice}. INTERLINE_REDIS_GUARD=off starts all the same`,
      EXIT.configuration,
    );
  }
}
