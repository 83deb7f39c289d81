import type { SandboxControl } from '../support/gateway.js';

/** The simulated suppliers' control calls. */
export type Control = Pick<SandboxControl, 'get' | 'post' | 'put' | 'delete'>;

/** The control calls of suppliers simulated somewhere; each fails unless the sandbox takes it. */
export function controlOf(url: string): Control {
  const call = async (method: string, path: string, body?: unknown): Promise<string> => {
    const sent =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${url}/_control/${path}`, { method, ...sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  return {
    get: async <T>(path: string) => read(await call('GET', path)) as T,
    post: async <T>(path: string, body: unknown = {}) => read(await call('POST', path, body)) as T,
    put: async (path, body) => {
      await call('PUT', path, body);
    },
    delete: async (path) => {
      await call('DELETE', path);
    },
  };
}

function read(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}
