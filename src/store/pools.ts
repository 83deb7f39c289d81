import pg from 'pg';

/** The logins that Interline's processes use; neither is the owner and neither may bypass row-level security. */
export type StoreRole = 'app' | 'relay';

/** Connections by role. `end` waits for queries in flight. */
export interface Pools {
  readonly app: pg.Pool;
  readonly relay: pg.Pool;
  end(): Promise<void>;
}

export interface PoolOptions {
  /** The owner's URL; host, port and database are taken from it, never its login. */
  readonly databaseUrl: string;
  readonly passwords: Readonly<Record<StoreRole, string>>;
  readonly appConnections: number;
  readonly relayConnections: number;
  /** Told of an idle connection that broke; the pool replaces it by itself. */
  readonly onError: (error: Error) => void;
}

/** Points are bigint in the database and safe integers here; anything larger is an error and never a rounded number. */
const INT8 = 20;
/** Dates without a time stay text: a Date would move them into this machine's zone. */
const DATE = 1082;

type ParserOf = (oid: number, format?: 'text' | 'binary') => (value: string) => unknown;
const standard = pg.types.getTypeParser.bind(pg.types) as ParserOf;
const parserOf: ParserOf = (oid, format) => {
  if (oid === INT8) return safeInteger;
  return oid === DATE ? String : standard(oid, format);
};
const types: pg.CustomTypesConfig = { getTypeParser: parserOf as pg.CustomTypesConfig['getTypeParser'] };

export function openPools(options: PoolOptions): Pools {
  const open = (role: StoreRole, max: number): pg.Pool => {
    const pool = new pg.Pool({
      connectionString: roleUrl(options.databaseUrl, role, options.passwords[role]),
      max,
      types,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 60_000,
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
      application_name: `interline-${role}`,
    });
    pool.on('error', options.onError);
    // The pool listens to idle connections only: one that breaks between two queries of a transaction would end the process.
    pool.on('connect', (client) => {
      client.on('error', options.onError);
    });
    return pool;
  };
  const app = open('app', options.appConnections);
  const relay = open('relay', options.relayConnections);
  return {
    app,
    relay,
    end: async () => {
      await Promise.all([app.end(), relay.end()]);
    },
  };
}

/** The same database under another login: `interline_<role>`. */
export function roleUrl(databaseUrl: string, role: StoreRole | 'queue', password: string): string {
  const url = new URL(databaseUrl);
  url.username = `interline_${role}`;
  url.password = password;
  return url.toString();
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of range: ${text}`);
  return value;
}
