import { describe, expect, it } from '@jest/globals';
import { classify } from '../../src/kit/classify.js';

describe('a failed exchange', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('with %s was never sent', (code) => {
    expect(classify('held', code).kind).toBe('not-sent');
    expect(classify('released', code).kind).toBe('not-sent');
  });

  it.each([
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'aborted',
    'total-timeout',
    'EPROTO',
    'SOMETHING_NEW',
    '',
  ])('with %j is unknown as soon as its first byte was let go', (cause) => {
    expect(classify('held', cause).kind).toBe('not-sent');
    expect(classify('released', cause).kind).toBe('unknown-outcome');
  });

  it('is told in our words or by a bare code, never by what came with the error', () => {
    expect(classify('released', 'ECONNRESET').detail).toBe('connection reset');
    expect(classify('released', 'HPE_INVALID_CONSTANT').detail).toBe('HPE_INVALID_CONSTANT');
    expect(classify('released', 'connect https://supplier.example/?key=1').detail).toBe('transport failed');
    expect(classify('released', 'constructor').detail).toBe('transport failed');
  });
});
