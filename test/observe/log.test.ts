import { describe, expect, it } from '@jest/globals';
import { createLogger, type LogOptions } from '../../src/observe/log.js';
import { AdapterFault } from '../../src/spec/errors.js';

/** A logger and what it wrote, as bytes and read back. */
function logging(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ level: 'debug', name: 'worker', destination, ...options });
  return { log, lines, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('a line', () => {
  it('is one JSON object with a level, an ISO time and the process', () => {
    const { log, lines, read } = logging();
    log.info({ connection: 'con_1', points: 500, big: 5n, when: new Date(0) }, 'posted');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    const [line] = read();
    expect(line).toMatchObject({
      level: 'info',
      name: 'worker',
      msg: 'posted',
      connection: 'con_1',
      points: 500,
      big: '5',
    });
    expect(line).toMatchObject({ pid: process.pid, when: '1970-01-01T00:00:00.000Z' });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('is written from its level on', () => {
    const { log, lines } = logging({ level: 'warn' });
    log.info('nothing to see');
    log.warn('something');
    expect(lines).toHaveLength(1);
  });

  it('of a child says whose it is', () => {
    const { log, read } = logging();
    log.child({ requestId: 'req_1' }).child({ operationId: 'op_1' }).info({ state: 'posted' }, 'done');
    expect(read()).toMatchObject([{ requestId: 'req_1', operationId: 'op_1', state: 'posted' }]);
  });

  it('cannot be forged or obeyed, wherever the text from outside stands', () => {
    const { log, lines, read } = logging();
    const forged = 'ok"}\r\n{"level":"error","msg":"forged"}\u001b[2J\u009b31m\u2028\u202e\u0000\u007f';
    log.child({ [forged]: forged }).info({ text: forged, [forged]: [forged] }, forged);
    log.error(new Error(forged));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line.slice(0, -1)).toMatch(/^[ -~]*$/);
      expect(line.endsWith('\n')).toBe(true);
    }
    expect(read()).toMatchObject([{ level: 'info', text: forged, msg: forged, [forged]: [forged] }, { msg: forged }]);
  });
});

describe('no line shows', () => {
  it.each([
    ['a credential', { headers: { Authorization: 'hunter2', 'x-app-key': 'hunter2', Cookie: 'hunter2' } }],
    ['a secret', { connection: { secrets: { username: 'hunter2' }, hmacKey: 'hunter2', client_secret: 'hunter2' } }],
    ['a member number', { links: [{ member: { memberNumber: 'hunter2', member_no: 'hunter2', memberId: 1 } }] }],
    ['a holder', { holder: { family: 'hunter2' }, traveller: { familyName: 'hunter2', names: ['hunter2'] } }],
    ['a body', { answer: { body: 'hunter2' }, exchanges: [{ excerpt: 'hunter2' }] }],
    ['a bearer token in a text', { note: 'sent Bearer hunter2-hunter2 to them' }],
    ['an object of a class', { request: new URL('https://x.example/hunter2'), buffer: Buffer.from('hunter2') }],
    ['what lies too deep', { a: { a: { a: { a: { a: { a: { a: { a: 'hunter2' } } } } } } } }],
  ])('%s', (_case, fields) => {
    const { log, lines } = logging();
    log.info(fields, 'seen');
    log.child(fields).info('seen');
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('a credential in its message', () => {
    const { log, lines } = logging();
    log.warn('refused: Bearer hunter2-hunter2');
    log.error(new Error('refused: password=hunter2'));
    expect(lines.join()).not.toContain('hunter2');
  });

  it('more of a text, a list or itself than is good', () => {
    const { log, lines } = logging();
    const round: Record<string, unknown> = {
      text: 'x'.repeat(1_000_000),
      list: Array.from({ length: 10_000 }, () => 1),
    };
    round['again'] = round;
    log.info(round, 'y'.repeat(1_000_000));
    expect(lines[0]?.length).toBeLessThan(20_000);
  });
});

describe('an error', () => {
  it('is its name, message, code and frames, under any field', () => {
    const { log, read } = logging();
    const error = Object.assign(new TypeError('duplicate key value'), {
      code: '23505',
      constraint: 'operation_reference_key',
      detail: 'Key (member)=(hunter2) already exists.',
      config: { headers: { authorization: 'hunter2' } },
      response: { data: 'hunter2' },
    });
    log.error({ error }, 'failed');
    const [line] = read();
    expect(line?.['error']).toEqual({
      type: 'TypeError',
      message: 'duplicate key value',
      code: '23505',
      constraint: 'operation_reference_key',
      stack: expect.stringMatching(/^ +at /) as unknown,
    });
  });

  it('by itself gives the line its message', () => {
    const { log, read } = logging();
    log.error(new AdapterFault({ kind: 'unknown-outcome', detail: 'connection reset' }));
    expect(read()).toMatchObject([
      {
        msg: 'unknown-outcome: connection reset',
        err: { type: 'AdapterFault', message: 'unknown-outcome: connection reset' },
      },
    ]);
  });

  it('brings its causes, censored alike', () => {
    const { log, read, lines } = logging();
    const cause = new AggregateError(
      [Object.assign(new Error('refused'), { code: 'ECONNREFUSED', body: 'hunter2' })],
      'all',
    );
    log.error({ error: new Error('failed', { cause }) }, 'failed');
    expect(read()).toMatchObject([
      { error: { message: 'failed', cause: { type: 'AggregateError', errors: [{ code: 'ECONNREFUSED' }] } } },
    ]);
    expect(lines.join()).not.toContain('hunter2');
  });
});
