import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mintApiKey } from '../privacy/api-key.js';

/** What development writes for whoever wants to try: where things are and the demo's keys. */
export interface Credentials {
  readonly baseUrl: string;
  readonly sandboxUrl: string | null;
  /** Keys of two tenants that must never see each other. */
  readonly platformKey: string;
  readonly otherPlatformKey: string;
  readonly supportKey: string;
  readonly adminKey: string;
  /** Standard Webhooks secret of the demo tenant. */
  readonly webhookSecret: string;
}

const NAMES = ['platformKey', 'otherPlatformKey', 'supportKey', 'adminKey'] as const;

/** The keys of the start before, or new ones; the addresses of this start. Written with mode 0600. */
export function writeCredentials(dataDir: string, urls: Pick<Credentials, 'baseUrl' | 'sandboxUrl'>): Credentials {
  const file = path.join(dataDir, 'credentials.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Credentials>) : {};
  const keys = Object.fromEntries(NAMES.map((name) => [name, before[name] ?? mintApiKey('test').token])) as Pick<
    Credentials,
    (typeof NAMES)[number]
  >;
  const webhookSecret = before.webhookSecret ?? `whsec_${randomBytes(32).toString('base64')}`;
  const credentials: Credentials = { ...urls, ...keys, webhookSecret };
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
  return credentials;
}
