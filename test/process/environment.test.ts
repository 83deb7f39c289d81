import { describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { ConfigurationError, readEnvironment } from '../../src/config/environment.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const PRODUCTION = { NODE_ENV: 'production', DATABASE_URL: 'postgres://o:p@db/interline', INTERLINE_MASTER_KEY: KEY };

describe('the environment', () => {
  it('has a default for everything in development', () => {
    expect(readEnvironment({})).toEqual({
      production: false,
      port: 8080,
      host: '127.0.0.1',
      databaseUrl: null,
      redisUrls: null,
      dataDir: path.resolve('.interline'),
      roles: new Set(['api', 'worker', 'scheduler']),
      masterKey: null,
      sandbox: { kind: 'own' },
      sandboxPort: 8090,
      logLevel: 'info',
      adapters: [],
      schemeDirectories: [path.resolve('schemes')],
      processes: 1,
      metricsPort: null,
      redisGuard: 'on',
    });
  });

  it('reads production, where the sandbox is off unless asked for', () => {
    expect(readEnvironment(PRODUCTION)).toMatchObject({
      production: true,
      databaseUrl: PRODUCTION.DATABASE_URL,
      masterKey: Buffer.alloc(32, 7),
      sandbox: { kind: 'off' },
    });
    expect(readEnvironment({ ...PRODUCTION, INTERLINE_SANDBOX: 'on' })).toMatchObject({ sandbox: { kind: 'own' } });
  });

  it.each([
    [{ PORT: '' }, { port: 8080 }],
    [
      { PORT: '0', SANDBOX_PORT: '0' },
      { port: 0, sandboxPort: 0 },
    ],
    [{ INTERLINE_ROLES: 'api,worker' }, { roles: new Set(['api', 'worker']) }],
    [{ INTERLINE_ROLES: 'all' }, { roles: new Set(['api', 'worker', 'scheduler']) }],
    [{ REDIS_URL: 'rediss://u:p@cache:6380/2' }, { redisUrls: ['rediss://u:p@cache:6380/2'] }],
    [{ REDIS_URL: 'redis://a:1, redis://b:2' }, { redisUrls: ['redis://a:1', 'redis://b:2'] }],
    [{ INTERLINE_SANDBOX: 'off' }, { sandbox: { kind: 'off' } }],
    [{ INTERLINE_SANDBOX: 'http://sandbox:8090/' }, { sandbox: { kind: 'elsewhere', url: 'http://sandbox:8090' } }],
    [{ INTERLINE_SANDBOX: 'off', SANDBOX_PORT: '8080' }, { port: 8080 }],
    [{ INTERLINE_ADAPTERS: 'a-package, @scope/b' }, { adapters: ['a-package', '@scope/b'] }],
    [{ INTERLINE_MASTER_KEY: Buffer.alloc(32, 0xff).toString('base64url') }, { masterKey: Buffer.alloc(32, 0xff) }],
    [{ INTERLINE_DATA_DIR: '/srv/data of ours' }, { dataDir: '/srv/data of ours' }],
    [
      { INTERLINE_SCHEMES: ['schemes', path.resolve('adapters')].join(path.delimiter) },
      { schemeDirectories: [path.resolve('schemes'), path.resolve('adapters')] },
    ],
    [
      { INTERLINE_PROCESSES: '4', METRICS_PORT: '9090' },
      { processes: 4, metricsPort: 9090 },
    ],
  ])('understands %j', (variables, expected) => {
    expect(readEnvironment(variables)).toMatchObject(expected);
  });

  it.each<[Record<string, string>, string]>([
    [{ PORT: 'http' }, 'PORT must be a port, 0 to 65535'],
    [{ PORT: '65536' }, 'PORT must be a port, 0 to 65535'],
    [{ PORT: '-1' }, 'PORT must be a port, 0 to 65535'],
    [{ HOST: 'http://localhost' }, 'HOST must be a host name or an address'],
    [{ DATABASE_URL: 'mysql://db/x' }, 'DATABASE_URL must be a postgres:// URL'],
    [{ DATABASE_URL: 'db' }, 'DATABASE_URL must be a postgres:// URL'],
    [
      { REDIS_URL: 'redis://a,b:6379' },
      'REDIS_URL must be a redis:// or rediss:// URL, or a list of them for the nodes of a cluster',
    ],
    [{ INTERLINE_ROLES: 'api,cron' }, 'INTERLINE_ROLES must be all, or a list of api, worker, scheduler'],
    [{ INTERLINE_ROLES: ',' }, 'INTERLINE_ROLES must be all, or a list of api, worker, scheduler'],
    [{ INTERLINE_SANDBOX: 'yes' }, 'INTERLINE_SANDBOX must be on, off, or the URL of a sandbox that runs elsewhere'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent'],
    [
      { INTERLINE_SCHEMES: 'schemes:/nowhere' },
      'INTERLINE_SCHEMES must name directories that there are, separated as in PATH',
    ],
    [{ INTERLINE_PROCESSES: '0' }, 'INTERLINE_PROCESSES must be a number of worker processes, 1 to 64'],
    [{ SANDBOX_PORT: '8080' }, 'SANDBOX_PORT must differ from PORT'],
    [{ METRICS_PORT: 'metrics' }, 'METRICS_PORT must be a port, 0 to 65535'],
    [{ INTERLINE_REDIS_GUARD: 'no' }, 'INTERLINE_REDIS_GUARD must be on or off'],
    [{ METRICS_PORT: '8090' }, 'METRICS_PORT must differ from SANDBOX_PORT'],
    [{ ...PRODUCTION, DATABASE_URL: '' }, 'DATABASE_URL is required when NODE_ENV=production'],
    [{ ...PRODUCTION, INTERLINE_MASTER_KEY: '' }, 'INTERLINE_MASTER_KEY is required when NODE_ENV=production'],
    [
      { PORT: 'x', LOG_LEVEL: 'y' },
      'PORT must be a port, 0 to 65535; LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
    ],
  ])('refuses %j in one line', (variables, message) => {
    expect(() => readEnvironment(variables)).toThrow(new ConfigurationError(message));
  });

  it.each(['short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${KEY.slice(0, -2)}!=`])(
    'refuses the master key %j without repeating it',
    (key) => {
      const reading = (): unknown => readEnvironment({ INTERLINE_MASTER_KEY: key });
      expect(reading).toThrow('INTERLINE_MASTER_KEY must be 32 bytes in base64');
      expect(reading).not.toThrow(key);
    },
  );
});
