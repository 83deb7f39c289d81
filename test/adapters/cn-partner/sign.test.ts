import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signature } from '../../../adapters/cn-partner/sign.js';

const key = 'sandbox-china-railway-hmac-key';
const fixed = { timestamp: '1795305600000', nonce: '5f2b1c9e' };

describe('the signature', () => {
  it('signs five lines, the last the hash of the body', () => {
    const body = '{"memberNo":"CR0000000017","name":"王小明","idLast4":"123X"}';
    const text = `POST\n/china-railway/partner/v1/members/verify\n1795305600000\n5f2b1c9e\n${createHash('sha256').update(body).digest('hex')}`;
    expect(signature(key, { method: 'POST', path: '/china-railway/partner/v1/members/verify', ...fixed, body })).toBe(
      createHmac('sha256', key).update(text).digest('base64'),
    );
  });

  it('signs the query with the path and the hash of nothing where there is no body', () => {
    // openssl's: printf '' | sha256sum
    const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const text = `GET\n/partner/v1/members/CR%2F1?x=1\n1795305600000\n5f2b1c9e\n${nothing}`;
    expect(signature(key, { method: 'GET', path: '/partner/v1/members/CR%2F1?x=1', ...fixed, body: '' })).toBe(
      createHmac('sha256', key).update(text).digest('base64'),
    );
  });

  it('is another one for another method, path, time, nonce or body', () => {
    const signed = { method: 'POST', path: '/a', ...fixed, body: '{}' };
    const others = [
      { ...signed, method: 'PUT' },
      { ...signed, path: '/a?' },
      { ...signed, timestamp: '1795305600001' },
      { ...signed, nonce: '5f2b1c9f' },
      { ...signed, body: '{} ' },
    ].map((other) => signature(key, other));
    expect(new Set([...others, signature(key, signed), signature(`${key}!`, signed)]).size).toBe(7);
  });
});
