import http from 'node:http';
import https from 'node:https';

/** The keep-alive sockets of one connection, shared by all its calls. */
export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /** Closes unused sockets now and the others as their calls end; closing under a call would lose its answer. */
  close(): void;
}

/**
 * `maxSockets` per origin. `idleMs` is how long a socket may lie unused: shorter than the 5 s after which common servers close
 * theirs, because a write on a socket that the other side has just closed is an unknown outcome. `ca` is a PEM bundle that
 * replaces the public authorities, for a supplier with its own.
 */
export interface AgentOptions {
  readonly maxSockets: number;
  readonly idleMs?: number | undefined;
  readonly ca?: string | undefined;
}

/** Makes the sockets of one connection; certificates are always verified, whatever the environment says. */
export function createAgents(options: AgentOptions): Agents {
  const pool = { keepAlive: true, maxSockets: options.maxSockets, timeout: options.idleMs ?? 4_000 };
  const plain = new http.Agent(pool);
  const secure = new https.Agent({ ...pool, rejectUnauthorized: true, ca: options.ca });
  return {
    http: plain,
    https: secure,
    close: () => {
      retire(plain);
      retire(secure);
    },
  };
}

function retire(agent: http.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
