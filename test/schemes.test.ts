import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { adapterFor } from '../adapters/index.js';
import { fromRoot } from '../src/config/paths.js';
import { loadSchemes } from '../src/config/schemes.js';
import type { Bilingual } from '../src/spec/values.js';

/** The form of a file is the loader's to check; here is whether a brand fits its platform. */
const directories = [fromRoot('schemes'), fromRoot('adapters/reference/schemes')];
const schemes = loadSchemes(...directories).map((scheme) => [scheme.id, scheme] as const);
const HAN = /\p{Script=Han}/u;

interface LinkForm {
  readonly properties: Readonly<Record<string, { title?: string; 'x-title'?: Bilingual; pattern?: string }>>;
}

describe.each(schemes)('%s', (_id, scheme) => {
  const { sandbox } = scheme;

  it('configures its adapter, which takes nothing it does not know', () => {
    const { configure } = adapterFor(scheme);
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

  it('has us post only what the adapter can carry', () => {
    const carried = adapterFor(scheme).accrual?.activities ?? [];
    for (const { accrual } of scheme.terms) {
      const ours = Object.entries(accrual).filter(([, who]) => who === 'posted-by-us');
      expect(ours.filter(([product]) => !carried.some((type) => type === product))).toEqual([]);
    }
  });

  it('sells for points only what the adapter can redeem', () => {
    const carried = adapterFor(scheme).redemption?.rewards ?? [];
    const sold = scheme.terms.flatMap(({ redeem }) => redeem.map(({ reward }) => reward));
    expect(sold.filter((reward) => !carried.includes(reward))).toEqual([]);
  });

  it('is asked for its settlement only where the adapter can fetch one', () => {
    const fetches = adapterFor(scheme).settlement !== undefined;
    expect(scheme.settlement === undefined || fetches).toBe(true);
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
  expect(text?.zh).toMatch(HAN);
  expect(text?.en).toMatch(/[a-z]/);
  expect(text?.en).not.toMatch(HAN);
}
