import { setMaxListeners } from 'node:events';
import express, { type Express } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './engine/clock.js';
import { controlRouter } from './engine/control.js';
import { type PlayedScheme, playScheme, type Shared } from './engine/played-scheme.js';
import { type SandboxScheme, SchemeFileError } from './engine/scheme-file.js';
import { ShapeError } from './engine/shape.js';
import type { Store } from './engine/store.js';
import type { Platform } from './platform.js';
import { PLATFORMS } from './platforms.js';

export interface WorldOptions {
  readonly schemes: readonly SandboxScheme[];
  readonly store: Store;
  readonly clock: Clock;
  readonly pushUrls: Readonly<Record<string, string>>;
  readonly reset: () => void;
}

/** All schemes being played, from one reset to the next. */
export interface World {
  handle(req: IncomingMessage, res: ServerResponse): void;
  setPushUrls(urls: Readonly<Record<string, string>>): void;
  /** Ends the days that the cut-off has ended, also when nobody asks. */
  rollOver(): void;
  /** Does what was still due late; nothing is committed afterwards. */
  end(): void;
}

export function openWorld(options: WorldOptions): World {
  const { schemes, store, clock } = options;
  const ending = new AbortController();
  // Every push that waits for its next try listens to it, and Node takes more than ten listeners for a leak.
  setMaxListeners(0, ending.signal);
  const shared = { store, clock, signal: ending.signal };
  const played = new Map(schemes.map((scheme) => [scheme.id, playOrComplain(scheme, shared)]));
  const app = makeApp(played, options);
  const setPushUrls = (urls: Readonly<Record<string, string>>): void => {
    for (const [id, { pushes }] of played) pushes.setUrl(urls[id]);
  };
  setPushUrls(options.pushUrls);
  return {
    handle: app,
    setPushUrls,
    rollOver: () => {
      for (const { days } of played.values()) store.commit(() => days.open());
    },
    end: () => {
      ending.abort();
      for (const { late } of played.values()) late.finish();
    },
  };
}

function makeApp(played: ReadonlyMap<string, PlayedScheme>, { store, reset }: WorldOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use('/_control', controlRouter({ schemes: played, store, reset }));
  for (const [id, { play }] of played) app.use(`/${id}`, play.router);
  return app;
}

function playOrComplain(scheme: SandboxScheme, shared: Shared): PlayedScheme {
  try {
    return playScheme(scheme, platformOf(scheme), shared);
  } catch (error) {
    if (error instanceof ShapeError) throw new SchemeFileError(`${scheme.id}: ${error.message}`, { cause: error });
    throw error;
  }
}

function platformOf(scheme: SandboxScheme): Platform {
  const platform = PLATFORMS.find(({ adapter }) => adapter === scheme.adapter);
  if (platform) return platform;
  const known = PLATFORMS.map(({ adapter }) => adapter).join(', ');
  throw new SchemeFileError(`${scheme.id}: no platform plays the adapter ${scheme.adapter}, only ${known}`);
}
