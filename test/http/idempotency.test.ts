import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/core/problem.js';
import { newExchange } from '../../src/http/exchange.js';
import { idempotentRequest } from '../../src/http/idempotency.js';
import type { Json } from '../../src/spec/values.js';
import { newWorld, refusal } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody, linkBody, posts } from './samples.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const accrue = (idempotencyKey: string | null, body: object | string = accrualBody, key = 'all-a') =>
  gateway.ask('POST', '/v1/accruals', { idempotencyKey, body, key });

/** What may be asked again at will: every other POST creates. */
const QUESTIONS = ['createQuote', 'supportSearch'];

describe('the key', () => {
  it('is required', async () => {
    for (const [name, { path }] of Object.entries(posts)) {
      if (QUESTIONS.includes(name)) continue;
      const { status, json } = await gateway.ask('POST', path, { idempotencyKey: null, body: {} });
      expect([path, status, json['code']]).toEqual([path, 400, 'IDEMPOTENCY_KEY_REQUIRED']);
    }
  });

  it.each(QUESTIONS)('is not wanted of a question (%s)', async (name) => {
    const { path = '', body = {} } = posts[name] ?? {};
    expect((await gateway.ask('POST', path, { idempotencyKey: null, body })).status).toBe(200);
  });

  it.each([
    ['256 characters', 'k'.repeat(256)],
    ['a tab', 'a\tb'],
    ['a letter that is not ASCII', 'cl\u00e9'],
    ['nothing', ''],
  ])('of %s is refused', async (_what, key) => {
    const { status, json } = await accrue(key);
    expect([status, json['code']]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
  });

  it('is refused when it comes twice', async () => {
    const { default: http } = await import('node:http');
    const options = { port: gateway.port, method: 'POST', path: '/v1/accruals' };
    const status = await new Promise((resolve, reject) => {
      const request = http.request({
        ...options,
        headers: ['Host', 'x', 'Authorization', 'Bearer all-a', 'Idempotency-Key', 'a', 'Idempotency-Key', 'b'],
      });
      request
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it('of 255 characters with spaces is taken', async () => {
    expect((await accrue(`a ${'k'.repeat(253)}`)).status).toBe(202);
  });
});

describe('a repeated request', () => {
  it('gets the same bytes, marked as replayed, however its JSON is spelt', async () => {
    const first = await accrue('spelling');
    const { points, activity, linkId } = accrualBody;
    const respelt = JSON.stringify({ points, activity, linkId }, null, 2).replace('Welcome', '\\u0057elcome');
    const second = await accrue('spelling', respelt);
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('with another body, or at another address, is 422', async () => {
    await accrue('other');
    expect((await accrue('other', { ...accrualBody, points: 501 })).json['code']).toBe('IDEMPOTENCY_KEY_REUSED');
    const elsewhere = await gateway.ask('POST', '/v1/links', { idempotencyKey: 'other', body: linkBody });
    expect(elsewhere.json['code']).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await accrue('other')).headers.get('idempotency-replayed')).toBe('true');
  });

  it('is another request at another address, by another method or with another body', () => {
    const exchange = newExchange(undefined);
    const printOf = (method: string, path: string, body: object) =>
      idempotentRequest(gateway.world, { key: 'k', method, path, body: body as Json }, exchange).fingerprint.toString(
        'hex',
      );
    const prints = [
      printOf('POST', '/v1/accruals/op_1/reversal', { reason: 'a' }),
      printOf('POST', '/v1/accruals/op_2/reversal', { reason: 'a' }),
      printOf('PUT', '/v1/accruals/op_1/reversal', { reason: 'a' }),
      printOf('POST', '/v1/accruals/op_1/reversal', { reason: 'b' }),
    ];
    expect(new Set(prints).size).toBe(4);
    expect(printOf('POST', '/v1/accruals/op_1/reversal', { reason: 'a' })).toBe(prints[0]);
  });

  it("of another tenant is that tenant's own", async () => {
    await accrue('shared');
    const theirs = await accrue('shared', { ...accrualBody, points: 501 }, 'all-b');
    expect([theirs.status, theirs.headers.has('idempotency-replayed')]).toEqual([202, false]);
  });

  it('that is refused for its form is not remembered', async () => {
    expect((await accrue('form', { ...accrualBody, points: 0 })).status).toBe(422);
    expect((await accrue('form')).status).toBe(202);
  });

  it('while the first is still running is 409 and says when to ask again', async () => {
    const fresh = newWorld();
    gateway.world.operations = {
      ...fresh.operations,
      accrue: async () => {
        throw new Problem('IDEMPOTENCY_IN_PROGRESS');
      },
    };
    const { status, headers } = await accrue('running');
    expect([status, headers.get('retry-after')]).toEqual([409, '1']);
    gateway.world.operations = fresh.operations;
  });

  it('of a stored refusal gets the same refusal, in its first language', async () => {
    const fresh = newWorld();
    let stored: ReturnType<typeof refusal> | undefined;
    gateway.world.links = {
      ...fresh.links,
      create: async (_caller, _input, request) => {
        const answer = stored ?? refusal(request, new Problem('LINK_REFUSED', { reason: 'name-mismatch' }));
        stored = { ...answer, replayed: true };
        return answer;
      },
    };
    const ask = (language: string) =>
      gateway.ask('POST', '/v1/links', {
        idempotencyKey: 'r',
        body: linkBody,
        headers: { 'accept-language': language },
      });
    const first = await ask('zh-CN');
    const second = await ask('en');
    expect([first.status, first.json['reason']]).toEqual([422, 'name-mismatch']);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    gateway.world.links = fresh.links;
  });
});
