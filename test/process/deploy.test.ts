import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { seededConnectionId } from '../../src/compose/seed.js';
import { readEnvironment } from '../../src/config/environment.js';
import { fromRoot } from '../../src/config/paths.js';
import { toTypeId } from '../../src/spec/typeid.js';

interface Service {
  readonly build?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** compose.yaml as Compose reads it when none of its variables is set. */
function compose(): Record<string, Service> {
  const text = readFileSync(fromRoot('compose.yaml'), 'utf8').replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

function service(name: string): Service {
  const found = compose()[name];
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return found;
}

describe('compose.yaml', () => {
  it('gives the gateway an environment it understands', () => {
    expect(readEnvironment(service('api').environment)).toMatchObject({
      production: false,
      sandbox: { kind: 'elsewhere', url: 'http://sandbox:8090' },
      roles: new Set(['api', 'worker', 'scheduler']),
    });
    expect(readEnvironment(service('worker').environment).roles).toEqual(new Set(['worker']));
  });

  it('shares one master key, database and queue among all processes', () => {
    const shared = ({ environment }: Service): unknown[] =>
      ['INTERLINE_MASTER_KEY', 'DATABASE_URL', 'REDIS_URL'].map((name) => environment[name]);
    expect(shared(service('worker'))).toEqual(shared(service('api')));
  });

  it('runs a Redis that keeps what it acknowledges', () => {
    const command = service('redis').command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('sends the pushes of the simulated suppliers to the connections a development database begins with', () => {
    const urls = JSON.parse(service('sandbox').environment['SANDBOX_PUSH_URLS'] ?? '') as Record<string, string>;
    expect(Object.keys(urls).sort()).toEqual(['china-railway', 'phoenix-miles']);
    for (const [scheme, url] of Object.entries(urls)) {
      expect(url).toBe(`http://api:8080/v1/inbound/${toTypeId('con', seededConnectionId(scheme))}`);
    }
  });
});

describe('the Dockerfile', () => {
  const lines = readFileSync(fromRoot('Dockerfile'), 'utf8').split('\n');

  it('runs as somebody who is not root, and is asked whether it is well', () => {
    const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM')));
    expect(lastStage).toContain('USER node');
    expect(lastStage.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true);
  });

  it('leaves the embedded PostgreSQL and the development packages out', () => {
    expect(lines).toContain('RUN npm ci --ignore-scripts --omit=dev --omit=optional');
  });

  it('gets from .dockerignore every directory that is compiled', () => {
    const kept = readFileSync(fromRoot('.dockerignore'), 'utf8').split('\n');
    const { include } = JSON.parse(readFileSync(fromRoot('tsconfig.build.json'), 'utf8')) as { include: string[] };
    for (const directory of include) {
      expect(existsSync(fromRoot(directory))).toBe(true);
      expect(kept).toContain(`!${directory.split('/')[0] ?? ''}`);
    }
  });
});
