import { describe, expect, it } from '@jest/globals';
import { schemeView } from '../../../src/core/scheme/scheme-view.js';
import { type AnyAdapter, defineAdapter } from '../../../src/spec/adapter.js';
import type { Scheme, Terms } from '../../../src/spec/scheme.js';
import { points } from '../../../src/spec/values.js';

const adapter: AnyAdapter = defineAdapter<never>({
  spec: 1,
  id: 'test',
  contract: { document: 'test.yaml', version: '1' },
  configure: () => {
    throw new Error('a view needs no configuration');
  },
  member: { account: async () => ({ available: points(0) }) },
});
const terms = (effectiveFrom: string): Terms => ({
  version: effectiveFrom,
  effectiveFrom,
  basis: 'travel',
  source: 'test',
  accrual: { rail: 'posted-by-us' },
  earn: [],
  tiers: [],
  redeem: [],
});
const scheme: Scheme = {
  id: 'test-rail',
  name: { zh: '测试', en: 'Test' },
  kind: 'rail',
  adapter: 'test',
  contract: 'reference',
  settings: { secretHost: 'settings-stay-inside' },
  memberNumber: { pattern: '^[0-9]+$', check: 'none', description: { zh: '数字', en: 'Digits' } },
  nameRule: { script: 'Hani' },
  linkForm: { type: 'object', properties: {} },
  pointsScale: 0,
  zone: 'Asia/Shanghai',
  resend: 'automatic',
  terms: [terms('2025-01-01'), terms('2026-01-01'), terms('2027-01-01')],
  softHoldSeconds: 900,
  timing: {},
  limits: { perSecond: null, backlog: 1_000 },
  outcomes: {},
  sandbox: { settings: {}, secrets: { key: 'secrets-stay-inside' }, members: { prefix: '', length: 8 } },
};

describe('schemeView', () => {
  it('parts the terms in force from those to come', () => {
    const { inForce, toCome } = schemeView(scheme, adapter, 'ok', '2026-12-31').terms;
    expect(inForce?.version).toBe('2026-01-01');
    expect(toCome.map(({ version }) => version)).toEqual(['2027-01-01']);
  });

  it('has no terms in force before the first', () => {
    const { inForce, toCome } = schemeView(scheme, adapter, 'ok', '2024-12-31').terms;
    expect(inForce).toBeNull();
    expect(toCome).toHaveLength(3);
  });

  it('derives capabilities from the ports and passes health on', () => {
    const view = schemeView(scheme, adapter, 'paused', '2026-01-01');
    expect(view.capabilities).toMatchObject({ account: true, statement: false, linking: false, accrue: false });
    expect(view.health).toBe('paused');
  });

  it('tells nothing of settings, sandbox or secrets', () => {
    expect(JSON.stringify(schemeView(scheme, adapter, 'ok', '2026-01-01'))).not.toContain('stay-inside');
  });
});
