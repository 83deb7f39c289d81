import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { loadSchemes } from '../../src/config/schemes.js';

const bilingual = { zh: '测试', en: 'Test' };
const rule = { product: 'rail', on: 'fare', currency: 'CNY', pointsPerUnit: 5, rounding: 'floor' };
const burn = { reward: 'rail', currency: 'CNY', pointsPerUnit: 100, minimum: 1000 };
const terms = {
  version: '2025',
  effectiveFrom: '2025-01-01',
  basis: 'travel',
  source: 'a test',
  accrual: { rail: 'posted-by-us' },
  earn: [rule],
  tiers: [{ code: '2', name: bilingual }],
  redeem: [burn],
};
const scheme = {
  id: 'test-rail',
  name: bilingual,
  kind: 'rail',
  adapter: 'test',
  contract: 'reference',
  settings: { anything: [1, { goes: true }] },
  memberNumber: { pattern: '^(?:A|B)[0-9]{8}$', check: 'none', description: bilingual },
  nameRule: { script: 'Hani' },
  linkForm: {
    type: 'object',
    additionalProperties: false,
    required: ['idLast4'],
    properties: { idLast4: { type: 'string', 'x-title': bilingual, pattern: '^[0-9X]{4}$' } },
  },
  pointsScale: 0,
  zone: 'Asia/Shanghai',
  resend: 'automatic',
  terms: [terms],
  softHoldSeconds: 600,
  timing: { totalMs: 15_000, lookupsMs: [1_000, 5_000] },
  limits: { perSecond: 50, backlog: 1_000 },
  outcomes: { E42: { rejected: 'too-late' }, E43: 'not-processed', E44: 'needs-review' },
  settlement: { fetchAt: '03:30', expectedBy: '08:00' },
  sandbox: {
    settings: {},
    secrets: { key: 'value' },
    members: { prefix: 'A', length: 9 },
    behaviour: { firstRedemptionAt: 10000 },
  },
};

