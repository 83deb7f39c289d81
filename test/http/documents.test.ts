import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newWorld } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const open = (path: string) => fetch(`http://127.0.0.1:${gateway.port}${path}`, { redirect: 'manual' });

describe('documents', () => {
  it('serve the contract to anybody', async () => {
    const { json } = await gateway.ask('GET', '/openapi.json', { key: null });
    expect(json['openapi']).toBe('3.1.0');
  });

  it('are one page whose every part comes from here', async () => {
    const page = await gateway.ask('GET', '/docs', { key: null });
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect(parts).toHaveLength(4);
    const initializer = await (await open('/docs/initializer.js')).text();
    for (const text of [page.text, initializer]) expect(text).not.toMatch(/https?:|\/\//);
    expect(initializer).toContain('validatorUrl: null');
    for (const part of parts) {
      const response = await open(part);
      await response.arrayBuffer();
      expect([part, response.status]).toEqual([part, 200]);
      expect(response.headers.get('content-type')).toMatch(/javascript|css|png/);
    }
  });

  it('let a browser load nothing from elsewhere, and run nothing written into the page', async () => {
    for (const path of ['/docs', '/docs/initializer.js', '/docs/swagger-ui.css']) {
      const response = await open(path);
      await response.arrayBuffer();
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy.split(';')).toEqual(
        expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'"]),
      );
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('have styles that load nothing from elsewhere', async () => {
    const css = await (await open('/docs/swagger-ui.css')).text();
    const addresses = [...css.matchAll(/url\(\s*["']?(.{5})/g)].map(([, start]) => start);
    expect(new Set(addresses)).toEqual(new Set(['data:']));
  });

  it('are where the root leads', async () => {
    const response = await open('/');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/docs']);
  });

  it('give away no other file of the package', async () => {
    for (const path of [
      '/docs/swagger-ui-bundle.js.map',
      '/docs/../package.json',
      '/docs/%2e%2e/package.json',
      '/docs/index.html',
    ]) {
      expect((await open(path)).status).toBe(404);
    }
  });
});

describe('health', () => {
  it('is well without a key', async () => {
    expect((await gateway.ask('GET', '/healthz', { key: null })).json).toEqual({ ok: true });
    expect((await gateway.ask('GET', '/readyz', { key: null })).json).toEqual({
      ok: true,
      checks: { database: true, queue: true },
    });
  });

  it('is 503 with the checks that failed when not ready', async () => {
    const ready = async () => ({ ok: false, checks: { database: false, queue: true } });
    const other = await startGateway({ ...newWorld(), ready });
    const { status, json, headers } = await other.ask('GET', '/readyz', { key: null });
    expect([status, json['checks']]).toEqual([503, { database: false, queue: true }]);
    expect(headers.get('retry-after')).toBe('5');
    await other.stop();
  });
});
