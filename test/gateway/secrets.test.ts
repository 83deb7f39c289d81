import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { CONNECTIONS, tenantIdOf } from './administration.js';
import { leaksIn, spelt } from './canaries.js';
import { accrue, linkBody, memberOf, operationIn, type Link } from './requests.js';
import { openWatchedGateway, type WatchedGateway } from './watched-gateway.js';

const SECRETS = { username: 'canary-user-7f3a9c', password: 'canary-password-51b2e8' };
const RENEWED = { ...SECRETS, password: 'canary-renewed-90d4c7' };
const CANARIES = [SECRETS.password, RENEWED.password, SECRETS.username];

let gateway: WatchedGateway;
beforeAll(async () => {
  gateway = await openWatchedGateway(null);
});
afterAll(() => gateway.close());

it('a canary is found in every spelling', () => {
  for (const canary of CANARIES)
    expect(new Set(leaksIn([canary], spelt(canary)).map(({ place }) => place)).size).toBe(13);
});

it('secrets of a connection are nowhere, whatever becomes of it', async () => {
  const key = gateway.adminKey;
  const settings = { baseUrl: `${gateway.supplier.url}/northwind-air`, partner: 'interline-sandbox' };
  const body = {
    scheme: 'northwind-air',
    tenantId: tenantIdOf('demo'),
    settings,
    secrets: SECRETS,
    timing: 'fast',
    reason: 'a test',
  };
  for (const wrong of [
    { ...body, secrets: { ...SECRETS, [SECRETS.password]: 'x' } },
    { ...body, secrets: { ...SECRETS, username: `${SECRETS.username}:` } },
    { ...body, settings: { ...settings, baseUrl: `https://${SECRETS.username}:${SECRETS.password}@lp.example.com` } },
  ]) {
    // The name of a member that is not known is told; a secret in the place of a name is not worth keeping.
    const refused = await gateway.askUnwatched('POST', CONNECTIONS, { key, body: wrong });
    expect(refused.status).toBe(422);
    expect(refused.text.replaceAll(`/secrets/${SECRETS.password}`, '')).not.toContain('canary');
  }
  const made = await gateway.ask('POST', CONNECTIONS, { key, body, idempotencyKey: 'made' });
  expect(made.status).toBe(201);
  const place = `${CONNECTIONS}/${String(made.json['id'])}`;
  await gateway.ask('POST', CONNECTIONS, { key, body, idempotencyKey: 'made' });
  await gateway.ask('POST', CONNECTIONS, { key, body });
  // The shared connection links; then the tenant's own, which nobody lets in, is all there is.
  expect((await gateway.ask('POST', `${place}/check`, { key })).json['result']).toBe('auth-failed');
  const link = await linkedOver(place);
  const asked = operationIn(await accrue(gateway, link));
  const attempted = () =>
    gateway.sql<object>('SELECT FROM attempt WHERE finished_at IS NOT NULL AND outcome = $1', ['auth']);
  await eventually(attempted, (rows) => rows.length > 0);
  for (const change of [
    { secrets: RENEWED, reason: 'renewed' },
    { state: 'paused', reason: 'enough' },
  ]) {
    expect((await gateway.ask('PATCH', place, { key, body: change })).status).toBe(200);
  }
  await gateway.ask('POST', `${place}/check`, { key });
  for (const path of [place, CONNECTIONS, '/v1/support/schemes/northwind-air', `/v1/operations/${asked.id}`]) {
    expect((await gateway.ask('GET', path, { key })).text).not.toBe('');
  }
  await gateway.noteTables();
  expect(leaksIn(CANARIES, gateway.seen)).toEqual([]);
  expect([...gateway.seen.keys()]).toEqual(expect.arrayContaining(['answers', 'log', 'table public.connection']));
});

/** A link made with the sandbox's own credentials, moved to the connection under test. */
async function linkedOver(place: string): Promise<Link> {
  await gateway.sql(`UPDATE connection SET tenant_id = NULL, scheme = 'nobody-air' WHERE tenant_id IS NOT NULL`);
  const member = await memberOf(gateway, 'northwind-air');
  const answer = await gateway.ask('POST', '/v1/links', { body: linkBody('northwind-air', member, 'secrets') });
  expect(answer.status).toBe(201);
  await gateway.sql(
    `UPDATE connection SET scheme = 'northwind-air', tenant_id = (SELECT tenant_id FROM link LIMIT 1) WHERE scheme = 'nobody-air'`,
  );
  await gateway.sql(`UPDATE link SET connection_id = (SELECT id FROM connection WHERE tenant_id IS NOT NULL)`);
  expect((await gateway.ask('GET', place, { key: gateway.adminKey })).status).toBe(200);
  return answer.json as unknown as Link;
}
