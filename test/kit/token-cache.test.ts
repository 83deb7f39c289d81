import { describe, expect, it } from '@jest/globals';
import { createTokenCache } from '../../src/kit/token-cache.js';
import { AdapterFault, type Fault } from '../../src/spec/errors.js';

/** A cache on a clock of its own, with a maker that counts. */
function setUp() {
  const clock = { ms: 0 };
  const cache = createTokenCache(() => clock.ms);
  let made = 0;
  const make = (ttlMs: number) => () => {
    made += 1;
    return Promise.resolve({ value: `token ${made}`, ttlMs });
  };
  return { clock, cache, make };
}

describe('a token', () => {
  it('is made once for all who ask together, and kept', async () => {
    const { cache, make } = setUp();
    const together = Promise.all([1, 2, 3].map(() => cache.get('oauth', make(3_600_000))));
    expect(await together).toEqual(['token 1', 'token 1', 'token 1']);
    expect(await cache.get('oauth', make(3_600_000))).toBe('token 1');
    expect(await cache.get('another', make(3_600_000))).toBe('token 2');
  });

  it('is left a minute before its end, or a tenth of a short life', async () => {
    const { clock, cache, make } = setUp();
    await cache.get('long', make(3_600_000));
    await cache.get('short', make(10_000));
    clock.ms = 8_999;
    expect(await cache.get('short', make(10_000))).toBe('token 2');
    clock.ms = 9_000;
    expect(await cache.get('short', make(10_000))).toBe('token 3');
    clock.ms = 3_539_999;
    expect(await cache.get('long', make(3_600_000))).toBe('token 1');
    clock.ms = 3_540_000;
    expect(await cache.get('long', make(3_600_000))).toBe('token 4');
  });

  it('lives at most a day, and not at all without a readable life', async () => {
    const { clock, cache, make } = setUp();
    await cache.get('for ever', make(Number.POSITIVE_INFINITY));
    clock.ms = 24 * 3_600_000;
    expect(await cache.get('for ever', make(1))).toBe('token 2');
    await cache.get('no life', make(Number.NaN));
    expect(await cache.get('no life', make(Number.NaN))).toBe('token 4');
  });

  it('is forgotten when refused, unless a newer one has taken its place', async () => {
    const { cache, make } = setUp();
    await cache.get('oauth', make(3_600_000));
    cache.drop('oauth', 'token 1');
    expect(await cache.get('oauth', make(3_600_000))).toBe('token 2');
    cache.drop('oauth', 'token 1');
    expect(await cache.get('oauth', make(3_600_000))).toBe('token 2');
  });

  it('gives way to newer names beyond 64', async () => {
    const { cache, make } = setUp();
    for (let i = 1; i <= 65; i += 1) await cache.get(`name ${i}`, make(3_600_000));
    expect(await cache.get('name 2', make(3_600_000))).toBe('token 2');
    expect(await cache.get('name 1', make(3_600_000))).toBe('token 66');
  });
});

describe('a token that cannot be made', () => {
  const failing = (fault: Fault) => () => Promise.reject(new AdapterFault(fault));

  it('fails all who wait, and is asked for again by the next', async () => {
    const { cache, make } = setUp();
    const auth = failing({ kind: 'auth', detail: 'HTTP 401' });
    const together = await Promise.allSettled([cache.get('oauth', auth), cache.get('oauth', make(1_000))]);
    expect(together.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(await cache.get('oauth', make(1_000))).toBe('token 1');
  });

  it('means that what needed it was not sent', async () => {
    const { cache } = setUp();
    const lost = cache.get('oauth', failing({ kind: 'unknown-outcome', detail: 'no answer in time' }));
    await expect(lost).rejects.toMatchObject({ fault: { kind: 'not-sent', detail: 'no token: no answer in time' } });
    const refused = cache.get('oauth', failing({ kind: 'auth', detail: 'HTTP 401' }));
    await expect(refused).rejects.toMatchObject({ fault: { kind: 'auth' } });
  });
});
