import { describe, expect, it } from '@jest/globals';
import { addressFault } from '../../../src/core/connection/base-url.js';

describe('where a real supplier is', () => {
  it.each([
    'https://lp.example.com',
    'https://lp.example.com:8443/v1/',
    'https://localhost.example.com',
    'https://203.0.113.7',
    'https://100.63.255.255',
    'https://[2001:db8::1]',
    'https://xn--fiqs8s.example',
  ])('may be %s', (url) => {
    expect(addressFault(url, 'normal')).toBeNull();
  });

  it.each([
    ['nothing that is no address', 'address', ['', 'lp.example.com', '//lp.example.com', 'https://', 'https://[::1']],
    ['no other protocol', 'address', ['file:///etc/passwd', 'ftp://x', 'gopher://x', 'javascript:alert(1)']],
    ['none with credentials', 'credentials', ['https://me@lp.example.com', 'https://me:secret@lp.example.com']],
    [
      'none with a query or a fragment',
      'extras',
      ['https://x.example?', 'https://x.example/?y', 'https://x.example#z'],
    ],
    ['not without encryption', 'plain', ['http://lp.example.com', 'HTTP://10.0.0.1']],
    ['not this machine', 'private', ['https://127.0.0.1', 'https://127.1', 'https://2130706433', 'https://0x7f.0.0.1']],
    ['not this machine by name', 'private', ['https://localhost', 'https://LOCALHOST.', 'https://a.localhost:8443']],
    ['not this machine by IPv6', 'private', ['https://[::1]', 'https://[::]', 'https://[::ffff:127.0.0.1]']],
    ['not a private network', 'private', ['https://10.0.0.1', 'https://172.31.255.1', 'https://192.168.1.1']],
    ['nor one by IPv6', 'private', ['https://[fd12::1]', 'https://[::ffff:a00:1]', 'https://[64:ff9b::a00:1]']],
    ['nor one by name', 'private', ['https://nas.local', 'https://metadata.google.internal']],
    ['nor where clouds keep secrets', 'private', ['https://169.254.169.254', 'https://100.100.100.200']],
    [
      'nor what leads nowhere',
      'private',
      ['https://0.0.0.0', 'https://[fe80::1]', 'https://[ff02::1]', 'https://240.0.0.1'],
    ],
  ] as const)('is %s', (_what, fault, urls) => {
    expect(urls.map((url) => [url, addressFault(url, 'normal')])).toEqual(urls.map((url) => [url, fault]));
  });
});

describe('where a simulated supplier is', () => {
  it.each(['http://127.0.0.1:8090/northwind-air', 'http://localhost:8090', 'http://sandbox:8090', 'https://10.0.0.1'])(
    'may be %s',
    (url) => {
      expect(addressFault(url, 'fast')).toBeNull();
    },
  );

  it.each([
    ['http://169.254.169.254/latest/meta-data', 'private'],
    ['http://[::ffff:169.254.169.254]', 'private'],
    ['http://100.100.100.200', 'private'],
    ['http://[fd00:ec2::254]', 'private'],
    ['http://me:secret@127.0.0.1:8090', 'credentials'],
    ['http://127.0.0.1:8090?x', 'extras'],
    ['ws://127.0.0.1:8090', 'address'],
  ])('is not %s', (url, fault) => {
    expect(addressFault(url, 'fast')).toBe(fault);
  });
});
