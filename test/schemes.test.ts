import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { adapterOf } from '../adapters/index.js';
import type { Scheme } from '../src/spec/scheme.js';
import type { Bilingual } from '../src/spec/values.js';

const folder = new URL('../schemes/', import.meta.url);
const schemes = readdirSync(folder).map((file): [string, Scheme] => [
  file,
  parse(readFileSync(new URL(file, folder), 'utf8')) as Scheme,
]);
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const HAN = /\p{Script=Han}/u;

interface LinkForm {
  readonly properties: Readonly<Record<string, { title?: string; 'x-title'?: Bilingual; pattern?: string }>>;
}

describe.each(schemes)('%s', (file, scheme) => {
  const { sandbox } = scheme;

  it('is named after its id and served by a registered adapter', () => {
    expect(file).toBe(`${scheme.id}.yaml`);
    expect(adapterOf(scheme.adapter).id).toBe(scheme.adapter);
  });

  it('configures its adapter, which takes nothing it does not know', () => {
    const { configure } = adapterOf(scheme.adapter);
    const settings = { ...scheme.settings, ...sandbox?.settings, baseUrl: `http://127.0.0.1:8090/${scheme.id}` };
    const secrets = { ...sandbox?.secrets };
    expect(() => configure({ settings, secrets }) as unknown).not.toThrow();
    expect(() => configure({ settings: { ...settings, colour: 'red' }, secrets }) as unknown).toThrow();
    expect(() => configure({ settings, secrets: { ...secrets, other: 'x' } }) as unknown).toThrow();
    expect(() => configure({ settings, secrets: {} }) as unknown).toThrow();
  });

  it('asks for what linking needs by a form of flat texts, titled in both languages', () => {
    const form = scheme.linkForm as unknown as LinkForm;
    const ajv = new Ajv2020({ strict: true, keywords: ['x-title'] });
    expect(() => ajv.compile(scheme.linkForm)).not.toThrow();
    expect(scheme.linkForm).toMatchObject({ type: 'object', additionalProperties: false });
    for (const property of Object.values(form.properties)) {
      expect(property).toMatchObject({ type: 'string', pattern: expect.stringMatching(/^\^.*\$$/) });
      expectBoth(property['x-title']);
      expect(property.title).toBe(property['x-title']?.en);
    }
  });

  it('has a member number rule that the sandbox keeps', () => {
    const { pattern, description } = scheme.memberNumber;
    expect(pattern).toMatch(/^\^.*\$$/);
    expectBoth(description);
    const { prefix, length } = sandbox?.members ?? { prefix: '', length: 0 };
    expect(prefix.padEnd(length, '0')).toMatch(new RegExp(pattern));
  });

  it('dates its terms, the oldest first, each with its source', () => {
    const dates = scheme.terms.map(({ effectiveFrom }) => effectiveFrom);
    expect(dates.filter((date) => !DATE.test(date))).toEqual([]);
    expect([...new Set(dates)].sort()).toEqual(dates);
    expect(new Set(scheme.terms.map(({ version }) => version)).size).toBe(dates.length);
    for (const { source } of scheme.terms) expect(source).not.toBe('');
  });

  it('says who posts for every product it earns on, and sends only what the adapter can carry', () => {
    const carried = adapterOf(scheme.adapter).accrual?.activities ?? [];
    for (const { accrual, earn } of scheme.terms) {
      expect(earn.filter(({ product }) => accrual[product] === undefined)).toEqual([]);
      const ours = Object.entries(accrual).filter(([, who]) => who === 'posted-by-us');
      expect(ours.filter(([product]) => !carried.some((type) => type === product))).toEqual([]);
    }
  });

  it('speaks both languages', () => {
    expectBoth(scheme.name);
    for (const { tiers, expiry, burn } of scheme.terms) {
      for (const { name, qualifying } of tiers) {
        expectBoth(name);
        if (qualifying !== undefined) expectBoth(qualifying);
      }
      if (expiry !== undefined) expectBoth(expiry);
      if (burn !== undefined) expectBoth(burn);
    }
  });
});

function expectBoth(text: Bilingual | undefined): void {
  // A comma in an unquoted flow mapping quietly makes a third key of the rest.
  expect(Object.keys(text ?? {})).toEqual(['zh', 'en']);
  expect(text?.zh).toMatch(HAN);
  expect(text?.en).toMatch(/[a-z]/);
  expect(text?.en).not.toMatch(HAN);
}
