import { BlockList, isIP } from 'node:net';
import type { TimingName } from '../../spec/scheme.js';

/** What is wrong with where a supplier is said to be. */
export type AddressFault = 'address' | 'credentials' | 'extras' | 'plain' | 'private';

/**
 * Judges a `baseUrl` as it is written; names are not resolved here. A real supplier is reached by https and at no address of our own
 * network; a simulated one (`fast`) may be anywhere but where a machine tells its own secrets.
 */
export function addressFault(baseUrl: string, timing: TimingName): AddressFault | null {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return 'address';
  if (url.username !== '' || url.password !== '') return 'credentials';
  // An empty query is one, too: what an adapter appends would end up behind it.
  if (/[?#]/.test(baseUrl)) return 'extras';
  if (timing === 'normal' && url.protocol !== 'https:') return 'plain';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return isWithin(timing === 'fast' ? NEVER : OWN, host) || (timing === 'normal' && isOwnName(host)) ? 'private' : null;
}

/** RFC 6761, 6.3; RFC 6762; and the top level that ICANN keeps for private use. */
function isOwnName(host: string): boolean {
  return /(^|\.)(localhost|local|internal)$/.test(host);
}

function isWithin(list: BlockList, host: string): boolean {
  const version = isIP(host);
  // An IPv6 address that stands for one of IPv4 is held against the subnets of that.
  return version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Link-local addresses, the metadata services of clouds among them (Alibaba's and the IPv6 one of AWS lie elsewhere). */
const LINK_LOCAL = ['169.254.0.0/16', '100.100.100.200/32', 'fe80::/10', 'fd00:ec2::/32'];

/** What the IANA registries of special-purpose addresses (RFC 6890) call private, loopback, shared, multicast or reserved. */
const SPECIAL = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16'],
  ...['198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
  // ::/96 holds ::, ::1 and what once stood for IPv4; 64:ff9b:: and 2002:: lead to IPv4 addresses still.
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fc00::/7', 'fec0::/10', 'ff00::/8'],
];

const NEVER = listOf(LINK_LOCAL);
const OWN = listOf([...LINK_LOCAL, ...SPECIAL]);

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', bits] = subnet.split('/');
    list.addSubnet(net, Number(bits), isIP(net) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
