import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES, Problem } from '../../src/core/problem.js';
import { REFUSAL_REASONS } from '../../src/spec/errors.js';
import { languageOf } from '../../src/http/language.js';
import { renderProblem } from '../../src/http/problem.js';
import { PROBLEMS, type DoorCode } from '../../src/http/problem-table.js';
import { schemaFaults } from './contract-check.js';
import { LINK, LINK_ID, newWorld, OPERATION, OPERATION_ID } from './fakes.js';
import { startGateway, type GatewayUnderTest } from './gateway-under-test.js';
import { accrualBody } from './samples.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => {
  gateway.world.operations = newWorld().operations;
  gateway.world.logged.length = 0;
});
afterAll(() => gateway.stop());

const failWith = (error: unknown) => {
  const accrue = async () => {
    throw error;
  };
  gateway.world.operations = { ...gateway.world.operations, accrue };
  return gateway.ask('POST', '/v1/accruals', { body: accrualBody });
};
const CODES = Object.keys(PROBLEMS) as DoorCode[];
const requestId = 'req_01kb0cb0t4fk0r8h6xv2n5q9wz';

describe('the table of problems', () => {
  it.each(CODES)('%s is told in both languages, as the contract describes', (code) => {
    for (const language of ['zh', 'en'] as const) {
      const { status, body } = renderProblem({ code, details: {} }, { requestId, language });
      const problem = JSON.parse(body) as { type: string; status: number; title: string; detail: string };
      expect(schemaFaults('/components/schemas/Problem', problem)).toEqual([]);
      expect([problem.status, problem.type.endsWith(`/${code}`)]).toEqual([status, true]);
      expect(/\p{Script=Han}/u.test(problem.title) && /\p{Script=Han}/u.test(problem.detail)).toBe(language === 'zh');
      expect(problem.detail).toMatch(language === 'zh' ? /。$/ : /\.$/);
    }
  });

  it('has a refusal told by its reason', () => {
    const sentences = REFUSAL_REASONS.map((reason) => {
      const { body } = renderProblem({ code: 'LINK_REFUSED', details: { reason } }, { requestId, language: 'zh' });
      return (JSON.parse(body) as { detail: string }).detail;
    });
    expect(new Set(sentences).size).toBe(REFUSAL_REASONS.length);
  });
});

describe('what a use case throws', () => {
  // The other two belong to no operation and to another one; all else is in the contract of createAccrual, or asking fails.
  const thrown = PROBLEM_CODES.filter((code) => code !== 'METHOD_NOT_ALLOWED' && code !== 'SIGNATURE_INVALID');
  it.each(thrown)('%s is answered with its status', async (code) => {
    const { status, json, headers } = await failWith(new Problem(code));
    expect([status, json['code'], json['requestId']]).toEqual([
      PROBLEMS[code].status,
      code,
      headers.get('x-request-id'),
    ]);
    expect(headers.has('retry-after')).toBe(PROBLEMS[code].retryAfterSeconds !== undefined);
  });

  it('carries public ids, and how long to wait', async () => {
    const details = { operationId: OPERATION, linkId: LINK, supplierCode: 'E7', retryAfterSeconds: 1.2 };
    const { json, headers } = await failWith(new Problem('UNAVAILABLE', details));
    expect(json).toMatchObject({ operationId: OPERATION_ID, linkId: LINK_ID, supplierCode: 'E7' });
    expect(headers.get('retry-after')).toBe('2');
  });

  it.each([
    ['an error', Object.assign(new Error('member NW-CANARY'), { code: '23505', detail: 'NW-CANARY' })],
    ['a text', 'NW-CANARY'],
    ['nothing', undefined],
  ])('that is %s is a fault of ours: no word of it goes out, its place goes to the log', async (_what, error) => {
    const { status, json, text } = await failWith(error);
    expect([status, json['code']]).toEqual([500, 'INTERNAL']);
    expect(text).not.toMatch(/CANARY|\n\s*at /);
    const [fault] = gateway.world.logged.filter(({ level }) => level === 'error');
    expect(fault?.fields['requestId']).toBe(json['requestId']);
    expect(JSON.stringify(gateway.world.logged)).not.toContain('CANARY');
  });
});

describe('languages', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['zh', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-GB, zh;q=0.5', 'en'],
    ['en;q=0.5, zh-Hant;q=0.6', 'zh'],
    ['zh;q=0', 'en'],
    ['zh;q=x', 'en'],
    ['fr, zh;q=0.1', 'zh'],
    ['*', 'en'],
  ])('%s reads %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });

  it('of the caller are spoken in problems and their fields, and given to the use case', async () => {
    const headers = { 'accept-language': 'zh-CN' };
    const { json } = await gateway.ask('POST', '/v1/accruals', { body: { ...accrualBody, points: 0 }, headers });
    expect(json['title']).toBe('请求无效');
    expect(json['errors']).toEqual([{ pointer: '/points', message: '不得小于 1' }]);
    const unreadable = await gateway.ask('POST', '/v1/accruals', { body: '{', headers });
    expect(unreadable.json['errors']).toEqual([{ pointer: '', message: '正文不是有效的 JSON' }]);
    const languages: string[] = [];
    const { operations } = newWorld();
    gateway.world.operations = {
      ...operations,
      get: async (caller, id, language) => {
        languages.push(language);
        return operations.get(caller, id, language);
      },
    };
    await gateway.ask('GET', `/v1/operations/${OPERATION_ID}`, { headers });
    await gateway.ask('GET', `/v1/operations/${OPERATION_ID}`);
    expect(languages).toEqual(['zh', 'en']);
  });
});

it('metrics hear of every answer by its route', async () => {
  const samples: object[] = [];
  const other = await startGateway({ ...newWorld(), metricsHook: (sample) => samples.push(sample) });
  await other.ask('GET', `/v1/operations/${OPERATION_ID}`);
  await other.ask('GET', '/nowhere/NW-CANARY');
  await other.stop();
  expect(samples).toMatchObject([
    { method: 'GET', route: '/v1/operations/{id}', status: 200 },
    { method: 'GET', route: 'none', status: 404 },
  ]);
});
