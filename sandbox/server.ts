import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from './engine/clock.js';
import { readSchemes } from './engine/scheme-file.js';
import { openStore } from './engine/store.js';
import { openWorld, type World } from './world.js';

export interface SandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** The folders with the schemes' YAML files. */
  readonly schemeDirectories: readonly string[];
  /** Scheme id to the absolute URL where the partner takes that scheme's notifications. */
  readonly pushUrls: Readonly<Record<string, string>>;
  /** Where members and books outlive a restart; in memory only without it. */
  readonly dataDir?: string | undefined;
  readonly clock?: Clock | undefined;
}

export interface Sandbox {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  setPushUrls(urls: Readonly<Record<string, string>>): void;
  /** Commits what is still due late, drops open connections and ends. */
  stop(): Promise<void>;
}

const ROLL_OVER_MS = 30_000;
/** Longer than a client's own keep-alive, so that it is not the sandbox that ends an idle connection under a request. */
const KEEP_ALIVE_MS = 65_000;

/** Starts the simulated suppliers; rejects with one clear line when a scheme cannot be played or the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const schemes = readSchemes(options.schemeDirectories);
  const server = createServer();
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, options);

  const release = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const store = await orRelease(() => openStore(options.dataDir), release);
  let pushUrls = options.pushUrls;
  const open = (): World => openWorld({ schemes, store, clock: options.clock ?? Date.now, pushUrls, reset });
  const reset = (): void => {
    world.end();
    store.clear();
    world = open();
  };
  let world = await orRelease(open, async () => {
    store.close();
    await release();
  });
  server.on('request', (req, res) => {
    world.handle(req, res);
  });
  const rollOver = setInterval(() => {
    world.rollOver();
  }, ROLL_OVER_MS).unref();

  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    clearInterval(rollOver);
    world.end();
    await release();
    store.close();
  };
  return {
    url: urlOf(server, options.host),
    setPushUrls: (urls) => {
      pushUrls = urls;
      world.setPushUrls(urls);
    },
    stop: () => (stopped ??= stop()),
  };
}

async function listen(server: Server, options: SandboxOptions): Promise<void> {
  const listening = once(server, 'listening');
  server.listen(options.port, options.host);
  try {
    await listening;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot listen on ${options.host}:${options.port}: ${reason}`, { cause: error });
  }
}

async function orRelease<T>(open: () => T, release: () => Promise<void>): Promise<T> {
  try {
    return open();
  } catch (error) {
    await release();
    throw error;
  }
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
