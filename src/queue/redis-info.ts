import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const TIMEOUT_MS = 5000;

/**
 * What a Redis server says of itself (`INFO`), by field; asked with `INFO` alone, since hosted servers often refuse `CONFIG`.
 * Speaks the protocol directly: one question to one node needs no pool, no reconnecting and no cluster, and `doctor` no driver.
 * Throws an Error with the server's words, or after 5 s.
 */
export async function redisInfo(address: string): Promise<ReadonlyMap<string, string>> {
  const info = await ask(address, 'INFO');
  return fieldsOf(info);
}

/** The addresses of all nodes that answer in the cluster of this one, with its own credentials; none outside a cluster. */
export async function redisNodes(address: string): Promise<string[]> {
  const nodes = await ask(address, 'CLUSTER', 'NODES');
  return nodes.split('\n').flatMap((line) => {
    const [, place = '', flags = ''] = line.split(' ');
    const found = /^(.+):(\d+)@/.exec(place);
    if (found === null || /noaddr|fail|handshake/.test(flags)) return [];
    const [, host = '', port = ''] = found;
    const url = new URL(address);
    url.hostname = host.includes(':') ? `[${host}]` : host;
    url.port = port;
    return [url.href];
  });
}

async function ask(address: string, ...command: string[]): Promise<string> {
  const url = new URL(address);
  const socket = open(url);
  try {
    const replies = await exchange(socket, [...authentication(url), command]);
    return replies.at(-1) ?? '';
  } finally {
    socket.destroy();
  }
}

function open(url: URL): Socket {
  const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? 6379 : url.port) };
  return url.protocol === 'rediss:' ? connectTls({ ...target, servername: target.host }) : connectPlain(target);
}

function authentication({ username, password }: URL): string[][] {
  if (password === '') return [];
  const user = username === '' ? [] : [decodeURIComponent(username)];
  return [['AUTH', ...user, decodeURIComponent(password)]];
}

/** Sends the commands together and resolves with one reply for each; an error reply rejects. */
function exchange(socket: Socket, commands: readonly string[][]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.setTimeout(TIMEOUT_MS, () => reject(new Error('no answer within 5 s')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      try {
        const replies = repliesIn(received);
        if (replies.length >= commands.length) resolve(replies);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.write(commands.map(encoded).join(''));
  });
}

function encoded(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** The complete replies at the beginning of the bytes: simple strings, errors (thrown) and bulk strings are all that comes back here. */
function repliesIn(bytes: Buffer): string[] {
  const replies: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end === -1) break;
    const head = bytes.toString('utf8', at + 1, end);
    const type = String.fromCharCode(bytes[at] ?? 0);
    if (type === '-') throw new Error(head);
    if (type !== '$' && type !== '+') throw new Error('this is not a Redis server');
    const length = type === '$' ? Number(head) : 0;
    const next = type === '$' ? end + 2 + length + 2 : end + 2;
    if (next > bytes.length) break;
    replies.push(type === '$' ? bytes.toString('utf8', end + 2, end + 2 + length) : head);
    at = next;
  }
  return replies;
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  const lines = info.split('\r\n').filter((line) => !line.startsWith('#') && line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
