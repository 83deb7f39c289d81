import { describe, expect, it } from '@jest/globals';
import { newWorld } from './fakes.js';
import { startGateway } from './gateway-under-test.js';

describe('metrics and health at the main door', () => {
  it('are text for Prometheus, without a key', async () => {
    const gateway = await startGateway({ ...newWorld(), measures: () => Promise.resolve('interline_outbox_rows 0\n') });
    const { status, headers, text } = await gateway.ask('GET', '/metrics', { key: null });
    expect([status, headers.get('content-type'), text]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'interline_outbox_rows 0\n',
    ]);
    await gateway.stop();
  });

  it('are not there where another port has them', async () => {
    const gateway = await startGateway(newWorld());
    expect((await gateway.ask('GET', '/metrics', { key: null })).json).toMatchObject({ code: 'NOT_FOUND' });
    await gateway.stop();
  });

  it('say of a process that does not get done with stopping that it is not well', async () => {
    const gateway = await startGateway({ ...newWorld(), alive: () => false });
    expect((await gateway.ask('GET', '/healthz', { key: null })).json).toMatchObject({ code: 'UNAVAILABLE' });
    await gateway.stop();
  });
});