let root: string;
let dir: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'interline-schemes-'));
});
beforeEach(() => {
  dir = mkdtempSync(join(root, 'case-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function loaded(content: unknown, name = 'test-rail.yaml'): ReturnType<typeof loadSchemes> {
  writeFileSync(join(dir, name), typeof content === 'string' ? content : stringify(content));
  return loadSchemes(dir);
}

/** The scheme with the value at a path replaced, or taken out when it is undefined. */
function changed(path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(scheme);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((node, key) => (node as Record<string, unknown>)[key], copy) as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

describe('loadSchemes', () => {
  it('reads a scheme as it is written', () => {
    expect(loaded(scheme)).toEqual([scheme]);
  });

  it('reads the files of a directory by id and leaves others alone', () => {
    writeFileSync(join(dir, 'README.md'), 'not a scheme');
    loaded({ ...scheme, id: 'b-rail' }, 'b-rail.yaml');
    expect(loaded({ ...scheme, id: 'a-rail' }, 'a-rail.yaml').map(({ id }) => id)).toEqual(['a-rail', 'b-rail']);
  });

  it('has the times of its connection, no rate and no codes of its own unless it says so', () => {
    const bare = ['timing', 'limits', 'outcomes'].reduce((file, name) => ({ ...file, [name]: undefined }), scheme);
    expect(loaded(bare)[0]).toMatchObject({ timing: {}, limits: { perSecond: null, backlog: 100_000 }, outcomes: {} });
  });

  it('redeems nothing, holds for a quarter of an hour and has no settlement unless it says so', () => {
    expect(loaded(changed('terms.0.redeem', undefined))[0]?.terms[0]?.redeem).toEqual([]);
    expect(loaded(changed('softHoldSeconds', undefined))[0]?.softHoldSeconds).toBe(900);
    expect(loaded(changed('settlement', undefined))[0]).not.toHaveProperty('settlement');
  });

  it('sorts terms by the day they begin', () => {
    const dated = ['2026-01-01', '2024-01-01', '2025-01-01'].map((day) => ({
      ...terms,
      version: day,
      effectiveFrom: day,
    }));
    const [read] = loaded({ ...scheme, terms: dated });
    expect(read?.terms.map(({ version }) => version)).toEqual(['2024-01-01', '2025-01-01', '2026-01-01']);
  });

  it('reads the schemes of this repository', () => {
    const schemes = loadSchemes('schemes');
    expect(schemes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['china-railway', 'harbour-hotels', 'northwind-air', 'phoenix-miles']),
    );
    for (const { id, sandbox } of schemes) expect([id, sandbox]).not.toEqual([id, undefined]);
  });

  it.each([
    ['an unknown field', 'colour', 'red', 'the file: Unrecognized key: "colour"'],
    ['an unknown field deeper down', 'terms.0.earn.0.bonus', 1, 'terms[0].earn[0]: Unrecognized key: "bonus"'],
    ['a missing field', 'zone', undefined, 'zone: '],
    ['an id that is not the file name', 'id', 'other-rail', 'id: has to be test-rail'],
    ['one language only', 'name', { en: 'Test' }, 'name.zh: '],
    ['an empty text', 'terms.0.source', ' ', 'terms[0].source: '],
    ['no terms', 'terms', [], 'terms: '],
    [
      'two terms of one day',
      'terms',
      [terms, { ...terms, version: '2' }],
      'terms[1].effectiveFrom: 2025-01-01 is there twice',
    ],
    ['two terms of one version', 'terms', [terms, { ...terms, effectiveFrom: '2026-01-01' }], 'terms[1].version: '],
    [
      'a day that is none',
      'terms.0.effectiveFrom',
      '2025-02-30',
      'terms[0].effectiveFrom: is not a day of the calendar',
    ],
    ['a date in another form', 'terms.0.effectiveFrom', '1 January 2025', 'terms[0].effectiveFrom: has to be a date'],
    ['points posted by the supplier', 'terms.0.accrual', { rail: 'posted-by-supplier' }, 'expectations, which watch'],
    ['an unknown poster', 'terms.0.accrual', { rail: 'posted' }, 'terms[0].accrual.rail: has to be posted-by-us'],
    ['an unknown product', 'terms.0.accrual', { rail: 'posted-by-us', bus: 'posted-by-us' }, 'terms[0].accrual'],
    [
      'earning on what we do not post',
      'terms.0.accrual',
      { flight: 'posted-by-us' },
      'earn[0].product: rail is not posted-by-us',
    ],
    ['earning on money the product has not', 'terms.0.earn.0.on', 'eligible', 'earn[0].on: a rail earns on its fare'],
    ['two rules for one currency', 'terms.0.earn', [rule, rule], 'earn[1]: there is another rule for rail in CNY'],
    ['an unknown currency', 'terms.0.earn.0.currency', 'RMB', 'earn[0].currency: is not a currency'],
    ['a negative rate', 'terms.0.earn.0.pointsPerUnit', -1, 'earn[0].pointsPerUnit: has to be above 0'],
    ['a rate without an exact decimal', 'terms.0.earn.0.pointsPerUnit', 1e-9, 'earn[0].pointsPerUnit: '],
    ['a pattern that does not compile', 'memberNumber.pattern', '^[0-9$', 'memberNumber.pattern: '],
    [
      'a group that does not close',
      'memberNumber.pattern',
      '^(?<a$',
      'memberNumber.pattern: is not a regular expression',
    ],
    ['a pattern without anchors', 'memberNumber.pattern', '[0-9]+', 'memberNumber.pattern: has to match whole texts'],
    ['bare alternatives', 'memberNumber.pattern', '^A[0-9]+|B[|]$', 'memberNumber.pattern: has to match whole texts'],
    ['an escaped anchor', 'memberNumber.pattern', '^[0-9]+\\$', 'memberNumber.pattern: has to match whole texts'],
    ['an unknown check', 'memberNumber.check', 'mod11', 'memberNumber.check: '],
    ['an unknown zone', 'zone', 'Asia/Peking', 'zone: is not a time zone'],
    ['an offset as a zone', 'zone', '+08:00', 'zone: is not a time zone'],
    ['decimals of points that are no number', 'pointsScale', '0', 'pointsScale: '],
    ['a form that lets anything in', 'linkForm.additionalProperties', true, 'linkForm.additionalProperties: '],
    ['a form with a nested field', 'linkForm.properties.idLast4.type', 'object', 'linkForm.properties.idLast4.type: '],
    [
      'a form field without a title',
      'linkForm.properties.idLast4.x-title',
      undefined,
      'linkForm.properties.idLast4.x-title: ',
    ],
    ['a form that requires what it has not', 'linkForm.required', ['password'], 'linkForm.required: names a field'],
    ['a reward that nobody sells', 'terms.0.redeem.0.reward', 'holiday', 'terms[0].redeem[0].reward: '],
    ['a reward with two rates in one currency', 'terms.0.redeem', [burn, burn], 'redeem[1]: there is another rule for'],
    ['an unknown field of a redeem rule', 'terms.0.redeem.0.rounding', 'ceil', 'Unrecognized key: "rounding"'],
    ['points worth nothing', 'terms.0.redeem.0.pointsPerUnit', 0, 'redeem[0].pointsPerUnit: has to be above 0'],
    [
      'a price of points without an exact decimal',
      'terms.0.redeem.0.pointsPerUnit',
      0.00001,
      'redeem[0].pointsPerUnit',
    ],
    ['points in an unknown currency', 'terms.0.redeem.0.currency', 'RMB', 'redeem[0].currency: is not a currency'],
    ['a minimum of part of a point', 'terms.0.redeem.0.minimum', 0.5, 'redeem[0].minimum: '],
    ['a minimum of no points', 'terms.0.redeem.0.minimum', 0, 'redeem[0].minimum: '],
    ['a lease that a call can outlive', 'timing.leaseMs', 15_000, 'timing: the lease of 15000 ms'],
    ['a time nobody knows', 'timing.totalSeconds', 15, 'timing: Unrecognized key: "totalSeconds"'],
    ['look-ups that go back', 'timing.lookupsMs', [5_000, 1_000], 'timing.lookupsMs: have to rise'],
    ['a rate of none', 'limits.perSecond', 0, 'limits.perSecond: '],
    ['a meaning nobody knows', 'outcomes.E43', 'perhaps', 'outcomes.E43: '],
    ['a refusal outside the vocabulary', 'outcomes.E42', { rejected: 'because' }, 'outcomes.E42'],
    ['a hold of less than a minute', 'softHoldSeconds', 59, 'softHoldSeconds: '],
    ['a hold of more than a day', 'softHoldSeconds', 86_401, 'softHoldSeconds: '],
    [
      'a settlement at no time of a day',
      'settlement.fetchAt',
      '24:00',
      'settlement.fetchAt: has to be a time of the day',
    ],
    ['a settlement time without its zeros', 'settlement.expectedBy', '8:00', 'settlement.expectedBy: has to be a time'],
    [
      'a settlement missed before it is asked for',
      'settlement.fetchAt',
      '08:00',
      'settlement: has to be expected after',
    ],
    ['half a settlement', 'settlement.expectedBy', undefined, 'settlement.expectedBy: '],
    ['behaviour that is no list of settings', 'sandbox.behaviour', 'odd', 'sandbox.behaviour: '],
    ['a secret that is no text', 'sandbox.secrets', { key: 7 }, 'sandbox.secrets.key: '],
  ])('refuses %s in one line', (_what, path, value, expected) => {
    const attempt = (): unknown => loaded(changed(path, value));
    expect(attempt).toThrow(expected);
    expect(attempt).toThrow(/^[^\n]*test-rail\.yaml: [^\n]*$/);
  });

  it.each([
    ['a field written twice', 'id: test-rail\nid: test-rail\n', 'keys must be unique'],
    ['a file cut short', 'id: "test-ra', 'quote'],
    ['an unknown tag', 'id: !shell rm', 'tag'],
    ['an empty file', '', 'the file: '],
    ['a list', '- id: test-rail\n', 'the file: '],
  ])('refuses %s in one line', (_what, content, expected) => {
    const attempt = (): unknown => loaded(content);
    expect(attempt).toThrow(expected);
    expect(attempt).toThrow(/^[^\n]*test-rail\.yaml: [^\n]*$/);
  });

  it('refuses a text in braces that a comma has cut in two', () => {
    const cut = `${stringify(changed('name', undefined))}name: { zh: 满 10,000 分, en: From 10000 points }\n`;
    expect(() => loaded(cut)).toThrow('test-rail.yaml: name: Unrecognized key: "000 分"');
  });

  it('says how much more is wrong', () => {
    expect(() => loaded({ ...scheme, zone: 1, kind: 'bus', resend: 'never' })).toThrow('(and 2 more)');
  });
});
